import AsyncHTTPClient
import Hummingbird
import Logging
import NIOCore
import OAuth
import Secrets
import ServiceLifecycle
import Storage
import TestSupport
import TykvaServer

@testable import DemoStory

/// A whole `--dev` server on a fresh database, listening at its own issuer's address, with a clock that a test moves.
struct DemoServer {
    let issuer: Issuer
    let clock: ManualClock
    let database: any Database
    let client: HTTPClient

    var origin: String { issuer.text }

    func browser(cookie: String? = nil) -> Browser { Browser(client, origin: origin, cookie: cookie) }

    static func run(_ body: @escaping @Sendable (DemoServer) async throws -> Void) async throws {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .minutes(10)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            try await run(client, body)
        } catch {
            // A client that nobody shuts down ends the process.
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private static func run(
        _ client: HTTPClient, _ body: @escaping @Sendable (DemoServer) async throws -> Void
    ) async throws {
        let port = Int(try FreePort.port())
        let clock = ManualClock()
        let secrets = MasterSecrets(.random())
        try await Engine.sqlite.withDatabase { database in
            try await Schema.migrator.migrate(database, at: clock.now.value)
            let issuer = try Issuer("http://127.0.0.1:\(port)")
            let mailbox = DemoMailbox()
            var configuration = ServerConfiguration(
                issuer: issuer,
                lifetimes: try .init(accessToken: .minutes(1), familyIdle: .days(1), familyAbsolute: .days(1)))
            configuration.post = mailbox.post
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let opened = try await OpenedDeployment(
                database, secrets: secrets, terms: .init(issuer: issuer, isDev: true), at: clock.now)
            let deploymentClock = DeploymentClock(wall: { clock.now }, monotonic: { clock.monotonic })
            let server = try await TykvaServer(
                opened, secretReader: .never, configuration: configuration, clock: deploymentClock, logger: logger)
            defer { server.passwordHasher.stop() }
            try await DemoStory.prepare(database, hasher: server.passwordHasher, at: clock.now)
            let router = Router(context: ServeRequestContext.self, options: .autoGenerateHeadEndpoints)
            server.routes.install(on: router, hasFrontPage: true)
            try DemoStory.add(
                to: router,
                on: DemoStory.Stage(
                    issuer: issuer, database: database, clock: deploymentClock,
                    program: "/opt/tykva/bin/tykva", dataFolder: "/srv/it's data",
                    mailbox: mailbox, client: client, callTimeout: .testPatience))
            let (ready, isReady) = AsyncStream<Void>.makeStream()
            let application = Application(
                router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)),
                services: server.services, onServerRunning: { _ in isReady.finish() }, logger: logger)
            let demo = DemoServer(issuer: issuer, clock: clock, database: database, client: client)
            try await serving(application, ready, isReady, logger) { try await body(demo) }
        }
    }

    private static func serving(
        _ application: some ApplicationProtocol, _ ready: AsyncStream<Void>,
        _ isReady: AsyncStream<Void>.Continuation, _ logger: Logger, _ body: () async throws -> Void
    ) async throws {
        let group = ServiceGroup(services: [application], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                // A server that cannot start must not keep the test waiting.
                defer { isReady.finish() }
                try await group.run()
            }
            for await _ in ready {}
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body())
            } catch {
                outcome = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try outcome.get()
        }
    }
}
