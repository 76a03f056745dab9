import OAuth
import TykvaServer

/// What `tykva serve` makes of the settings: the rules that hold between them.
struct ServeSettings {
    let settings: Settings
    let isDev: Bool
    let issuer: Issuer
    let configuration: ServerConfiguration

    /// Access tokens of a first look end while one looks.
    private static let devAccessTokenLifetime: Duration = .minutes(1)

    /// - Throws: `ConfigurationFaults` with everything that is wrong.
    init(_ settings: Settings, isDev: Bool) throws {
        self.settings = settings
        self.isDev = isDev
        let isLoopback = settings.listen.isLoopback
        var faults: [String] = []
        if isDev, !isLoopback {
            faults.append("listen: --dev serves a demo user with a public password, so it listens on loopback only")
        }
        if !isLoopback, settings.tls == nil, settings.behindProxy.isEmpty {
            faults.append(
                "listen: \(settings.listen) is not loopback, and passwords do not travel in plain http: "
                    + "give --tls-certificate and --tls-key, or --behind-proxy")
        }
        if settings.metricsListen == settings.listen {
            faults.append("metrics_listen: it is the address that the server itself listens on")
        }
        var issuer = settings.issuer
        if issuer == nil, isLoopback {
            issuer = try? Issuer("\(settings.tls == nil ? "http" : "https")://\(settings.listen)")
        }
        if issuer == nil {
            faults.append("issuer: off loopback it must be given, such as https://auth.example.com")
        }
        guard let issuer, faults.isEmpty else { throw ConfigurationFaults(sentences: faults) }
        self.issuer = issuer
        let lifetimes: ServerConfiguration.Lifetimes
        if isDev, !settings.accessTokenLifetimeIsGiven {
            lifetimes = try ServerConfiguration.Lifetimes(
                accessToken: Self.devAccessTokenLifetime, familyIdle: settings.lifetimes.familyIdle,
                familyAbsolute: settings.lifetimes.familyAbsolute)
        } else {
            lifetimes = settings.lifetimes
        }
        configuration = ServerConfiguration(
            issuer: issuer, lifetimes: lifetimes, retryWindow: settings.retryWindow, thefts: settings.thefts,
            passwordHashing: settings.passwordHashing,
            trustedProxies: TrustedProxies(networks: settings.behindProxy),
            onlyProxiesConnect: !isLoopback && settings.tls == nil, eventRetention: settings.eventRetention)
    }
}
