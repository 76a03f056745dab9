import Hummingbird
import Logging
import NIOCore
import PrometheusText
import Secrets
import ServiceLifecycle
import Storage
import Synchronization
import UnixSignals

/// Serves until TERM or INT: then finishes what it has accepted, for 30 s at most; a second signal ends it at once.
/// Before that TERM lets the node drain, when the plan says so.
///
/// - Throws: When an address cannot be listened on; when the deployment has another issuer now.
package func serve(_ plan: ServePlan) async throws {
    let server = try await TykvaServer(
        plan.opened, secretReader: plan.secretReader, configuration: plan.configuration, clock: plan.clock,
        logger: plan.logger)
    let router = Router(context: ServeRequestContext.self, options: .autoGenerateHeadEndpoints)
    server.routes.install(on: router, hasFrontPage: plan.hasFrontPage)
    let additions = try await plan.additions(router, server)
    let start = Start(of: plan.metricsListen == nil ? 3 : 4, onAll: plan.onReady)
    let application = Application(
        router: router, server: try plan.certificate.map(Listeners.secure) ?? Listeners.plain(),
        configuration: ApplicationConfiguration(
            address: .hostname(plan.listen.host, port: plan.listen.port), serverName: nil,
            availableConnectionsDelegate: .maximum(plan.maximumConnections, logger: plan.logger)),
        onServerRunning: { _ in start.note() }, logger: plan.logger)
    var services: [any Service] = server.services + additions
    services.append(Signals(certificate: plan.certificate, logger: plan.logger, onTrapped: start.note))
    if let address = plan.metricsListen {
        services.append(metricsApplication(address, logger: plan.logger) { start.note() })
    }
    // The last is stopped first: requests end before what they rest on.
    services.append(application)
    let drain = Drain(
        seconds: plan.drainSeconds, retreat: server.retreat, logger: plan.logger, onTrapped: start.note)
    var configuration = ServiceGroupConfiguration(
        services: services.map(\.serviceConfiguration) + [
            .init(service: Named(service: drain), successTerminationBehavior: .gracefullyShutdownGroup)
        ], logger: plan.logger)
    configuration.maximumGracefulShutdownDuration = .seconds(Limits.shutdownSeconds)
    let result = await Result { try await ServiceGroup(configuration: configuration).run() }
    server.passwordHasher.stop()
    await plan.opened.database.close()
    try result.get()
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

extension Service {
    /// What the watch has to say ends the server in order; any other failure at once.
    fileprivate var serviceConfiguration: ServiceGroupConfiguration.ServiceConfiguration {
        .init(
            service: Named(service: self),
            failureTerminationBehavior: self is StorageWatch ? .gracefullyShutdownGroup : .cancelGroup)
    }
}

/// A service that is told by the name of its type: all that it holds would be described otherwise, at each start.
private struct Named: Service, CustomStringConvertible {
    let service: any Service

    var description: String { "\(type(of: service))" }

    func run() async throws { try await service.run() }
}

/// Counts what stands, listeners and who hears signals, and tells when all do: a server that is ready can be stopped.
private final class Start: Sendable {
    private let missing: Mutex<Int>
    private let onAll: @Sendable () -> Void

    init(of count: Int, onAll: @escaping @Sendable () -> Void) {
        missing = Mutex(count)
        self.onAll = onAll
    }

    @Sendable func note() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { onAll() }
    }
}

/// Metrics stand on an address of their own: what they tell is not for everyone who can sign in.
private func metricsApplication(
    _ address: ListenAddress, logger: Logger, onRunning: @escaping @Sendable () -> Void
) -> some Service {
    let router = Router(context: ServeRequestContext.self)
    router.get("/metrics") { _, _ in
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: PrometheusMetrics.shared.exposition())))
    }
    return Application(
        router: router, server: Listeners.plain(),
        configuration: ApplicationConfiguration(
            address: .hostname(address.host, port: address.port), serverName: nil,
            availableConnectionsDelegate: .maximum(Limits.metricsConnections, logger: logger)),
        onServerRunning: { _ in onRunning() }, logger: logger)
}
