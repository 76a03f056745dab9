import OAuth
import TestSupport
import Testing

/// Long random histories of one family, decided by `decideRefresh` and by an oracle written from the table.
@Suite struct RefreshPropertyTests {
    private static let histories = 400
    private static let presentations = 120
    private static let idle: Int64 = 3_600_000

    @Test func `the decision is the table's in long random histories`() async throws {
        let seed = TestSeed.announced(for: "refresh property")
        let (seen, disagreements) = try await onOwnThread {
            var random = SeededRandom(seed: seed)
            var seen: [RefreshOracle.Row: Int] = [:]
            var disagreements: [String] = []
            for history in 0..<Self.histories {
                if let found = try Self.history(&random, &seen) { disagreements.append("history \(history): \(found)") }
            }
            return (seen, disagreements)
        }
        #expect(disagreements.isEmpty, "seed \(seed)")
        print("refresh property: \(Self.histories) histories, rows \(seen.map { "\($0.key): \($0.value)" }.sorted())")
        for row in [RefreshOracle.Row.stranger, .over, .rotation, .retry, .theft, .fastForward] {
            #expect(seen[row, default: 0] > 100, "row \(row) was hardly met")
        }
    }

    /// - Returns: Where both disagreed first.
    private static func history(
        _ random: inout SeededRandom, _ seen: inout [RefreshOracle.Row: Int]
    ) throws -> String? {
        let sample = try RefreshSample()
        let bound: String? = Int.random(in: 0..<4, using: &random) == 0 ? "key" : nil
        var now: Int64 = 1_000_000_000
        var oracle = RefreshOracle(
            client: sample.owner.client, boundKey: bound, by: sample.owner.holder, at: now,
            idleExpiresAt: now + idle, expiresAt: now + 20 * idle)
        var moment = RefreshOracle.Moment(now: now, activeKey: 1, idle: idle)
        for _ in 0..<presentations {
            now += Self.step(&random)
            moment.now = now
            moment.epoch = max(1, moment.epoch + (Int.random(in: 0..<40, using: &random) == 0 ? 1 : 0))
            moment.monotonic = Bool.random(using: &random) ? Int64.random(in: 0...70_000, using: &random) : nil
            if Int.random(in: 0..<10, using: &random) == 0 { moment.activeKey = .random(in: 1...3, using: &random) }
            moment.secret = RefreshOracle.Secret.allCases.randomElement(using: &random) ?? .active
            let caller = Self.caller(sample, bound, &random)
            let token = Self.token(oracle.family.generation, &random)
            let key = Self.key(of: token, oracle.family, &random)
            let decision = decideRefresh(
                of: UInt32(token), madeUnder: key, family: Self.state(oracle.family), caller: caller,
                circumstances: RefreshCircumstances(
                    now: Milliseconds(now), window: .standard, epoch: moment.epoch,
                    standing: standing(moment.secret, oracle.family.rotatedAt),
                    monotonicSinceRotation: moment.monotonic))
            let before = oracle
            let row = oracle.present(token, madeUnder: key, by: caller, moment)
            seen[row, default: 0] += 1
            guard Self.agrees(decision, row, isLate: before.isLate(token, key)) else {
                return "token \(token) of key \(key) of \(before.family) at \(moment): \(decision), not \(row)"
            }
            // A family that is over would hide the other rows for the rest of the history.
            if row == .theft || row == .over, Bool.random(using: &random) { oracle = Self.revived(before, at: now) }
        }
        return nil
    }

    private static func revived(_ oracle: RefreshOracle, at now: Int64) -> RefreshOracle {
        var oracle = oracle
        oracle.family.isEnded = false
        oracle.family.sessionIsEnded = false
        oracle.family.idleExpiresAt = max(oracle.family.idleExpiresAt, now + idle)
        oracle.family.expiresAt = max(oracle.family.expiresAt, now + 20 * idle)
        return oracle
    }

    private static func step(_ random: inout SeededRandom) -> Int64 {
        let edges: [Int64] = [
            0, 1, 9999, 10_000, 10_001, 59_999, 60_000, 60_001, -1, -1999, -2000, -2001, idle - 1, idle,
        ]
        return Bool.random(using: &random)
            ? edges.randomElement(using: &random) ?? 0 : Int64.random(in: -5000...70_000, using: &random)
    }

    private static func token(_ generation: Int64, _ random: inout SeededRandom) -> Int64 {
        if Int.random(in: 0..<60, using: &random) == 0 { return 4_294_967_295 }
        let offset: Int64 = [0, 0, 0, -1, -1, -1, -2, -3, 1, 2].randomElement(using: &random) ?? 0
        return min(max(0, generation + offset), 4_294_967_294)
    }

    private static func standing(_ secret: RefreshOracle.Secret, _ rotatedAt: Int64) -> SecretStanding {
        switch secret {
        case .active: .active
        case .replaced(let later): .replaced(at: Milliseconds(rotatedAt + (later ? 1 : 0)))
        case .unused: rotatedAt.isMultiple(of: 2) ? .waiting : .unknown
        }
    }

    /// Mostly the key that the token was made under.
    private static func key(
        of token: Int64, _ family: RefreshOracle.Family, _ random: inout SeededRandom
    ) -> UInt8 {
        if Int.random(in: 0..<6, using: &random) == 0 { return .random(in: 1...3, using: &random) }
        return token < family.generation ? family.keyBefore ?? family.key : family.key
    }

    private static func caller(_ sample: RefreshSample, _ bound: String?, _ random: inout SeededRandom) -> RefreshCaller
    {
        let known = [sample.owner, sample.owner, sample.ownerElsewhere, sample.ownerWithOtherAgent]
        let caller = known.randomElement(using: &random) ?? sample.owner
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return sample.stranger
        case 1: return RefreshCaller(client: caller.client, dpopThumbprint: "other key", holder: caller.holder)
        default: return RefreshCaller(client: caller.client, dpopThumbprint: bound, holder: caller.holder)
        }
    }

    private static func state(_ family: RefreshOracle.Family) -> FamilyState {
        FamilyState(
            client: family.client, dpopThumbprint: family.boundKey, generation: UInt32(family.generation),
            tokenKey: family.key, previousKey: family.keyBefore, rotatedAt: Milliseconds(family.rotatedAt),
            rotatedBy: family.rotatedBy,
            idleExpiresAt: Milliseconds(family.idleExpiresAt), expiresAt: Milliseconds(family.expiresAt),
            hasEnded: family.isEnded, sessionHasEnded: family.sessionIsEnded, userIsDisabled: family.userIsDisabled,
            fastForwardEpoch: family.fastForwardedIn)
    }

    private static func agrees(
        _ decision: RefreshDecision, _ row: RefreshOracle.Row, isLate: Bool
    ) -> Bool {
        switch (decision, row) {
        case (.stranger, .stranger), (.over, .over), (.rotate, .rotation), (.retry, .retry),
            (.fastForward, .fastForward):
            true
        case (.theft(let theft), .theft): theft == (isLate ? .late : .stale)
        default: false
        }
    }
}
