package import Logging
import Mail
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
    /// For whatever lets a person choose a password.
    package let passwordRules: PasswordRules
    package let maintenance: ExpiredRows
    let retreat = Retreat()

    /// - Parameter secretReader: Where the master secrets are read again while the server runs.
    /// - Throws: When storage fails, no signing key opens, or registration is on without mail.
    package init(
        _ opened: OpenedDeployment, secretReader: MasterSecretReader, configuration: ServerConfiguration,
        clock: DeploymentClock, logger: Logger
    ) async throws {
        let (database, issuer) = (opened.database, configuration.issuer)
        guard configuration.registration == nil || configuration.sendsMail else {
            throw InvalidValue("registration", "it needs a mail server (smtp_url)")
        }
        let clockWatch = ClockWatch(database, clock: clock, logger: logger)
        if await !clockWatch.measure() { clock.set(.unknown) }
        let secrets = try await SecretRing(database, opened.secrets, issuer: issuer, clock: clock)
        let keys = try await KeyRing(database, secrets: secrets.current.secrets, clock: clock, logger: logger)
        let events = EventRecorder(database, logger: logger)
        let (epoch, standing) = (RestoreEpoch(opened.deployment.restoreEpoch), IssuerStanding(issuer))
        let directory = ClientDirectory(database, clock: clock)
        let addresses = AddressRules(configuration)
        let outgoing = OutgoingRequests(addresses, patience: configuration.outgoing)
        let tokens = TokenIssuer(
            database, issuer: issuer, keys: keys, secrets: secrets, lifetime: configuration.lifetimes.accessToken)
        let hasher = try PasswordHasher(configuration.passwordHashing)
        self.clock = clock
        passwordHasher = hasher
        passwordRules = PasswordRules(
            configuration.passwords, issuer: issuer, branding: configuration.branding, addresses: addresses,
            patience: configuration.outgoing
        ) { logger.warning("\($0)") }
        maintenance = ExpiredRows(
            database: database, clock: clock, eventRetention: configuration.eventRetention,
            keyMemory: configuration.lifetimes.longestSession, logger: logger)
        let mailer = try configuration.mail.map { account throws(SystemError) in try Mailer(account.server) }
        let post = try await Self.post(configuration, mailer, database, logger)
        let resets = PasswordResetRequests(database, logger: logger)
        let networkGuesses = NetworkGuesses(database, unlimited: configuration.unlimitedNetworks)
        try await networkGuesses.load(at: clock.now())
        let registrations = RegistrationRequests(database, logger: logger)
        let tally = RefreshTally()
        let parts = Parts(
            database: database, configuration: configuration, secrets: secrets, keys: keys, tokens: tokens,
            events: events, epoch: epoch, standing: standing, directory: directory,
            clients: ClientAuthenticator(
                directory, keySets: ClientKeySets(outgoing, clock: clock, logger: logger), database: database,
                issuer: issuer, clock: clock, guesses: networkGuesses),
            hasher: hasher, passwordRules: passwordRules, clock: clock, retreat: retreat, resets: resets,
            networkGuesses: networkGuesses, registrations: registrations, tally: tally)
        routes = try parts.routes()
        services = [
            StorageWatch(
                database: database, clients: directory, keys: keys, secrets: secrets, epoch: epoch, standing: standing,
                clock: clock, events: events, logger: logger),
            NodePresence(database: database, secrets: secrets, reader: secretReader, clock: clock, logger: logger),
            clockWatch, events, resets, Gauges(hasher: hasher, keys: keys, times: configuration.keyTimes, clock: clock),
            KeyRotation(
                database, keys: keys, secrets: secrets.current.sealing, times: configuration.keyTimes, clock: clock,
                logger: logger), maintenance,
            registrations, RefreshCountWriter(database: database, clock: clock, tally: tally, logger: logger),
            OutboxDelivery(
                database: database, clock: clock,
                backchannelLogout: BackchannelLogoutSender(tokens: tokens, requests: outgoing),
                letters: try post.map { post in
                    LetterDelivery(
                        database: database, issuer: issuer,
                        writer: try LetterWriter(brandName: configuration.branding.name), post: post)
                },
                webhooks: WebhookDelivery(
                    database: database, post: WebhookPost({ secrets.current.secrets }, issuer: issuer)),
                logger: logger),
        ]
        if let mailer { services.append(MailerStop(mailer: mailer)) }
    }
    /// Where letters go: nil without a mail server, which is told once with what waits.
    private static func post(
        _ configuration: ServerConfiguration, _ mailer: Mailer?, _ database: any Database, _ logger: Logger
    ) async throws -> LetterPost? {
        if let mailer, let account = configuration.mail {
            return LetterPost(mailer, from: account, brandName: configuration.branding.name)
        }
        if let post = configuration.post { return post }
        let waiting = try await OutboxAdministration(database).count(MessageFilter(kind: .mail, state: .waiting))
        logger.notice(
            "no mail server is set (smtp_url): messages to people wait in the outbox, for 30 days",
            metadata: ["messages": "\(waiting)"])
        return nil
    }
}
