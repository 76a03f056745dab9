package import Hummingbird
package import Logging
package import ServiceLifecycle

/// Everything that `tykva serve` was told, checked: where to listen, how, and what.
package struct ServePlan: Sendable {
    package var listen: ListenAddress
    /// Nil for plain http: on loopback, or behind a proxy that speaks TLS.
    package var certificate: ServingCertificate?
    /// Nil when there are no metrics.
    package var metricsListen: ListenAddress?
    package var maximumConnections: Int
    /// How long after TERM the node is not ready before its listener closes.
    package var drainSeconds: Int
    package var opened: OpenedDeployment
    /// Where the master secrets are read again.
    package var secretReader: MasterSecretReader
    package var configuration: ServerConfiguration
    package var clock: DeploymentClock
    package var logger: Logger
    /// Routes and services beyond the issuer's own: the demo's.
    package var additions: @Sendable (Router<ServeRequestContext>, TykvaServer) async throws -> [any Service]
    /// Whether the additions answer at `/`.
    package var hasFrontPage = false
    /// Called once, when requests are answered, those for metrics too.
    package var onReady: @Sendable () -> Void

    package init(
        listen: ListenAddress, certificate: ServingCertificate? = nil, metricsListen: ListenAddress? = nil,
        maximumConnections: Int = 1024, drainSeconds: Int = 0,
        opened: OpenedDeployment, secretReader: MasterSecretReader, configuration: ServerConfiguration,
        clock: DeploymentClock, logger: Logger,
        additions: @escaping @Sendable (Router<ServeRequestContext>, TykvaServer) async throws -> [any Service] = {
            _, _ in []
        }, onReady: @escaping @Sendable () -> Void = {}
    ) {
        self.listen = listen
        self.certificate = certificate
        self.metricsListen = metricsListen
        self.maximumConnections = maximumConnections
        self.drainSeconds = drainSeconds
        self.opened = opened
        self.secretReader = secretReader
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        self.additions = additions
        self.onReady = onReady
    }
}
