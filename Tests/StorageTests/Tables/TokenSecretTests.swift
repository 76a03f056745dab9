import OAuth
import TestSupport
import Testing

@testable import Storage

/// Refresh tokens of other master secrets than their family's (docs/refresh.md).
@Suite struct TokenSecretTests {
    private let rules = RefreshRules(window: .standard, thefts: .standard, epoch: 1, requestID: "r")

    private func use(
        _ scene: RefreshScene, _ family: RefreshScene.Family, _ generation: UInt32, key: UInt8, newKey: UInt8 = 7,
        by caller: RefreshCaller? = nil, at now: Milliseconds = RefreshScene.start
    ) -> RefreshUse {
        RefreshUse(
            family: family.key, generation: generation, key: key, caller: caller ?? scene.owner, newKey: newKey,
            now: now, newIdleExpiry: now + RefreshScene.idle)
    }

    /// What somebody can make who knows the master secret of before and has held a token of the family.
    @Test(arguments: Engine.available)
    func `a current token of another master secret is a theft, told with both numbers`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 4)[0]
            #expect(try await scene.database.once(.rotate(use(scene, family, 4, key: 1)))?.tokenKey == 7)
            let forged = use(scene, family, 5, key: 1, by: scene.ownerAway)
            #expect(try await scene.database.once(.rotate(forged)) == nil)
            // The token before is of secret 1, and its holder may ask again.
            let again = try await scene.database.write { [rules] tx throws(StorageError) in
                try tx.decide(use(scene, family, 4, key: 1), rules)
            }
            guard case .retry = again else {
                Issue.record("\(again)")
                return
            }
            let outcome = try await scene.database.write { [rules] tx throws(StorageError) in
                try tx.decide(forged, rules)
            }
            #expect(
                outcome == .refused(.init(decision: .theft(.stale), user: scene.user, session: family.session)))
            #expect(try await scene.row(family.key)?.sessionHasEnded == true)
            let event = try #require(
                try await scene.database.once(.events(EventFilter(type: .refreshTheft))).first)
            let detail = try #require(TheftDetail(json: event.detail))
            #expect(detail.presentedKey == 1 && detail.presentedGeneration == 5)
            #expect(detail.currentKey == 7 && detail.currentGeneration == 5)
        }
    }

    /// The rotations between are forgotten; the next retry comes with the token that was presented.
    @Test(arguments: Engine.available)
    func `what was fast-forwarded by a token of a later secret can be asked for again`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 4)[0]
            for _ in 1...2 {
                let outcome = try await scene.database.write { [rules] tx throws(StorageError) in
                    try tx.decide(use(scene, family, 8, key: 2), rules)
                }
                switch outcome {
                case .fastForwarded(let live), .retry(let live): #expect(live.generation == 9 && live.tokenKey == 7)
                case .rotated, .refused: Issue.record("\(outcome)")
                }
            }
            let row = try #require(try await scene.row(family.key))
            #expect(row.previousKey == 2 && row.tokenKey == 7 && row.fastForwardEpoch != nil)
        }
    }

    /// Numbers 1 and 3 were active, 2 was removed, 4 is; and the store forgets that 5 was added after it.
    @Test(arguments: Engine.available)
    func `a token ahead of the store is none of a secret that was replaced or removed`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let (early, late) = (RefreshScene.start - .days(2), RefreshScene.start + .seconds(1))
            try await scene.database.write { tx throws(StorageError) in
                for number: UInt8 in [1, 3, 4] {
                    try tx.run(.register(.init(number: number, checkValue: [number]), at: early))
                    try tx.run(.activateSecret(number, at: early))
                }
                try tx.run(.retireSecret(1, at: early))
                try tx.run(.retireSecret(3, at: late))
            }
            func outcome(of key: UInt8, now: Milliseconds = RefreshScene.start) async throws -> RefreshOutcome {
                // Last rotated at the start, under 4.
                let family = try await scene.families(1, at: 4)[0]
                try await scene.database.once(
                    Statement("UPDATE token_family SET token_key = 4 WHERE id = \(family.key)"))
                return try await scene.database.write { [rules] tx throws(StorageError) in
                    try tx.decide(use(scene, family, 8, key: key, newKey: 4, at: now), rules)
                }
            }
            for key: UInt8 in [1, 2] {
                guard case .refused(let refusal) = try await outcome(of: key) else {
                    Issue.record("secret \(key)")
                    continue
                }
                #expect(refusal.decision == .over(.otherSecret))
            }
            for key: UInt8 in [3, 4, 5] {
                guard case .fastForwarded = try await outcome(of: key) else {
                    Issue.record("secret \(key)")
                    continue
                }
            }
            // What lies idle comes back by the active one alone.
            let later = RefreshScene.start + .days(31)
            for key: UInt8 in [3, 4] {
                switch try await outcome(of: key, now: later) {
                case .fastForwarded: #expect(key == 4)
                case .refused(let refusal): #expect(key == 3 && refusal.decision == .over(.idle))
                case .rotated, .retry: Issue.record("secret \(key)")
                }
            }
        }
    }
}
