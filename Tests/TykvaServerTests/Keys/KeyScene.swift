import Logging
import OAuth
import Secrets
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

/// A deployment with signing keys, and nodes on it.
struct KeyScene: Sendable {
    let database: any Database
    let manual: ManualClock
    let secrets: MasterSecrets
    let times: KeyTimes

    static func with(
        _ engine: Engine, times: KeyTimes = .standard, _ body: (KeyScene) async throws -> Void
    ) async throws {
        try await engine.withDatabase { database in
            let scene = KeyScene(
                database: database, manual: ManualClock(), secrets: MasterSecrets(.random()), times: times)
            try await Schema.migrator.migrate(database, at: scene.now.value)
            try await scene.start()
            try await body(scene)
        }
    }

    var now: Milliseconds { manual.now }

    var clock: DeploymentClock {
        DeploymentClock(wall: { [manual] in manual.now }, monotonic: { [manual] in manual.monotonic })
    }

    /// What the start of a node does with the deployment.
    func start() async throws {
        _ = try await OpenedDeployment(
            database, secrets: secrets, terms: .init(issuer: try Issuer(TestServer.issuer), isDev: false),
            keyTimes: times, at: now)
    }

    /// A node with keys of its own.
    func node(through database: (any Database)? = nil, logger: Logger = GrantScene.logger) async throws -> Node {
        let database = database ?? self.database
        let keys = try await KeyRing(database, secrets: secrets, clock: clock, logger: logger)
        return Node(
            keys: keys,
            rotation: KeyRotation(
                database, keys: keys, secrets: secrets, times: times, clock: clock, logger: logger))
    }

    struct Node: Sendable {
        let keys: KeyRing
        let rotation: KeyRotation

        func signing(at now: Milliseconds) -> KeyID? { keys.current.active(at: now)?.id }

        /// The ids in the key set that it serves.
        func published(at now: Milliseconds) -> Set<String> {
            Set(keys.current.published(at: now).map(\.id.text))
        }
    }

    var administration: KeyAdministration { KeyAdministration(database, secrets: secrets, times: times) }

    func rows() async throws -> [SigningKeyRow] { try await database.once(.signingKeys) }

    func key(_ state: KeyState) async throws -> SigningKeyRow {
        let found = try await rows().filter { $0.life.state(at: now) == state }
        try #require(found.count == 1, "\(found.count) keys are \(state)")
        return found[0]
    }

    /// How often each thing has happened to keys.
    func events() async throws -> [EventType: Int] {
        let types = try await database.once(.events(EventFilter())).map(\.type)
        return types.filter { $0.rawValue.hasPrefix("key_") }.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    enum Half: CaseIterable { case sealedPrivate, publicJWK }

    /// Puts something else in the place of one half of a key.
    func damage(_ id: KeyID, _ half: Half = .sealedPrivate) async throws {
        guard half == .sealedPrivate else {
            try await database.once(Statement("UPDATE signing_key SET public_jwk = \("{}") WHERE id = \(id)"))
            return
        }
        try await database.once(
            Statement("UPDATE signing_key SET sealed_private = \([UInt8](repeating: 1, count: 80)) WHERE id = \(id)"))
    }
}
