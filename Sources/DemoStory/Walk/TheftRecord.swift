import OAuth
import Storage
import TykvaServer

/// What the store says of a session after a theft.
struct TheftRecord: Sendable {
    let report: TheftReport
    let event: EventID
    let session: SessionID
    let sessionEnd: String?

    /// The theft in a session, read from the audit log.
    ///
    /// - Parameter since: When the session began.
    static func find(
        in database: any Database, user: UserID, session: SessionID, since: Milliseconds
    ) async throws(StorageError) -> TheftRecord? {
        try await database.read { tx throws(StorageError) -> TheftRecord? in
            let filter = EventFilter(user: user, type: .refreshTheft, since: since)
            guard let event = try tx.run(.events(filter)).last(where: { $0.session == session }),
                let report = TheftReport(event)
            else { return nil }
            let sessions = try tx.run(.sessions(of: user, before: nil, limit: listedSessions))
            return TheftRecord(
                report: report, event: event.id, session: session,
                sessionEnd: sessions.first { $0.session == session }?.endReason)
        }
    }

    private static let listedSessions: Int64 = 50
}
