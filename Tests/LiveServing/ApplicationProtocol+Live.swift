package import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

extension ApplicationProtocol {
    /// Serves on a port of loopback while `body` runs.
    ///
    /// - Parameter connections: How many the client opens. On one, a request waits for the answer before it.
    package func live<Outcome: Sendable>(
        connections: Int = 1, _ body: @Sendable (LiveClient) async throws -> Outcome
    ) async throws -> Outcome {
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let application = ListeningApplication(base: self, listening: listening)
        let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                // A server that cannot start must not keep the test waiting.
                defer { listening.finish() }
                try await group.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await tasks.waitForAll()
                throw CancellationError()
            }
            do {
                let client = try await LiveClient(port: port, connections: connections)
                do {
                    let outcome = try await body(client)
                    await client.close()
                    await group.triggerGracefulShutdown()
                    return outcome
                } catch {
                    await client.close()
                    throw error
                }
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
    }
}

/// An application at a port that the system chooses, and that it tells.
private struct ListeningApplication<Base: ApplicationProtocol>: ApplicationProtocol {
    typealias Responder = Base.Responder

    let base: Base
    let listening: AsyncStream<Int>.Continuation

    var responder: Responder { get async throws { try await base.responder } }
    var server: HTTPServerBuilder { base.server }
    var eventLoopGroup: any EventLoopGroup { base.eventLoopGroup }
    var configuration: ApplicationConfiguration {
        base.configuration.with(address: .hostname("127.0.0.1", port: 0))
    }
    var logger: Logger { base.logger }
    var services: [any Service] { base.services }
    var processesRunBeforeServerStart: [@Sendable () async throws -> Void] { base.processesRunBeforeServerStart }

    @Sendable func onServerRunning(_ channel: any Channel) async {
        await base.onServerRunning(channel)
        if let port = channel.localAddress?.port { listening.yield(port) }
        listening.finish()
    }
}
