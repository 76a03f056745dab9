import OAuth
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// A node whose deployment is given another issuer while it runs.
@Suite(.serialized, .timeLimit(.minutes(15))) struct IssuerStandingTests {
    private static let other = "https://other.example.com"

    @Test(arguments: Engine.available)
    func `it ends with a sentence that names the new one`(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let database = try await store.open()
            let scene = try await GrantScene(database)
            let standing = IssuerStanding(scene.issuer)
            let watching = Task { try await scene.watch(standing).run() }
            let node = try await store.open()
            _ = try await OpenedDeployment(
                node, secrets: scene.secrets,
                terms: .init(issuer: try Issuer(Self.other), isDev: false, mayChangeIssuer: true), at: scene.manual.now)
            await node.close()
            let end = await #expect(throws: InvalidValue.self) { try await watching.value }
            #expect(end.map { "\($0)".contains(Self.other) } == true)
            #expect(!standing.isCurrent)
            #expect(throws: OAuthError.self) { try standing.check() }
            await database.close()
        }
    }

    @Test(arguments: Engine.available)
    func `nobody signs in for the old one, even before it is noticed`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database)
            _ = try await scene.signIn()
            try await database.once(.changeIssuer(to: try Issuer(Self.other)))
            let refusal = await #expect(throws: StorageError.self) { _ = try await scene.signIn() }
            #expect(refusal?.description.contains("another issuer") == true)
            let sessions = try await database.read { tx throws(StorageError) in
                try tx.run(.sessions(of: nil, before: nil, limit: 10))
            }
            #expect(sessions.count == 1)
        }
    }
}
