import OAuth
import Storage

/// The audit log read page by page, and on as it grows.
struct EventLog {
    private let database: any Database
    private var filter: EventFilter
    private var names: [UserID: String] = [:]
    /// Events of the last seconds that were given already: writers commit in another order than they read the clock.
    private var recent: [EventID: Milliseconds] = [:]

    private static let overlap: Duration = .seconds(10)
    private static let rememberedNames = 4096

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
            let new = events.filter { recent[$0.id] == nil }
            for event in new { recent[event.id] = event.at }
            recent = recent.filter { last.at.since($0.value) <= 2 * Self.overlap.wholeMilliseconds }
            guard !new.isEmpty else { continue }
            var lines: [AuditLine] = []
            for event in new { lines.append(AuditLine(event: event, userName: try await name(event.user))) }
            return lines
        }
    }

    /// Waits a second, and steps back a little, so that what was committed late is not missed.
    mutating func waitForMore() async throws {
        try await Task.sleep(for: .seconds(1))
        guard let after = filter.after else { return }
        filter.after = nil
        filter.since = max(filter.since ?? Milliseconds(.min), after.at - Self.overlap)
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
