import Logging
import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// A deployment with a user `anna` and a client `app`, whose grants are asked without HTTP.
struct GrantScene: Sendable {
    let database: any Database
    let manual = ManualClock()
    let secrets: MasterSecrets
    let issuer: Issuer
    let opened: OpenedDeployment
    let app: Client
    private let keys: KeyRing
    /// Of the first node.
    let ring: SecretRing
    private let events: EventRecorder
    let tally = RefreshTally()

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ database: any Database, secrets: MasterSecrets = MasterSecrets(.random())) async throws {
        self.database = database
        self.secrets = secrets
        issuer = try Issuer(TestServer.issuer)
        try await Schema.migrator.migrate(database, at: manual.now.value)
        opened = try await OpenedDeployment(
            database, secrets: secrets, terms: .init(issuer: issuer, isDev: false), at: manual.now)
        let clock = DeploymentClock(wall: { [manual] in manual.now }, monotonic: { [manual] in manual.monotonic })
        let ring = try await SecretRing(database, opened.secrets, issuer: issuer, clock: clock)
        self.ring = ring
        keys = try await KeyRing(database, secrets: ring.current.secrets, clock: clock, logger: Self.logger)
        events = EventRecorder(database, logger: Self.logger)
        app = Client(
            id: try TestServer.clientID("app"), authentication: .none, isFirstParty: true,
            grants: [.password, .refreshToken], audiences: [], scope: try #require(Scope("orders:read")),
            createdAt: manual.now)
        try await addAnna()
    }

    var clock: DeploymentClock {
        DeploymentClock(wall: { [manual] in manual.now }, monotonic: { [manual] in manual.monotonic })
    }

    /// A node's watch over the store.
    func watch(_ standing: IssuerStanding) -> StorageWatch {
        StorageWatch(
            database: database, clients: ClientDirectory(database, clock: clock), keys: keys, secrets: ring,
            epoch: RestoreEpoch(opened.deployment.restoreEpoch), standing: standing, clock: clock, events: events,
            logger: Self.logger)
    }

    /// What another node knows of the secrets.
    func otherRing(_ secrets: MasterSecrets? = nil) async throws -> SecretRing {
        try await SecretRing(database, secrets ?? opened.secrets, issuer: issuer, clock: clock)
    }

    func signIn() async throws -> TokenResponse {
        let hasher = try PasswordHasher(threads: 1)
        defer { hasher.stop() }
        let grant = PasswordGrant(
            database,
            passwords: PasswordCheck(
                database, hasher: hasher, events: events,
                guesses: PasswordGuesses(database, unlimited: .loopback)), tokens: tokens,
            secrets: ring, lifetimes: .init())
        guard
            case .password(let request) = try Self.request([
                "grant_type": "password", "username": "anna", "password": TestServer.password,
            ])
        else { throw InvalidValue("test", "that was no password request") }
        return try await grant.answer(request, client: app, from: Self.origin, at: manual.now)
    }

    /// Refreshes at a node of its own.
    ///
    /// - Parameters:
    ///   - database: The node's way to the store.
    ///   - tally: What the node has counted; nil for one of all nodes.
    func refresh(
        _ token: String, through database: any Database, by ring: SecretRing? = nil,
        counting tally: RefreshTally? = nil
    ) async throws -> TokenResponse {
        let tally = tally ?? self.tally
        let grant = RefreshTokenGrant(
            database, tokens: tokens, secrets: ring ?? self.ring,
            configuration: ServerConfiguration(issuer: issuer), clock: clock,
            epoch: RestoreEpoch(opened.deployment.restoreEpoch), events: events, tally: tally)
        guard
            case .refreshToken(let request) = try Self.request(["grant_type": "refresh_token", "refresh_token": token])
        else { throw InvalidValue("test", "that was no refresh request") }
        return try await grant.answer(request, client: app, from: Self.origin, at: manual.now)
    }

    var tokens: TokenIssuer {
        TokenIssuer(database, issuer: issuer, keys: keys, secrets: ring, lifetime: .minutes(5))
    }

    private static let origin = RequestOrigin(
        holder: Holder(address: .unknown, agent: UserAgent("")), requestID: "test")

    private static func request(_ parameters: [String: String]) throws -> TokenRequest {
        let body = parameters.map { "\($0.key)=\(TestServer.encoded($0.value))" }.joined(separator: "&")
        return try TokenRequest(FormParameters(Array(body.utf8)))
    }

    private func addAnna() async throws {
        let hasher = try PasswordHasher(threads: 1)
        defer { hasher.stop() }
        let hash = try await hasher.hash(.accepted(TestServer.password))
        let (user, name, now) = (UserID.random(), try UserName("anna"), manual.now)
        let event = Event(at: now, type: .clientAdded, client: app.id)
        try await database.administer { [app] tx throws(StorageError) in
            _ = try tx.run(.add(user, name: name, displayName: nil, email: nil, at: now))
            try tx.run(.setPasswordHash(hash.stored, of: user))
            _ = try tx.add(app, event)
        }
    }
}
