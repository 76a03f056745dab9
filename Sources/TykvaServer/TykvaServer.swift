package import Logging
import OAuth
package import Secrets
public import ServiceLifecycle
import Storage

/// The issuer: signs people in and issues tokens.
///
/// An application mounts it on its own router, and runs ``services`` beside it:
///
/// ```swift
/// let issuer = try await TykvaServer(dataFolder: "/var/lib/tykva", issuer: "https://auth.example.com")
/// issuer.install(on: router)
/// let application = Application(router: router, services: issuer.services)
/// ```
///
/// For `tykva serve` and tests it is the composition root: a deployment and a configuration in, routes and services
/// out.
public struct TykvaServer: Sendable {
    package let routes: Routes
    /// Long work, to be run beside the application and stopped by its graceful shutdown.
    public internal(set) var services: [any Service]
    package let clock: DeploymentClock
    package let passwordHasher: PasswordHasher
    package let maintenance: ExpiredRows
    let retreat = Retreat()

    /// - Throws: When storage fails, or no signing key opens.
    package init(
        _ opened: OpenedDeployment, configuration: ServerConfiguration, clock: DeploymentClock, logger: Logger
    ) async throws {
        let (database, issuer) = (opened.database, configuration.issuer)
        let clockWatch = ClockWatch(database, clock: clock, logger: logger)
        if await !clockWatch.measure() { clock.set(.unknown) }
        let keys = try await KeyRing(database, secrets: opened.secrets, at: clock.now())
        let refreshKeys = RefreshKeys(secrets: opened.secrets, issuer: issuer)
        let events = EventRecorder(database, logger: logger)
        let epoch = RestoreEpoch(opened.deployment.restoreEpoch)
        let directory = ClientDirectory(database)
        let outgoing = OutgoingRequests(AddressRules(configuration))
        let clients = ClientAuthenticator(
            directory, keySets: ClientKeySets(outgoing, clock: clock, logger: logger), database: database,
            issuer: issuer, clock: clock)
        let hasher = try PasswordHasher(configuration.passwordHashing)
        let passwords = PasswordCheck(database, hasher: hasher, events: events)
        let tokens = TokenIssuer(issuer: issuer, keys: keys, lifetime: configuration.lifetimes.accessToken)
        (self.clock, passwordHasher) = (clock, hasher)
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
        let ticketKey = TicketKey(opened.secrets.active, issuer: issuer)
        let requests = AuthorizationRequests(
            issuer: issuer, clients: directory, database: database, keys: keys, ticketKey: ticketKey)
        let flow = AuthorizationFlow(issuer: issuer, database: database, ticketKey: ticketKey)
        routes = Routes(
            token: token,
            revocation: RevocationEndpoint(
                clients: clients, database: database, keys: refreshKeys, clock: clock,
                proxies: configuration.trustedProxies),
            introspection: IntrospectionEndpoint(
                clients: clients, directory: directory, database: database, issuer: issuer, keys: keys,
                refreshKeys: refreshKeys, clock: clock),
            userInfo: UserInfoEndpoint(
                issuer: issuer, keys: keys, clients: directory, database: database, clock: clock),
            pushedRequest: PushedRequestEndpoint(clients: clients, database: database, issuer: issuer, clock: clock),
            authorization: AuthorizationEndpoint(desk: desk, requests: requests, flow: flow),
            signIn: SignInEndpoint(desk: desk, requests: requests, flow: flow, passwords: passwords),
            selectAccount: SelectAccountEndpoint(desk: desk, requests: requests, flow: flow),
            consent: ConsentEndpoint(desk: desk, requests: requests, flow: flow, database: database),
            signOut: SignOutEndpoint(desk: desk, clients: directory, keys: keys),
            account: AccountEndpoint(desk: desk, database: database, hasher: hasher),
            metadata: MetadataEndpoint(issuer: issuer, keys: keys, clients: directory),
            keySet: KeySetEndpoint(keys: keys),
            health: HealthEndpoint(database: database, keys: keys, clock: clock, retreat: retreat),
            pages: desk.renderer, clients: directory, isSecure: issuer.isSecure,
            proxies: configuration.trustedProxies, arePeersChecked: configuration.onlyProxiesConnect)
        services = [
            StorageWatch(
                database: database, clients: directory, keys: keys, epoch: epoch, clock: clock, events: events,
                logger: logger),
            clockWatch, Gauges(hasher: hasher, keys: keys, clock: clock), maintenance, events,
            OutboxDelivery(
                database: database, clock: clock,
                backchannelLogout: BackchannelLogoutSender(tokens: tokens, requests: outgoing), logger: logger),
        ]
    }
}
