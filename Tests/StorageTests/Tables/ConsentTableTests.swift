import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct ConsentTableTests {
    private static let (start, later) = (SingleSignOnScene.start, SingleSignOnScene.later)

    private func grant(_ scope: String, to client: ClientID, in scene: SingleSignOnScene) async throws {
        let consent = Consent(
            user: scene.user, client: client, scope: try Scope.sample(scope), grantedAt: Self.start)
        try await scene.database.write { tx throws(StorageError) in
            try tx.grant(consent, Event(at: Self.start, type: .consentGranted, user: consent.user, client: client))
        }
    }

    @Test(arguments: Engine.available)
    func `what is allowed adds up, for each client by itself`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            #expect(try await scene.database.once(.consent(of: scene.user, to: scene.shop)) == nil)
            try await grant("openid email", to: scene.shop, in: scene)
            try await grant("email phone", to: scene.shop, in: scene)
            try await grant("openid", to: scene.other, in: scene)
            let consent = try await scene.database.once(.consent(of: scene.user, to: scene.shop))
            #expect(consent?.scope.text == "openid email phone")
            #expect(consent?.grantedAt == Self.start)
            let all = try await scene.database.once(.consents(of: scene.user))
            #expect(all.map(\.client) == [scene.other, scene.shop])
            #expect(try await scene.events(.consentGranted).count == 3)
            #expect(try await scene.database.once(.consents(of: .random())).isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `what is too long together is what was allowed last`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let (first, second) = (String(repeating: "a", count: 200), String(repeating: "b", count: 200))
            try await grant(first, to: scene.shop, in: scene)
            try await grant(second, to: scene.shop, in: scene)
            #expect(try await scene.database.once(.consent(of: scene.user, to: scene.shop))?.scope.text == second)
        }
    }

    @Test(arguments: Engine.available)
    func `withdrawing ends everything of that client, everywhere, and of no other`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            try await grant("openid", to: scene.shop, in: scene)
            try await grant("openid", to: scene.other, in: scene)
            let one = try #require(try await scene.signIn("one"))
            let two = try #require(try await scene.signIn("two"))
            let mine = [
                try scene.family(in: one), try scene.family(in: two),
                try scene.family(in: two, scope: "offline_access"),
            ]
            for family in mine { try await scene.begin(family) }
            let others = try scene.family(in: one, of: scene.other)
            try await scene.begin(others)
            let code = try scene.code("code", in: one)
            #expect(try await scene.issue(code))

            let withdraw = { @Sendable (tx: any Transaction) throws(StorageError) in
                try tx.withdrawConsent(
                    of: scene.user, to: scene.shop, at: Self.later, Event(at: Self.later, type: .consentWithdrawn))
            }
            #expect(try await scene.database.write(withdraw))
            #expect(try await !scene.database.write(withdraw))
            for family in mine { #expect(try await scene.hasEnded(family)) }
            #expect(try await !scene.hasEnded(others))
            #expect(try await scene.database.once(.consents(of: scene.user)).map(\.client) == [scene.other])
            #expect(try await scene.found("one") != nil)
            let family = try scene.family(in: one)
            let outcome = try await scene.database.write { tx throws(StorageError) in
                try tx.redeem(code.hash, family, at: Self.start, Event(at: Self.start, type: .codeRedeemed))
            }
            #expect(outcome == .over)
            let listings = try await scene.database.once(.sessions(of: scene.user, before: nil, limit: 9))
            #expect(listings.first { $0.family?.key == mine[0].id }?.family?.endReason == "consent_withdrawn")
        }
    }

    @Test(arguments: Engine.available)
    func `consent goes with its user and with its client`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            try await grant("openid", to: scene.shop, in: scene)
            try await grant("openid", to: scene.other, in: scene)
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.removeClient(scene.shop, Event(at: Self.later, type: .clientRemoved))
            }
            #expect(try await scene.database.once(.consents(of: scene.user)).map(\.client) == [scene.other])
            try await scene.database.write { tx throws(StorageError) in
                try tx.removeUser(scene.user, Event(at: Self.later, type: .userRemoved))
            }
            #expect(try await scene.database.once(.consents(of: scene.user)).isEmpty)
        }
    }
}
