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
            try await scene.database.write { tx throws(StorageError) in
                try tx.run(.register(.init(number: 2, checkValue: [2]), at: RefreshScene.start))
                try tx.run(.activateSecret(2, at: RefreshScene.start))
                try tx.run(.retireSecret(1, at: RefreshScene.start))
            }
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

    /// 1 was replaced before the family's last use, 3 after it; 2 was removed; 4 never used; 5 is active, 6 added; 7
    /// was removed, or is forgotten.
    @Test(arguments: Engine.available)
    func `a token ahead of the store is of a secret that can have made it`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let (early, now) = (RefreshScene.start - .days(2), RefreshScene.start)
            try await scene.database.write { tx throws(StorageError) in
                for number: UInt8 in 2...7 {
                    try tx.run(.register(.init(number: number, checkValue: [number]), at: early))
                }
                for number: UInt8 in [2, 3, 7, 5] { try tx.run(.activateSecret(number, at: early)) }
                for number: UInt8 in [1, 2, 7] { try tx.run(.retireSecret(number, at: now)) }
                try tx.run(.retireSecret(3, at: now + .milliseconds(1)))
                for number: UInt8 in [2, 7] { try tx.run(.removeSecret(number)) }
            }
            let expected: [UInt8: RefreshDecision?] = [
                1: .over(.otherSecret), 2: .over(.unusedSecret), 3: nil, 4: .over(.unusedSecret), 5: nil,
                6: .over(.unusedSecret), 7: .over(.unusedSecret),
            ]
            for (key, decision) in expected {
                #expect(try await refusal(of: key, in: scene, at: now) == decision, "secret \(key)")
                // What lies idle comes back by the active one alone.
                let later = try await refusal(of: key, in: scene, at: now + .days(31))
                let isReplaced = [1, 3].contains(key)
                #expect(later == (isReplaced ? .over(.idle) : decision), "secret \(key)")
            }
        }
    }

    /// What becomes of a token ahead of a family that was rotated at the start, under 8.
    ///
    /// - Returns: Nil when it goes on.
    private func refusal(
        of key: UInt8, in scene: RefreshScene, at now: Milliseconds
    ) async throws -> RefreshDecision? {
        let family = try await scene.families(1, at: 4)[0]
        try await scene.database.once(Statement("UPDATE token_family SET token_key = 8 WHERE id = \(family.key)"))
        let outcome = try await scene.database.write { [rules] tx throws(StorageError) in
            try tx.decide(use(scene, family, 5, key: key, newKey: 5, at: now), rules)
        }
        if case .fastForwarded = outcome { return nil }
        guard case .refused(let refusal) = outcome else { throw StorageError.corrupt(reason: "\(outcome)") }
        return refusal.decision
    }
}
