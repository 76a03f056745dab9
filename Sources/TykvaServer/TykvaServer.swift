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
        let passwords = PasswordCheck(database, hasher: hasher, events: events)
        let tokens = TokenIssuer(
            issuer: configuration.issuer, keys: keys, lifetime: configuration.lifetimes.accessToken)
        self.clock = clock
        passwordHasher = hasher
        maintenance = ExpiredRows(
            database: database, clock: clock, eventRetention: configuration.eventRetention, logger: logger)
        let token = TokenEndpoint(
            clients: clients,
            password: PasswordGrant(
                database, passwords: passwords, tokens: tokens, refreshKeys: refreshKeys,
                lifetimes: configuration.lifetimes),
            refreshToken: RefreshTokenGrant(
                database, tokens: tokens, keys: refreshKeys, configuration: configuration, clock: clock,
                epoch: epoch, events: events),
            clientCredentials: ClientCredentialsGrant(tokens),
            authorizationCode: AuthorizationCodeGrant(
                database, tokens: tokens, refreshKeys: refreshKeys, lifetimes: configuration.lifetimes),
            clock: clock, proxies: configuration.trustedProxies)
        let desk = try PageDesk(database, opened.secrets, configuration, clock)
        let requests = AuthorizationRequests(
            issuer: configuration.issuer, clients: directory, database: database, keys: keys,
            ticketKey: TicketKey(opened.secrets.active, issuer: configuration.issuer))
        let flow = AuthorizationFlow(
            issuer: configuration.issuer, database: database, ticketKey: requests.ticketKey)
        routes = Routes(
            token: token,
            revocation: RevocationEndpoint(
                clients: clients, database: database, keys: refreshKeys, clock: clock,
                proxies: configuration.trustedProxies),
            userInfo: UserInfoEndpoint(
                issuer: configuration.issuer, keys: keys, clients: directory, database: database, clock: clock),
            pushedRequest: PushedRequestEndpoint(
                clients: clients, database: database, issuer: configuration.issuer, clock: clock),
            authorization: AuthorizationEndpoint(desk: desk, requests: requests, flow: flow),
            signIn: SignInEndpoint(desk: desk, requests: requests, flow: flow, passwords: passwords),
            selectAccount: SelectAccountEndpoint(desk: desk, requests: requests, flow: flow),
            consent: ConsentEndpoint(desk: desk, requests: requests, flow: flow, database: database),
            signOut: SignOutEndpoint(desk: desk, clients: directory, keys: keys),
            account: AccountEndpoint(desk: desk, database: database, hasher: hasher),
            metadata: MetadataEndpoint(issuer: configuration.issuer, keys: keys, clients: directory),
            keySet: KeySetEndpoint(keys: keys),
            health: HealthEndpoint(database: database, keys: keys, clock: clock, retreat: retreat),
            pages: desk.renderer, clients: directory, isSecure: configuration.issuer.isSecure,
            proxies: configuration.trustedProxies,
            arePeersChecked: configuration.onlyProxiesConnect)
        let outgoing = OutgoingRequests()
        services = [
            StorageWatch(
                database: database, clients: directory, keys: keys, epoch: epoch, clock: clock, events: events,
                logger: logger),
            clockWatch, Gauges(hasher: hasher, keys: keys, clock: clock), maintenance, events, outgoing,
            OutboxDelivery(
                database: database, clock: clock,
                backchannelLogout: BackchannelLogoutSender(tokens: tokens, client: outgoing.client), logger: logger),
        ]
    }
}
