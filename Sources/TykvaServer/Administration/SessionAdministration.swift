package import OAuth
package import Storage

/// What operators do with sessions; every change records its event in its own transaction.
package struct SessionAdministration: Sendable {
    package static let pageLength: Int64 = 200
    private let database: any Database

    package init(_ database: any Database) { self.database = database }

    /// Ends a session with everything in it.
    ///
    /// - Throws: `InvalidValue` when there is none, or it has ended.
    package func end(_ session: SessionID, at now: Milliseconds) async throws {
        let refusal = try await database.writeAgain { tx throws(StorageError) -> String? in
            guard let owner = try tx.run(.owner(of: session)) else { return "there is none of this id" }
            let event = Event(at: now, type: .sessionEnded, user: owner, session: session)
            return try tx.endSession(session, .endedByOperator, at: now, event) ? nil : "it has ended already"
        }
        if let refusal { throw InvalidValue("session \(session)", refusal) }
    }

    /// Ends every session of a user.
    ///
    /// - Returns: Those that lived.
    @discardableResult
    package func endAll(of name: UserName, at now: Milliseconds) async throws -> [SessionID] {
        let ended = try await database.writeAgain { tx throws(StorageError) -> [SessionID]? in
            guard let account = try tx.run(.account(named: name)) else { return nil }
            let event = Event(at: now, type: .sessionEnded, user: account.id)
            return try tx.endSessions(ofUser: account.id, .endedByOperator, at: now, event)
        }
        guard let ended else { throw InvalidValue.noUser(name) }
        return ended
    }

    /// A page of sessions with their families, newest first, after the last of the page before.
    package func page(
        of user: UserID?, after last: SessionListing?, limit: Int64 = pageLength
    ) async throws -> [SessionListing] {
        try await database.read { tx throws(StorageError) in
            try tx.run(.sessions(of: user, before: last.map { ($0.createdAt, $0.session) }, limit: limit))
        }
    }

    /// The thefts that were noticed in a session, with both holders.
    package func thefts(in listing: SessionListing) async throws -> [TheftReport] {
        try await database.read { tx throws(StorageError) in
            var reports: [TheftReport] = []
            var filter = EventFilter(user: listing.user, type: .refreshTheft, since: listing.createdAt)
            while true {
                let events = try tx.run(.events(filter))
                reports += events.filter { $0.session == listing.session }.compactMap(TheftReport.init)
                guard let last = events.last, events.count == filter.limit else { return reports }
                filter.after = EventFilter.Position(at: last.at, id: last.id)
            }
        }
    }
}
