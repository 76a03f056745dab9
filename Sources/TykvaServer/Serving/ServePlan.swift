package import Hummingbird
package import Logging
package import ServiceLifecycle

/// Everything that `tykva serve` was told, checked: where to listen, how, and what.
package struct ServePlan: Sendable {
    package var listen: ListenAddress
    /// Nil for plain http: on loopback, or behind a proxy that speaks TLS.
    package var tls: TLSFiles?
    /// Nil when there are no metrics.
    package var metricsListen: ListenAddress?
    package var maximumConnections: Int
    package var opened: OpenedDeployment
    package var configuration: ServerConfiguration
    package var clock: DeploymentClock
    package var logger: Logger
    /// Routes and services beyond the issuer's own: the demo's.
    package var additions: @Sendable (Router<ServeRequestContext>, TykvaServer) async throws -> [any Service]
    /// Called once, when requests are answered.
    package var onReady: @Sendable () -> Void

    /// A certificate chain and its key, in PEM.
    package struct TLSFiles: Hashable, Sendable {
        package let certificatePath: String
        package let keyPath: String

        package init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    package init(
        listen: ListenAddress, tls: TLSFiles? = nil, metricsListen: ListenAddress? = nil,
        maximumConnections: Int = 1024,
        opened: OpenedDeployment, configuration: ServerConfiguration, clock: DeploymentClock, logger: Logger,
        additions: @escaping @Sendable (Router<ServeRequestContext>, TykvaServer) async throws -> [any Service] = {
            _, _ in []
        }, onReady: @escaping @Sendable () -> Void = {}
    ) {
        self.listen = listen
        self.tls = tls
        self.metricsListen = metricsListen
        self.maximumConnections = maximumConnections
        self.opened = opened
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        self.additions = additions
        self.onReady = onReady
    }
}
