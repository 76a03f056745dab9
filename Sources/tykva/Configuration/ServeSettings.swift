import OAuth
import TykvaServer

/// What `tykva serve` makes of the settings, which were read for serving.
struct ServeSettings {
    let settings: Settings
    let isDev: Bool
    let issuer: Issuer
    /// Without mail, whose password is read later, by the user who runs the server.
    var configuration: ServerConfiguration

    /// Access tokens of a first look end while one looks.
    private static let devAccessTokenLifetime: Duration = .minutes(1)

    /// - Throws: `ConfigurationFaults` with everything that is wrong.
    init(_ settings: Settings, isDev: Bool) throws {
        self.settings = settings
        self.isDev = isDev
        let isLoopback = settings.listen.isLoopback
        guard let issuer = settings.servedIssuer else {
            throw ConfigurationFaults(sentences: ["issuer: it must be given, such as https://auth.example.com"])
        }
        self.issuer = issuer
        let lifetimes: ServerConfiguration.Lifetimes
        if isDev, !settings.accessTokenLifetimeIsGiven {
            lifetimes = try ServerConfiguration.Lifetimes(
                accessToken: Self.devAccessTokenLifetime, familyIdle: settings.lifetimes.familyIdle,
                familyAbsolute: settings.lifetimes.familyAbsolute, browserIdle: settings.lifetimes.browserIdle,
                browserAbsolute: settings.lifetimes.browserAbsolute)
        } else {
            lifetimes = settings.lifetimes
        }
        configuration = ServerConfiguration(
            issuer: issuer, lifetimes: lifetimes, keyTimes: settings.keyTimes, retryWindow: settings.retryWindow,
            thefts: settings.thefts,
            passwordHashing: settings.passwordHashing, passwords: settings.passwords,
            trustedProxies: TrustedProxies(networks: settings.behindProxy),
            onlyProxiesConnect: !isLoopback && settings.tls == nil,
            unlimitedNetworks: settings.unlimitedNetworks, requestsPerSecond: settings.requestsPerSecond,
            eventRetention: settings.eventRetention,
            branding: settings.branding, allowsPrivateAddresses: settings.allowsPrivateAddresses,
            registration: settings.registration)
    }
}
