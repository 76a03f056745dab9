package import OAuth
package import Secrets
package import Storage
import Synchronization

/// The master secrets of this moment, with what is derived from them: an immutable snapshot behind one lock, replaced
/// when storage or the file of the secrets has changed.
///
/// Whatever makes or opens something asks here each time; nobody keeps a key for longer than one answer.
package final class SecretRing: Sendable {
    package struct Snapshot: Sendable {
        /// Those that this node can read. The active one is the deployment's, unless this node lacks it.
        package let secrets: MasterSecrets
        package let refreshKeys: RefreshKeys
        /// The numbers of the deployment that this node cannot read: it is not ready when there are any.
        package let missing: [UInt8]
        /// Those that are not the deployment's, or not yet.
        package let unregistered: [UInt8]
        /// Whether the deployment's active one can be read: what this node makes otherwise, no other node may know.
        let canMake: Bool
        /// What makes what other nodes must be able to open; nil when this node cannot.
        var sealing: MasterSecrets? { canMake ? secrets : nil }
        let pages: PageKeys

        fileprivate init(_ readable: MasterSecrets, _ known: [KnownMasterSecret], issuer: Issuer) {
            let usable = known.filter { readable.registered($0.number) == $0.secret }
            let active = usable.first { $0.number == known.activeNumber }?.number
            // Another secret under a number of the deployment's is none.
            let wrong = Set(known.map(\.number)).subtracting(usable.map(\.number))
            secrets = (active.flatMap { try? readable.activating($0) } ?? readable).dropping(wrong)
            canMake = active != nil
            refreshKeys = RefreshKeys(secrets: secrets, issuer: issuer)
            missing = known.map(\.number).filter { number in !usable.contains { $0.number == number } }
            unregistered = readable.numbers.filter { known[number: $0] == nil }
            pages = PageKeys(secrets, known, issuer: issuer)
        }
    }

    /// How long what storage said last counts when a number turns up that it did not name.
    private static let trust: Duration = .seconds(10)

    private struct State {
        var readable: MasterSecrets
        var known: [KnownMasterSecret]
        var snapshot: Snapshot
        /// When storage was asked for what is known, by the monotonic clock.
        var readAt: Int64
        /// By the same.
        var confirmedAt: Int64?

        mutating func renew(_ issuer: Issuer) {
            snapshot = Snapshot(readable, known, issuer: issuer)
            readable = snapshot.secrets
        }
    }

    private let issuer: Issuer
    private let clock: DeploymentClock
    private let state: Mutex<State>

    /// - Parameter secrets: As a start has compared them; the active one is the deployment's.
    package init(
        _ database: any Database, _ secrets: MasterSecrets, issuer: Issuer, clock: DeploymentClock
    ) async throws(StorageError) {
        let asked = clock.monotonicNow()
        let known = try await database.read { tx throws(StorageError) in try tx.run(.knownMasterSecrets) }
        self.issuer = issuer
        self.clock = clock
        state = Mutex(
            State(
                readable: secrets, known: known, snapshot: Snapshot(secrets, known, issuer: issuer), readAt: asked,
                confirmedAt: nil))
    }

    package var current: Snapshot { state.withLock { $0.snapshot } }

    /// The tokens of forms on our pages.
    var formTokens: FormTokens { FormTokens(current.pages.accepted(at: clock.now()).map(\.form)) }

    var ticketKey: TicketKey { TicketKey(current.pages.accepted(at: clock.now()).map(\.ticket)) }

    /// A refresh token that was presented; nil for one that is none of ours.
    ///
    /// - Throws: `temporarily_unavailable` for one whose key may be another node's by now: it must not look invalid.
    package func refreshToken(_ text: String) throws(OAuthError) -> RefreshToken? {
        let (snapshot, confirmedAt) = state.withLock { ($0.snapshot, $0.confirmedAt) }
        if let token = RefreshToken(text, keys: snapshot.refreshKeys) { return token }
        guard let number = RefreshToken.claimedKeyNumber(of: text), snapshot.refreshKeys[number] == nil else {
            return nil
        }
        let isConfirmed = confirmedAt.map { clock.monotonicNow() - $0 <= Self.trust.wholeMilliseconds } ?? false
        guard !isConfirmed || snapshot.missing.contains(number) else { return nil }
        throw .temporarilyUnavailable(
            reason: "this node lacks master secret \(number)", retryAfter: Limits.storageRetrySeconds)
    }

    /// Reads what the deployment knows.
    package func reload(_ database: any Database) async throws(StorageError) {
        let asked = clock.monotonicNow()
        let known = try await database.read { tx throws(StorageError) in try tx.run(.knownMasterSecrets) }
        state.withLock { state in
            // A slower read of another task must not bring back what was there before.
            guard state.readAt <= asked else { return }
            state.readAt = asked
            guard known != state.known else { return }
            state.known = known
            state.renew(issuer)
        }
    }

    /// Reads it again when storage has not confirmed it lately: this node was asleep or cut off, and a secret that it
    /// takes for the active one may have been removed.
    func renewWhenOld(_ database: any Database) async throws(StorageError) {
        let asked = clock.monotonicNow()
        let confirmedAt = state.withLock { $0.confirmedAt }
        guard confirmedAt.map({ asked - $0 > KeyTimes.trust.wholeMilliseconds }) ?? true else { return }
        try await reload(database)
        confirm(at: asked)
    }

    /// Says that nothing has changed that was not read before.
    ///
    /// - Parameter monotonic: When storage was asked, not when it answered.
    package func confirm(at monotonic: Int64) {
        state.withLock { $0.confirmedAt = max($0.confirmedAt ?? monotonic, monotonic) }
    }

    /// Takes over what a file holds by now. What the deployment knows is never given up, whatever became of the file.
    ///
    /// - Returns: What an operator should know about the file.
    package func take(_ found: MasterSecrets) -> [String] {
        state.withLock { state in
            var remarks: [String] = []
            var (readable, isChanged) = (state.readable, false)
            for number in readable.numbers where !readable.agrees(with: found, on: number) {
                if state.known[number: number]?.secret != readable.registered(number) {
                    readable = readable.dropping([number])
                    isChanged = true
                } else if found[number: number] != nil {
                    remarks.append("master secret \(number) there is another one than before, and is not used")
                } else {
                    remarks.append("master secret \(number) is no longer there: a start would be refused")
                }
            }
            for number in found.numbers {
                guard readable[number: number] == nil, let secret = found[number: number] else { continue }
                if let known = state.known[number: number], known.secret != found.registered(number) {
                    remarks.append("master secret \(number) there is not the one of this deployment")
                } else if let more = try? readable.adding(secret, number) {
                    readable = more
                    isChanged = true
                }
            }
            if isChanged {
                state.readable = readable
                state.renew(issuer)
            }
            return remarks
        }
    }
}
