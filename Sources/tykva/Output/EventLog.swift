import OAuth
import Storage
import TykvaServer

/// The audit log read page by page, and on as it grows.
///
/// Writers commit in another order than they read the clock, and those of other nodes may be some seconds behind. So
/// what follows is read again from a little before now, and what was given already is left out.
struct EventLog {
    /// A write that takes longer is given up by the store's own deadlines.
    private static let overlap: Duration = .seconds(30)
    private static let rememberedNames = 4096

    private let database: any Database
    private var filter: EventFilter
    private var names: [UserID: String] = [:]
    private var given = SeenEvents()

    init(_ database: any Database, _ filter: EventFilter) {
        self.database = database
        self.filter = filter
    }

    /// The next events; nil when there are no more for now.
    mutating func next() async throws -> [AuditLine]? {
        while true {
            let wanted = filter
            let events = try await database.read { tx throws(StorageError) in try tx.run(.events(wanted)) }
            guard let last = events.last else { return nil }
            filter.after = EventFilter.Position(at: last.at, id: last.id)
            let new = events.filter { given.insert($0.id) }
            guard !new.isEmpty else { continue }
            var lines: [AuditLine] = []
            for event in new { lines.append(AuditLine(event: event, userName: try await name(event.user))) }
            return lines
        }
    }

    /// Waits a second, and steps back to a little before now.
    ///
    /// Not before the last event alone: that one may be of a node whose clock is ahead, or of before a clock was set
    /// back.
    mutating func waitForMore() async throws {
        try await Task.sleep(for: .seconds(1))
        guard let after = filter.after else { return }
        let now = try await database.clock().map(Milliseconds.init) ?? SystemTime.wall()
        filter.after = nil
        filter.since = max(filter.since ?? Milliseconds(.min), min(after.at, now) - Self.overlap)
    }

    private mutating func name(_ user: UserID?) async throws -> String? {
        guard let user else { return nil }
        if let known = names[user] { return known }
        let account = try await database.read { tx throws(StorageError) in try tx.run(.account(user)) }
        guard let name = account?.name else { return nil }
        if names.count >= Self.rememberedNames { names.removeAll() }
        names[user] = name
        return name
    }
}
