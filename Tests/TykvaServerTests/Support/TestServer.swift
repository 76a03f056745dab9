import Foundation
import HTTPTypes
import Hummingbird
import LiveServing
import Logging
import NIOCore
import OAuth
import Secrets
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

/// A whole issuer on a fresh database, with a clock that a test moves, behind a real socket.
struct TestServer {
    static let issuer = "https://auth.example.com"
    static let password = "correct horse battery staple"
    let clock: ManualClock
    let database: any Database
    /// Where the database is, for a program beside the server.
    let store: TestStore
    let http: LiveClient
    let secrets: MasterSecrets

    /// - Parameters:
    ///   - connections: How many requests can be under way at once.
    ///   - configure: Changes the configuration before the start.
    ///   - clients: Registered before the start, beside a public first-party `app` and a confidential `service`.
    static func run(
        connections: Int = 1, on engine: Engine = .sqlite,
        configure: (inout ServerConfiguration) throws -> Void = { _ in }, clients: [Client] = [],
        _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration(
            issuer: try Issuer(issuer), trustedProxies: TrustedProxies(networks: [try NetworkRange("127.0.0.0/8")]))
        configuration.outgoing = .forTests
        try configure(&configuration)
        try await engine.withStore { [configuration] store in
            let base = try await store.open()
            do {
                try await serve(store, ClocklessDatabase(inner: base), connections, configuration, clients, body)
            } catch {
                await base.close()
                throw error
            }
            await base.close()
        }
    }

    private static func serve(
        _ store: TestStore, _ database: any Database, _ connections: Int, _ configuration: ServerConfiguration,
        _ clients: [Client], _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        let secrets = MasterSecrets(.random())
        try await Schema.migrator.migrate(database, at: clock.now.value)
        let deploymentClock = DeploymentClock(wall: { clock.now }, monotonic: { clock.monotonic })
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let opened = try await OpenedDeployment(
            database, secrets: secrets, terms: .init(issuer: configuration.issuer, isDev: false), at: clock.now)
        let server = try await TykvaServer(
            opened, secretReader: .never, configuration: configuration, clock: deploymentClock, logger: logger)
        defer { server.passwordHasher.stop() }
        for client in try standardClients(at: clock.now) + clients {
            let event = Event(at: clock.now, type: .clientAdded, client: client.id)
            _ = try await database.write { tx throws(StorageError) in try tx.add(client, event) }
        }
        let router = Router(context: ServeRequestContext.self, options: .autoGenerateHeadEndpoints)
        server.routes.install(on: router)
        let application = Application(router: router, services: server.services, logger: logger)
        try await application.live(connections: connections) { http in
            try await body(TestServer(clock: clock, database: database, store: store, http: http, secrets: secrets))
        }
    }

    private static func standardClients(at now: Milliseconds) throws -> [Client] {
        let api = try service("https://api.example.com")
        let billing = try service("https://billing.example.com")
        let scope = try #require(Scope("openid offline_access orders:read orders:write"))
        let names = try ["name", "preferred_username", "roles"].map { try #require(AttributeName($0)) }
        return [
            Client(
                id: try clientID("app"), authentication: .none, isFirstParty: true, grants: [.password, .refreshToken],
                audiences: [api, billing], scope: scope, claims: ClaimPolicy(stored: names), createdAt: now),
            Client(
                id: try clientID("service"), authentication: .secret(hash: TokenHash(of: "s3cret +%").bytes),
                isFirstParty: true, grants: [.password, .refreshToken, .clientCredentials], audiences: [api],
                scope: scope, createdAt: now),
        ]
    }

    static func clientID(_ text: String) throws -> ClientID { try #require(ClientID(text)) }
    static func service(_ text: String) throws -> ServiceIdentifier { try #require(ServiceIdentifier(text)) }

    /// Adds a user who can sign in with `TestServer.password`.
    @discardableResult
    func addUser(_ name: String, roles: [String] = ["reader"]) async throws -> UserID {
        let id = UserID.random()
        let user = try UserName(name)
        let hasher = try PasswordHasher(threads: 1)
        defer { hasher.stop() }
        let hash = try await hasher.hash(.accepted(Self.password))
        let claims = try PublicClaims([
            (#require(AttributeName("preferred_username")), .string(name)),
            (#require(AttributeName("roles")), .array(roles.map { .string($0) })),
        ])
        let now = clock.now
        try await database.write { tx throws(StorageError) in
            _ = try tx.run(.add(id, name: user, displayName: nil, email: nil, at: now))
            try tx.run(.setPasswordHash(hash.stored, of: id))
            try tx.run(.setClaims(claims, of: id))
        }
        return id
    }

    func events(_ type: EventType) async throws -> [Event] {
        try await database.read { tx throws(StorageError) in try tx.run(.events(EventFilter(type: type))) }
    }
}
