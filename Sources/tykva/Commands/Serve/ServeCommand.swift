import ArgumentParser
import DemoStory
import Foundation
import Hummingbird
import Logging
import Metrics
import OAuth
import PrometheusText
import Secrets
import ServiceLifecycle
import Storage
import TykvaServer

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs the server.",
        discussion: """
            Prints one line when it is ready. TERM and INT end it in order within 30
            seconds, a second one at once; HUP reads the certificate again. TERM first
            lets a node drain (drain_seconds).

            Example:
              tykva serve --issuer https://auth.example.com --listen 0.0.0.0:443 \\
                --tls-certificate chain.pem --tls-key key.pem
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Where to listen; 127.0.0.1:8080 by default.", valueName: "host:port"))
    var listen: String?

    @Option(help: ArgumentHelp("The issuer's identifier: https and a host, nothing after it.", valueName: "url"))
    var issuer: String?

    @Option(
        name: .customLong("tls-certificate"), help: ArgumentHelp("The certificate chain in PEM.", valueName: "file"))
    var tlsCertificate: String?

    @Option(
        name: .customLong("tls-key"), help: ArgumentHelp("The certificate's private key in PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(
        name: .customLong("behind-proxy"),
        help: ArgumentHelp("A network of proxies that speak TLS for us; may be repeated.", valueName: "cidr"))
    var behindProxy: [String] = []

    @Option(
        name: .customLong("log-level"),
        help: ArgumentHelp("What is logged: this and what is worse.", valueName: "level"))
    var logLevel: String?

    @Option(name: .customLong("log-format"), help: "json or text.")
    var logFormat: String?

    @Flag(help: "A first look: a demo user, a demo client and a page that shows the whole story. Loopback only.")
    var dev = false

    @Flag(
        name: .customLong("change-issuer"), help: "Take the database over to another issuer, which signs everybody out."
    )
    var changeIssuer = false

    func validate() throws {
        guard !common.isJSON else { throw ValidationError("serve answers nothing, so it has no --output json") }
    }

    func run() async throws {
        var serving = try ServeSettings(common.settings(flags, for: .serving(isDev: dev)), isDev: dev)
        let settings = serving.settings
        ProcessLimits.forbidCoreDumps()
        try ProcessLimits.makeRoom(for: settings)
        let logger = Self.logger(settings)
        let clock = DeploymentClock.system()
        let premises = try Premises.made(settings)
        let lock = try Self.lock(premises)
        try AddressProbe.check(settings.listen)
        if let metrics = settings.metricsListen {
            try AddressProbe.check(metrics, hint: "; it is metrics_listen, which may be another address, or off")
        }
        let certificate = try settings.loadCertificate()
        serving.configuration.mail = try settings.mail?.account(issuer: serving.issuer)
        let prepared = try await Preparation(settings, premises) { logger.notice("\($0)") }
            .open(.forServing)
        if case .postgres = premises.database, geteuid() == 0 {
            logger.warning("this runs as root, and nothing here needs it: run it as a user of its own")
        }
        do {
            // Before it is read for the first time: else time would stand still on a machine that is ahead.
            guard await ClockWatch(prepared.database, clock: clock, logger: logger).measure() else {
                throw CommandFailure("the database's clock cannot be read")
            }
            for remark in try await prepared.database.remarks() { logger.warning("\(remark)") }
            let opened = try await open(prepared, serving, logger, at: clock.now())
            let source = try MasterSecretSource(settings, premises.folder)
            try await start(opened, serving, source.reader, certificate, clock, logger)
        } catch {
            await prepared.database.close()
            throw error
        }
        _ = consume lock
    }

    /// A file has one server; a server of PostgreSQL has any number of nodes.
    private static func lock(_ premises: Premises) throws -> DatabaseLock? {
        guard case .sqlite(let path) = premises.database else { return nil }
        return try DatabaseLock(of: path)
    }

    private var flags: [String: String] {
        var flags: [String: String] = [:]
        flags["listen"] = listen
        flags["issuer"] = issuer
        flags["tls_certificate"] = tlsCertificate
        flags["tls_key"] = tlsKey
        flags["behind_proxy"] = behindProxy.isEmpty ? nil : behindProxy.joined(separator: ",")
        flags["log_level"] = logLevel
        flags["log_format"] = logFormat
        return flags
    }

    private func open(
        _ prepared: Preparation.Opened, _ serving: ServeSettings, _ logger: Logger, at now: Milliseconds
    ) async throws -> OpenedDeployment {
        guard let secrets = prepared.secrets else { throw CommandFailure("the master secret was not read") }
        var terms = OpenedDeployment.Terms(issuer: serving.issuer, isDev: serving.isDev)
        let before = try await prepared.database.read { tx throws(StorageError) in try tx.run(.deployment) }
        if let before, before.issuer != serving.issuer.text {
            if before.devAt != nil, serving.isDev {
                logger.notice("the issuer of this --dev folder was \(before.issuer) and is \(serving.issuer) now")
            } else if changeIssuer {
                try confirm(from: before.issuer, to: serving.issuer)
                terms.mayChangeIssuer = true
            }
        }
        do {
            return try await OpenedDeployment(
                prepared.database, secrets: secrets, terms: terms, keyTimes: serving.configuration.keyTimes, at: now)
        } catch let error as InvalidValue {
            throw CommandFailure("\(error)", .configuration)
        }
    }

    private func confirm(from old: String, to new: Issuer) throws {
        Console.ask("Change the issuer from \(old) to \(new)? This signs everybody out. Type yes to go on: ")
        let answer = try BoundedInput.line("the answer", maximumBytes: 80)
        // A terminal has ended the line of the question itself.
        if isatty(STDIN_FILENO) == 0 { Console.endQuestion() }
        guard answer == "yes" else {
            throw CommandFailure("the issuer stays \(old)")
        }
    }

    /// The last step: from here on it is the server's.
    private func start(
        _ opened: OpenedDeployment, _ serving: ServeSettings, _ secretReader: MasterSecretReader,
        _ certificate: ServingCertificate?,
        _ clock: DeploymentClock, _ logger: Logger
    ) async throws {
        let settings = serving.settings
        if settings.tls == nil, settings.behindProxy.isEmpty, !dev {
            logger.warning("plain http, on loopback only", metadata: ["listen": "\(settings.listen)"])
            if serving.issuer.text.hasPrefix("https:") {
                // Loopback is unlimited unless it is said otherwise, and the proxy's callers are told apart by nothing.
                logger.warning(
                    """
                    the issuer is https, so a proxy speaks TLS on this machine: behind_proxy must name it, such as \
                    --behind-proxy 127.0.0.1/32; until then all callers count as this machine, and no limit of \
                    guesses or requests by network holds
                    """)
            }
        }
        MetricsSystem.bootstrap(PrometheusMetrics.shared)
        let issuer = serving.issuer
        var plan = ServePlan(
            listen: settings.listen, certificate: certificate, metricsListen: settings.metricsListen,
            maximumConnections: settings.maximumConnections, drainSeconds: settings.drainSeconds, opened: opened,
            secretReader: secretReader,
            configuration: serving.configuration,
            clock: clock, logger: logger, onReady: { try? Console.print("tykva: ready at \(issuer)") })
        if dev {
            let mailbox = DemoMailbox()
            plan.configuration.post = plan.configuration.post ?? mailbox.post
            plan.additions = Self.story(opened, serving, clock, mailbox)
            plan.hasFrontPage = true
        }
        do {
            try await serve(plan)
        } catch {
            throw Self.explained(error, settings)
        }
    }

    /// The demo's users, client and page.
    private static func story(
        _ opened: OpenedDeployment, _ serving: ServeSettings, _ clock: DeploymentClock, _ mailbox: DemoMailbox
    ) -> @Sendable (Router<ServeRequestContext>, TykvaServer) async throws -> [any Service] {
        let stage = DemoStory.Stage(
            issuer: serving.issuer, database: opened.database, clock: clock, program: Self.ownPath,
            dataFolder: Self.absolute(serving.settings.data), mailbox: mailbox)
        return { router, server in
            try await DemoStory.prepare(opened.database, hasher: server.passwordHasher, at: clock.now())
            try DemoStory.add(to: router, on: stage)
            return []
        }
    }

    /// How this program was called, so that it is found from another folder too.
    private static var ownPath: String {
        let name = CommandLine.arguments.first ?? "tykva"
        return name.contains("/") ? absolute(name) : name
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path(percentEncoded: false)
    }

    private static func logger(_ settings: Settings) -> Logger {
        let level = Logger.Level(rawValue: settings.logLevel) ?? .info
        let isText = settings.logFormat == "text"
        LoggingSystem.bootstrap { _ in
            let clock: @Sendable () -> Int64 = { SystemTime.wall().value }
            return isText ? TextLogHandler(level: level, clock: clock) : JSONLogHandler(level: level, clock: clock)
        }
        return Logger(label: "tykva")
    }
}
