import OAuth
import Synchronization
import TestSupport

@testable import Storage

/// The two steps of a refresh on a store, as the server takes them; or with a fault that a test planted.
struct RefreshSteps: Sendable {
    let fault: PlantedFault?

    /// Row 5, blind.
    func rotate(_ use: RefreshUse, on database: some Database) async throws(StorageError) -> LiveFamily? {
        switch fault {
        case nil, .negativeTimeAccepted: return try await database.once(.rotate(use))
        case .compareAndSetDropped: return try await database.once(.rotateWithoutComparing(use))
        case .row4AfterRow5: return try await database.once(.rotateWithoutLooking(use))
        case .answerBeforeCommit: return try await rotateAnsweringEarly(use, on: database)
        }
    }

    /// Rows 2 to 8.
    func decide(
        _ use: RefreshUse, _ rules: RefreshRules, on database: some Database
    ) async throws(StorageError) -> RefreshOutcome {
        guard fault == .negativeTimeAccepted else {
            return try await database.write { tx throws(StorageError) in try tx.decide(use, rules) }
        }
        return try await database.write { tx throws(StorageError) in
            let judged = try tx.run(.judge(use.family))
            return try tx.decide(use.at(max(use.now, judged?.state.rotatedAt ?? use.now)), rules)
        }
    }

    private func rotateAnsweringEarly(
        _ use: RefreshUse, on database: some Database
    ) async throws(StorageError) -> LiveFamily? {
        let early = EarlyAnswer()
        do throws(StorageError) {
            return try await database.write { tx throws(StorageError) in
                let family = try tx.run(.rotate(use))
                early.set(family)
                return family
            }
        } catch {
            guard let family = early.family else { throw error }
            return family
        }
    }
}

/// What a faulty server has told its client before the COMMIT.
private final class EarlyAnswer: Sendable {
    private let value = Mutex<LiveFamily?>(nil)

    var family: LiveFamily? { value.withLock { $0 } }

    func set(_ family: LiveFamily?) { value.withLock { $0 = family } }
}

extension RefreshUse {
    /// The same use, judged at another time.
    func at(_ now: Milliseconds) -> RefreshUse { again(at: now, newIdleExpiry: now + RefreshScene.idle) }
}

private let liveColumns: SQL = """
    generation, token_key, account_id, session_id, scope, audience, auth_time, amr, expires_at, rotated_at,
    previous_address, previous_agent, '' AS claims
    """

extension Statement where Answer == LiveFamily? {
    fileprivate static func rotateWithoutComparing(_ use: RefreshUse) -> Self {
        Self(
            """
            UPDATE token_family
            SET generation = generation + 1, previous_key = token_key, token_key = \(Int64(use.newKey)),
                rotated_at = \(use.now),
                idle_expires_at = \(use.newIdleExpiry), rotated_address = \(use.caller.holder.address),
                rotated_agent = \(use.caller.holder.agent)
            WHERE id = \(use.family) AND client_id = \(use.caller.client) AND ended_at IS NULL
              AND generation >= \(Int64(use.generation)) AND idle_expires_at > \(use.now) AND expires_at > \(use.now)
            RETURNING \(liveColumns)
            """, first)
    }

    fileprivate static func rotateWithoutLooking(_ use: RefreshUse) -> Self {
        Self(
            """
            UPDATE token_family
            SET generation = generation + 1, previous_key = token_key, token_key = \(Int64(use.newKey)),
                rotated_at = \(use.now),
                idle_expires_at = \(use.newIdleExpiry), rotated_address = \(use.caller.holder.address),
                rotated_agent = \(use.caller.holder.agent)
            WHERE id = \(use.family) AND client_id = \(use.caller.client) AND generation = \(Int64(use.generation))
            RETURNING \(liveColumns)
            """, first)
    }
}

private func first(_ rows: [Row]) throws(StorageError) -> LiveFamily? {
    guard let row = rows.first else { return nil }
    return try LiveFamily(row)
}
