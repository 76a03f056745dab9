import OAuth
import Storage
import Synchronization
import TestSupport

/// One refresh on its way, held before each of its steps.
final class RaceCall: Sendable {
    /// Which step it is held before, and the circumstances it took along.
    enum Phase: Hashable, Sendable {
        case rotating(now: Milliseconds)
        case deciding(now: Milliseconds, monotonic: Int64?)
    }

    enum Answer: Hashable, Sendable {
        case granted(generation: UInt32, key: UInt8)
        case refused(RefreshDecision)
        /// The caller was told of trouble, and knows nothing.
        case trouble
    }

    let token: UInt32
    /// The key number that the token was made under.
    let tokenKey: UInt8
    let caller: RefreshCaller
    /// The key number that this caller's node makes new tokens under.
    let key: UInt8
    let connection: SteppedConnection
    private let state = Mutex<(phase: Phase?, answer: Answer?)>((nil, nil))

    init(token: UInt32, madeUnder tokenKey: UInt8, caller: RefreshCaller, key: UInt8, on database: any Database) {
        self.token = token
        self.tokenKey = tokenKey
        self.caller = caller
        self.key = key
        connection = SteppedConnection(database)
    }

    var phase: Phase? { state.withLock { $0.phase } }
    var answer: Answer? { state.withLock { $0.answer } }

    /// Does what the server does with a refresh token of this family.
    func run(_ family: FamilyKey, _ steps: RefreshSteps, _ clock: SceneClock, epoch: Int64) async {
        let answer = await perform(family, steps, clock, epoch: epoch)
        state.withLock { $0.answer = answer }
        connection.finish()
    }

    private func perform(
        _ family: FamilyKey, _ steps: RefreshSteps, _ clock: SceneClock, epoch: Int64
    ) async -> Answer {
        do throws(StorageError) {
            let use = use(family, at: clock.now)
            state.withLock { $0.phase = .rotating(now: use.now) }
            if let family = try await steps.rotate(use, on: connection) { return granted(family, clock) }
            // The time of the decision is read after the rotation lost, so whatever it lost to is not in its future.
            let again = use.at(clock.now)
            let monotonic = clock.sinceRotation(after: token)
            state.withLock { $0.phase = .deciding(now: again.now, monotonic: monotonic) }
            let rules = RefreshRules(
                window: .standard, thefts: .standard, epoch: epoch, monotonicSinceRotation: monotonic, requestID: "")
            switch try await steps.decide(again, rules, on: connection) {
            case .rotated(let family), .fastForwarded(let family): return granted(family, clock)
            case .retry(let family): return .granted(generation: family.generation, key: family.tokenKey)
            case .refused(let refusal): return .refused(refusal.decision)
            }
        } catch {
            clock.forget()
            return .trouble
        }
    }

    private func granted(_ family: LiveFamily, _ clock: SceneClock) -> Answer {
        clock.noteRotation(to: family.generation)
        return .granted(generation: family.generation, key: family.tokenKey)
    }

    private func use(_ family: FamilyKey, at now: Milliseconds) -> RefreshUse {
        RefreshUse(
            family: family, generation: token, key: tokenKey, caller: caller, newKey: key, now: now,
            newIdleExpiry: now + RefreshScene.idle)
    }
}
