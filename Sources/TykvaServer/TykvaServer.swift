package import Logging
import OAuth
package import Secrets
package import ServiceLifecycle
import Storage

/// The composition root: a deployment and a configuration in, routes and services out.
///
/// Used by `tykva serve`, by tests, and by applications that mount the issuer on their own router.
package struct TykvaServer: Sendable {
    package let routes: Routes
    /// Long work, to be run beside the application and stopped by its graceful shutdown.
    package let services: [any Service]
    package let clock: DeploymentClock
    package let passwordHasher: PasswordHasher
    package let maintenance: ExpiredRows
    let retreat = Retreat()

    /// - Throws: When storage fails, or no signing key opens.
    package init(
        _ opened: OpenedDeployment, configuration: ServerConfiguration, clock: DeploymentClock, logger: Logger
    ) async throws {
        let database = opened.database
        let clockWatch = ClockWatch(database, clock: clock, logger: logger)
        if await !clockWatch.measure() { clock.set(.unknown) }
        let keys = try await KeyRing(database, secrets: opened.secrets, at: clock.now())
        let refreshKeys = RefreshKeys(secrets: opened.secrets, issuer: configuration.issuer)
        let events = EventRecorder(database, logger: logger)
        let epoch = RestoreEpoch(opened.deployment.restoreEpoch)
        let directory = ClientDirectory(database)
        let clients = ClientAuthenticator(directory)
        let hasher = try PasswordHasher(configuration.passwordHashing)
        let tokens = TokenIssuer(
            issuer: configuration.issuer, keys: keys, lifetime: configuration.lifetimes.accessToken)
        self.clock = clock
        passwordHasher = hasher
        maintenance = ExpiredRows(
            database: database, clock: clock, eventRetention: configuration.eventRetention, logger: logger)
        routes = Routes(
            token: TokenEndpoint(
                clients: clients,
                password: PasswordGrant(
                    database, hasher: hasher, tokens: tokens, refreshKeys: refreshKeys,
                    lifetimes: configuration.lifetimes, events: events),
                refreshToken: RefreshTokenGrant(
                    database, tokens: tokens, keys: refreshKeys, configuration: configuration, clock: clock,
                    epoch: epoch, events: events),
                clientCredentials: ClientCredentialsGrant(tokens), clock: clock,
                proxies: configuration.trustedProxies),
            revocation: RevocationEndpoint(
                clients: clients, database: database, keys: refreshKeys, clock: clock,
                proxies: configuration.trustedProxies),
            metadata: MetadataEndpoint(
                ServerMetadata(issuer: configuration.issuer, algorithm: .es256, scopes: [])),
            keySet: KeySetEndpoint(keys: keys),
            health: HealthEndpoint(database: database, keys: keys, clock: clock, retreat: retreat),
            isSecure: configuration.issuer.isSecure, proxies: configuration.trustedProxies,
            arePeersChecked: configuration.onlyProxiesConnect)
        services = [
            StorageWatch(
                database: database, clients: directory, keys: keys, epoch: epoch, clock: clock, events: events,
                logger: logger),
            clockWatch, Gauges(hasher: hasher, keys: keys, clock: clock), maintenance, events,
        ]
    }
}
