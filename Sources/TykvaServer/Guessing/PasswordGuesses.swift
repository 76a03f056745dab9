import OAuth
import Secrets
package import Storage

/// Judges attempts at passwords before a hash is computed, and counts those that fail (docs/guessing.md).
///
/// A browser in which the account's person has signed in before is judged by its own record alone, so that strangers do
/// not keep it out. Everybody else is judged by the account, by the account from their network, and by their network.
package struct PasswordGuesses: Sendable {
    private let database: any Database
    private let unlimited: UnlimitedNetworks
    private let inFlight = AttemptsInFlight()
    private let counts = RefusalCounts()

    package init(_ database: any Database, unlimited: UnlimitedNetworks) {
        self.database = database
        self.unlimited = unlimited
    }

    /// Who tries.
    enum Subject: Sendable {
        /// - Parameters:
        ///   - name: Nil for what can be nobody's name.
        ///   - device: Of the browser's cookie, when it came with one.
        case signIn(name: UserName?, device: TokenHash?)
        /// Somebody who is signed in, and gives their password again.
        case session(SessionID, of: UserID)
    }

    /// An attempt that is admitted: `succeeded`, `failed` or `dropped` must follow, one of them.
    struct Attempt: Sendable {
        /// What is compared; nil for an unknown user, whose guesses are counted like those of others.
        let record: SignInRecord?
        fileprivate let keys: [GuessKey]
        /// Records that a success removes: there is nothing to write where there are none.
        fileprivate let past: [GuessKey]
    }

    /// Admits an attempt, or not. One reading transaction.
    ///
    /// - Throws: `GuessRefusal`, in which case no password is looked at; `StorageError`.
    func admit(_ subject: Subject, from address: NetworkAddress, at now: Milliseconds) async throws -> Attempt {
        let keys = AttemptKeys(subject, from: address, isUnlimited: unlimited.contains(address))
        let watch = inFlight.watch(keys.all)
        let found: (record: SignInRecord?, isKnownDevice: Bool, records: GuessRecords)
        do throws(StorageError) {
            found = try await database.read { tx throws(StorageError) in
                let record = try Self.record(of: subject, in: tx)
                let records = keys.all.isEmpty ? [:] : try tx.run(.guesses(keys.all, at: now))
                return (record, try Self.isKnown(subject, record, in: tx), records)
            }
        } catch {
            inFlight.leave(watch)
            throw error
        }
        let judging = found.isKnownDevice ? keys.ofDevice : keys.ofStranger
        if let (kind, until) = inFlight.admit(judging, watch, found.records, at: now) {
            counts.count(kind)
            throw GuessRefusal(kind, until: until, at: now)
        }
        let past = (found.isKnownDevice ? keys.endedByDevice : keys.endedByStranger)
            .filter { found.records[$0.hash] != nil }
        return Attempt(record: found.record, keys: judging, past: past)
    }

    /// - Returns: The records to remove in the transaction of what the attempt was for.
    func succeeded(_ attempt: Attempt) -> [GuessKey] {
        inFlight.end(attempt.keys, hasFailed: false)
        return attempt.past
    }

    /// Nobody has found out whether the password was right.
    func dropped(_ attempt: Attempt) { inFlight.end(attempt.keys, hasFailed: false) }

    /// Counts a wrong password before it is answered, and tells the account's person once a day of a lockout.
    ///
    /// - Parameter event: What is written of a lockout; nil when there is no such account.
    func failed(_ attempt: Attempt, lockout event: Event?, at now: Milliseconds) async throws(StorageError) {
        let keys = attempt.keys
        var isWritten = false
        defer { inFlight.end(keys, hasFailed: isWritten) }
        guard !keys.isEmpty else { return }
        try await database.writeAgain { tx throws(StorageError) in
            try tx.countFailures(keys, telling: event, at: now)
        }
        isWritten = true
    }

    private static func record(
        of subject: Subject, in transaction: any Transaction
    ) throws(StorageError) -> SignInRecord? {
        switch subject {
        case .signIn(let name?, _): try transaction.run(.signIn(name: name))
        case .signIn(nil, _): nil
        case .session(_, let user): try transaction.run(.signIn(user: user))
        }
    }

    private static func isKnown(
        _ subject: Subject, _ record: SignInRecord?, in transaction: any Transaction
    ) throws(StorageError) -> Bool {
        switch subject {
        case .session: true
        case .signIn(_, nil): false
        // The same is asked for a name that nobody has.
        case .signIn(_, let device?): try transaction.run(.isDevice(device, of: record?.id ?? .random()))
        }
    }
}
