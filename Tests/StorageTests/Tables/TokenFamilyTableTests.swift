import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite struct TokenFamilyTableTests {
    private func use(
        _ scene: RefreshScene, _ family: RefreshScene.Family, _ generation: UInt32, key: UInt8 = 1,
        by caller: RefreshCaller? = nil, at now: Milliseconds = RefreshScene.start
    ) -> RefreshUse {
        RefreshUse(
            family: family.key, generation: generation, key: key, caller: caller ?? scene.owner, newKey: 7, now: now,
            newIdleExpiry: now + RefreshScene.idle)
    }

    private let rules = RefreshRules(window: .standard, thefts: .standard, epoch: 1, requestID: "r")

    @Test(arguments: Engine.available)
    func `a rotation answers what the new tokens need, and moves the holders along`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 4)[0]
            let later = RefreshScene.start + .seconds(5)
            let first = try #require(
                try await scene.database.once(.rotate(use(scene, family, 4, by: scene.ownerAway, at: later))))
            #expect(first.generation == 5)
            #expect(first.tokenKey == 7)
            #expect(first.user == scene.user)
            #expect(first.session == family.session)
            #expect(first.previous == RefreshScene.home)
            #expect(first.authentication == .init(time: RefreshScene.start, methods: ["pwd"]))
            #expect(first.expiresAt == RefreshScene.start + RefreshScene.absolute)
            let row = try #require(try await scene.row(family.key))
            #expect(row.rotatedBy == RefreshScene.away)
            #expect(row.rotatedAt == later)
            #expect(row.idleExpiresAt == later + RefreshScene.idle)
            let second = try #require(try await scene.database.once(.rotate(use(scene, family, 5, key: 7, at: later))))
            #expect(second.previous == RefreshScene.away)
        }
    }

    @Test(arguments: Engine.available)
    func `the blind rotation touches no row that is not exactly so`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 4)[0]
            let before = try await scene.row(family.key)
            let refused = [
                use(scene, family, 4, key: 2), use(scene, family, 4, key: 7),
                use(scene, family, 3), use(scene, family, 5), use(scene, family, 4, by: scene.stranger),
                use(scene, .init(key: FamilyID.random().key, session: family.session), 4),
                use(scene, family, 4, at: RefreshScene.start + RefreshScene.idle),
                use(scene, family, 4, at: RefreshScene.start + RefreshScene.absolute),
            ]
            for use in refused { #expect(try await scene.database.once(.rotate(use)) == nil) }
            #expect(try await scene.row(family.key) == before)
            let last = use(scene, family, 4, at: RefreshScene.start + RefreshScene.idle - .milliseconds(1))
            #expect(try await scene.database.once(.rotate(last)) != nil)
        }
    }

    /// Its own clock was read before the rotation that it lost to: by that, the rotation would lie in the future.
    @Test(arguments: Engine.available)
    func `a call that waited while another rotated is judged by the time after it lost`(
        _ engine: Engine
    ) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 4)[0]
            let slow = use(scene, family, 4)
            let later = RefreshScene.start + .seconds(5)
            let fast = try #require(try await scene.database.once(.rotate(use(scene, family, 4, at: later))))
            #expect(try await scene.database.once(.rotate(slow)) == nil)
            let again = slow.again(at: later, newIdleExpiry: later + RefreshScene.idle)
            let outcome = try await scene.database.write { [rules] tx throws(StorageError) in
                try tx.decide(again, rules)
            }
            guard case .retry(let same) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(same.generation == fast.generation)
            #expect(same.tokenKey == fast.tokenKey)
        }
    }

    /// The second fence: a session or user that ended without its families, which no code of ours does.
    @Test(arguments: Engine.available)
    func `the blind rotation looks at session and user too`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let families = try await scene.families(2, at: 0)
            #expect(try await scene.database.once(.endSession(families[0].session, .revoked, at: RefreshScene.start)))
            #expect(try await scene.database.once(.rotate(use(scene, families[0], 0))) == nil)
            #expect(try await scene.database.once(.disable(scene.user, at: RefreshScene.start)))
            #expect(try await scene.database.once(.rotate(use(scene, families[1], 0))) == nil)
            let decision = try await scene.database.write { [rules] tx throws(StorageError) in
                try tx.decide(use(scene, families[1], 0), rules)
            }
            #expect(
                decision
                    == .refused(
                        .init(decision: .over(.userDisabled), user: scene.user, session: families[1].session)))
        }
    }

    @Test(arguments: Engine.available)
    func `a bound family rotates for its DPoP key only`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 0)[0]
            try await scene.database.once(
                Statement("UPDATE token_family SET dpop_jkt = \("thumbprint") WHERE id = \(family.key)"))
            for thumbprint in [nil, "", "other", "Thumbprint"] {
                let caller = RefreshCaller(
                    client: scene.owner.client, dpopThumbprint: thumbprint, holder: RefreshScene.home)
                let use = use(scene, family, 0, by: caller)
                #expect(try await scene.database.once(.rotate(use)) == nil)
                let outcome = try await scene.database.write { [rules] tx throws(StorageError) in
                    try tx.decide(use, rules)
                }
                #expect(
                    outcome == .refused(.init(decision: .stranger, user: scene.user, session: family.session)))
            }
            let owner = RefreshCaller(
                client: scene.owner.client, dpopThumbprint: "thumbprint", holder: RefreshScene.home)
            #expect(try await scene.database.once(.rotate(use(scene, family, 0, by: owner)))?.generation == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a theft is told with both holders, and ends as far as the policy says`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            for reach in TheftReach.allCases {
                let families = try await scene.families(2, at: 4)
                var rules = rules
                rules.thefts = TheftPolicy(late: .family, stale: reach)
                rules.requestID = reach.rawValue
                let use = use(scene, families[0], 1, by: scene.ownerAway)
                let outcome = try await scene.database.write { [rules] tx throws(StorageError) in
                    try tx.decide(use, rules)
                }
                #expect(
                    outcome
                        == .refused(
                            .init(decision: .theft(.stale), user: scene.user, session: families[0].session)))
                let own = try #require(try await scene.row(families[0].key))
                let other = try #require(try await scene.row(families[1].key))
                #expect(own.hasEnded)
                #expect(own.sessionHasEnded == (reach != .family))
                #expect(other.hasEnded == (reach == .user))
                #expect(other.sessionHasEnded == (reach == .user))
                let events = try await scene.database.once(.events(EventFilter(type: .refreshTheft)))
                let event = try #require(events.first { $0.requestID == reach.rawValue })
                #expect(event.holder == RefreshScene.away)
                #expect(event.family == families[0].key)
                #expect(event.user == scene.user)
                let detail = TheftDetail(
                    theft: .stale, ended: reach, presentedGeneration: 1, presentedKey: 1, currentGeneration: 4,
                    currentKey: 1, lastRotationAt: RefreshScene.start, lastRotationBy: RefreshScene.home)
                #expect(event.detail == detail.json)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `revoking ends a family of that client, once, wherever it stands`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 9)[0]
            let client = scene.stranger.client
            let now = RefreshScene.start
            #expect(try await !scene.database.once(.revokeFamily(family.key, of: client, at: now)))
            #expect(try await scene.database.once(.revokeFamily(family.key, of: scene.owner.client, at: now)))
            #expect(try await !scene.database.once(.revokeFamily(family.key, of: scene.owner.client, at: now)))
            #expect(try await scene.row(family.key)?.hasEnded == true)
            #expect(try await scene.row(family.key)?.sessionHasEnded == false)
            #expect(try await scene.count(.theftEventCount) == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `expired families and sessions go in steps of 500, and no other`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let families = try await scene.families(1203, at: 0)
            let living = Set(families.enumerated().filter { $0.offset.isMultiple(of: 3) }.map(\.element.key))
            let end = RefreshScene.start + RefreshScene.absolute
            try await scene.database.write { tx throws(StorageError) in
                for key in living {
                    let (later, id) = (end + .days(1), key)
                    try tx.run(
                        Statement<Void>(
                            """
                            UPDATE token_family SET expires_at = \(later), idle_expires_at = \(later) WHERE id = \(id)
                            """))
                }
            }
            var after: [UInt8] = []
            var removed: [FamilyKey] = []
            while let last = try await scene.database.once(.familyKeys(after: after)).last {
                let step = try await scene.database.once(
                    .removeExpiredFamilies(
                        after: after, through: last.bytes, now: end, endedBefore: end - .days(365)))
                #expect(step.count <= 500)
                removed += step
                after = last.bytes
            }
            #expect(Set(removed) == Set(families.map(\.key)).subtracting(living))
            #expect(removed.count == 802)
            var sessions = 0
            while true {
                let step = try await scene.database.once(
                    .removeExpiredSessions(now: end, endedBefore: end - .days(365)))
                if step.isEmpty { break }
                #expect(step.count <= 500)
                sessions += step.count
            }
            #expect(sessions == 802)
            #expect(try await scene.count(.sessionCount) == 401)
        }
    }

    @Test(arguments: Engine.available)
    func `a family goes when it ended or lay idle long ago, and not before`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 0)[0]
            let full = [UInt8](repeating: 255, count: 32)
            func remove(endedBefore: Milliseconds) async throws -> [FamilyKey] {
                try await scene.database.once(
                    .removeExpiredFamilies(
                        after: [], through: full, now: RefreshScene.start, endedBefore: endedBefore))
            }
            let ended = RefreshScene.start + .seconds(1)
            _ = try await scene.database.once(.revokeFamily(family.key, of: scene.owner.client, at: ended))
            #expect(try await remove(endedBefore: ended - .milliseconds(1)).isEmpty)
            #expect(try await remove(endedBefore: ended) == [family.key])
            let idle = try await scene.families(1, at: 0)[0]
            let idleEnd = RefreshScene.start + RefreshScene.idle
            #expect(try await remove(endedBefore: idleEnd - .milliseconds(1)).isEmpty)
            #expect(try await remove(endedBefore: idleEnd) == [idle.key])
        }
    }
}
