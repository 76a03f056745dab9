/// What of an import goes into one transaction: so many rows that it is brief on a database that is some way off, and
/// so much text that it is little memory.
package struct ImportBatch: Sendable {
    private static let maximumRows = 500
    private static let maximumBytes = 1_048_576

    package private(set) var entries: [ImportEntry] = []
    private var rows = 0
    private var bytes = 0

    package init() {}

    package var isFull: Bool { rows >= Self.maximumRows || bytes >= Self.maximumBytes }
    package var isEmpty: Bool { entries.isEmpty }

    package mutating func append(_ entry: ImportEntry) {
        entries.append(entry)
        bytes += entry.bytes
        // The user's own, and the event; broken lines are bounded too.
        rows += 2
        if case .success(let imported) = entry.user {
            rows += imported.user.roles.count + imported.user.attributes.count
        }
    }

    /// The users that were read, in order.
    package var users: [NewUser] {
        entries.compactMap { if case .success(let imported) = $0.user { imported.user } else { nil } }
    }
}
