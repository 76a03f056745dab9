import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

/// Redemptions and ends at the same time: whichever commits first, nothing lives on that should not.
@Suite(.timeLimit(.minutes(15))) struct SingleSignOnRaceTests {
    private static let (start, later) = (SingleSignOnScene.start, SingleSignOnScene.later)

    fileprivate struct Redeeming: Sendable {
        let scene: SingleSignOnScene
        let code: NewAuthorizationCode
        let family: NewFamily

        func callAsFunction(_ tx: any Transaction) throws(StorageError) -> CodeRedemption {
            try tx.redeem(code.hash, family, at: start, Event(at: start, type: .codeRedeemed))
        }
    }

    enum End: CaseIterable {
        case signOut, session, disabling, withdrawal, user, client

        fileprivate func callAsFunction(_ tx: any Transaction, _ redeeming: Redeeming) throws(StorageError) {
            let (user, client) = (redeeming.scene.user, redeeming.scene.shop)
            let event = Event(at: later, type: .sessionEnded)
            switch self {
            case .signOut: _ = try tx.signOut(redeeming.code.session, at: later, event)
            case .session: _ = try tx.endSession(redeeming.code.session, .endedByPerson, at: later, event)
            case .disabling: _ = try tx.disable(user, at: later, event)
            case .withdrawal: _ = try tx.withdrawConsent(of: user, to: client, at: later, event)
            case .user: try tx.removeUser(user, event)
            case .client: _ = try tx.removeClient(client, event)
            }
        }
    }

    private func redeeming(_ scene: SingleSignOnScene) async throws -> Redeeming {
        let session = try #require(try await scene.signIn("cookie"))
        let code = try scene.code("code", in: session)
        #expect(try await scene.issue(code))
        return Redeeming(scene: scene, code: code, family: try scene.family(in: session))
    }

    @Test(arguments: Engine.available, End.allCases)
    func `a code that is redeemed under an end begins nothing`(_ engine: Engine, _ end: End) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let redeeming = try await redeeming(scene)
            let step = Rendezvous()
            async let ended: Void = scene.database.write { tx throws(StorageError) in
                try end(tx, redeeming)
                step.arrive()
                step.waitForRelease()
            }
            await step.arrival()
            async let outcome = scene.database.writeAgain { tx throws(StorageError) in try redeeming(tx) }
            try await scene.scene.waitUntilSomebodyWaits(engine)
            step.release()
            try await ended
            #expect(try await outcome == .over)
            #expect(try await scene.hasEnded(redeeming.family))
            #expect(try await scene.notices().isEmpty)
        }
    }

    @Test(arguments: Engine.available, End.allCases)
    func `what a redemption under way begins is ended, and its application is told`(
        _ engine: Engine, _ end: End
    ) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let redeeming = try await redeeming(scene)
            let step = Rendezvous()
            async let outcome = scene.database.write { tx throws(StorageError) in
                let outcome = try redeeming(tx)
                step.arrive()
                step.waitForRelease()
                return outcome
            }
            await step.arrival()
            async let ended: Void = scene.database.writeAgain { tx throws(StorageError) in try end(tx, redeeming) }
            try await scene.scene.waitUntilSomebodyWaits(engine)
            step.release()
            guard case .begun = try await outcome else {
                Issue.record("nothing was begun")
                return
            }
            try await ended
            #expect(try await scene.hasEnded(redeeming.family))
            let isTold = end != .client
            #expect(try await scene.notices().map(\.client) == (isTold ? [scene.shop] : []))
        }
    }
}
