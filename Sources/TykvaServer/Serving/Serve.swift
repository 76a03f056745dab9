import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCertificateReloading
import NIOCore
import NIOSSL
import OAuth
import Secrets
import ServiceLifecycle
import Storage
import UnixSignals

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Serves until TERM or INT: then finishes what it has accepted, for 30 s at most; a second signal ends it at once.
///
/// - Throws: When an address cannot be listened on, or the certificate and key do not load.
package func serve(_ plan: ServePlan) async throws {
    let server = try await TykvaServer(
        plan.opened, configuration: plan.configuration, clock: plan.clock, logger: plan.logger)
    let router = Router(context: ServeRequestContext.self, options: .autoGenerateHeadEndpoints)
    server.routes.install(on: router)
    let additions = try await plan.additions(router, server)
    let certificates = try plan.tls.map { try certificateReloader($0) }
    let application = Application(
        router: router, server: try httpServer(plan, certificates),
        configuration: ApplicationConfiguration(
            address: .hostname(plan.listen.host, port: plan.listen.port), serverName: nil,
            availableConnectionsDelegate: .maximum(plan.maximumConnections, logger: plan.logger)),
        onServerRunning: { _ in plan.onReady() }, logger: plan.logger)
    var services: [any Service] = server.services + additions
    services.append(Signals(certificates: certificates, logger: plan.logger))
    if let address = plan.metricsListen { services.append(metricsApplication(address, logger: plan.logger)) }
    // The last is stopped first: requests end before what they rest on.
    services.append(application)
    var configuration = ServiceGroupConfiguration(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: plan.logger)
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

private func httpServer(_ plan: ServePlan, _ certificates: TimedCertificateReloader?) throws -> HTTPServerBuilder {
    let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: Limits.headerBytes, maxHeaderListSize: Limits.headerBytes,
        maxHeaderFieldCount: Limits.headerCount)
    let stream = HTTP1Channel.Configuration(
        additionalChannelHandlers: [RequestDeadline(seconds: Limits.requestSeconds)],
        idleTimeout: .seconds(Limits.requestSeconds), httpDecoderConfiguration: decoder)
    guard let certificates else { return .http1(configuration: stream) }
    var http2 = HTTP2ChannelConfiguration(
        idleTimeout: .seconds(Limits.requestSeconds), gracefulCloseTimeout: .seconds(Limits.shutdownSeconds),
        streamConfiguration: stream)
    // The initialiser does not take it over.
    http2.maxAgeTimeout = .hours(1)
    var tlsConfiguration = try TLSConfiguration.makeServerConfiguration(certificateReloader: certificates)
    // RFC 8996: the default goes back to 1.0.
    tlsConfiguration.minimumTLSVersion = .tlsv12
    let tls = TLSChannelConfiguration(tlsConfiguration: tlsConfiguration)
    return HTTPServerBuilder { [http2] responder in
        HandshakeDeadline(
            base: try HTTP2UpgradeChannel(tlsChannelConfiguration: tls, configuration: http2, responder: responder),
            seconds: Limits.handshakeSeconds)
    }
}

private func certificateReloader(_ files: ServePlan.TLSFiles) throws -> TimedCertificateReloader {
    do {
        return try TimedCertificateReloader.makeReloaderValidatingSources(
            refreshInterval: .days(1),
            certificateSource: .init(location: .file(path: files.certificatePath), format: .pem),
            privateKeySource: .init(location: .file(path: files.keyPath), format: .pem))
    } catch {
        let paths: [String] = [files.certificatePath, files.keyPath]
        let unreadable = paths.first { path in access(path, R_OK) != 0 }
        throw InvalidValue(
            "TLS certificate \(files.certificatePath) and key \(files.keyPath)",
            unreadable.map { "\($0) cannot be read" }
                ?? "they must be a certificate chain in PEM and the private key that belongs to it")
    }
}

/// Metrics stand on an address of their own: what they tell is not for everyone who can sign in.
private func metricsApplication(_ address: ListenAddress, logger: Logger) -> some Service {
    let router = Router(context: ServeRequestContext.self)
    router.get("/metrics") { _, _ in
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: PrometheusMetrics.shared.exposition())))
    }
    return Application(
        router: router,
        server: .http1(configuration: .init(idleTimeout: .seconds(Limits.requestSeconds))),
        configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)), logger: logger)
}
