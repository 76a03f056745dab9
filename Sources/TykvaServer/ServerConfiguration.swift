package import Mail
package import OAuth
package import Secrets

/// Every setting of a server that is not where it listens: with its bounds, checked when it is made.
package struct ServerConfiguration: Sendable {
    package let issuer: Issuer
    package var lifetimes: Lifetimes
    /// How long signing keys are in each of their states.
    package var keyTimes: KeyTimes
    package var retryWindow: RetryWindow
    package var thefts: TheftPolicy
    package var passwordHashing: PasswordHashing
    package var passwords: Passwords
    /// Networks whose connections may name the caller by `X-Forwarded-For`.
    package var trustedProxies: TrustedProxies
    /// Networks that are not limited as networks.
    package var unlimitedNetworks: UnlimitedNetworks
    /// How many requests a network may send to this node in a second, on average; nil for any number.
    package var requestsPerSecond: Int?
    /// Whether connections from outside those networks are refused: plain http that others can reach.
    package var onlyProxiesConnect: Bool
    /// How long the audit log is kept.
    package var eventRetention: Duration
    /// How the pages show themselves.
    package var branding: Branding
    /// Whether URLs of clients' registrations, and the one for leaked passwords, may lead to networks of the
    /// operator's own.
    package var allowsPrivateAddresses: Bool
    /// How long servers of clients, and the one for leaked passwords, are waited for.
    package var outgoing = OutgoingPatience()
    /// Where letters to people go without a mail server: tests, and the page of a demo.
    package var post: LetterPost?
    /// How mail is sent; nil when none is.
    package var mail: MailAccount?
    /// How people may make accounts for themselves; nil when they may not. It needs mail.
    package var registration: Registration?

    package init(
        issuer: Issuer, lifetimes: Lifetimes = Lifetimes(), keyTimes: KeyTimes = .standard,
        retryWindow: RetryWindow = .standard,
        thefts: TheftPolicy = .standard, passwordHashing: PasswordHashing = PasswordHashing(),
        passwords: Passwords = Passwords(),
        trustedProxies: TrustedProxies = .none, onlyProxiesConnect: Bool = false,
        unlimitedNetworks: UnlimitedNetworks = .loopback, requestsPerSecond: Int? = standardRequestsPerSecond,
        eventRetention: Duration = .days(400),
        branding: Branding = .standard, allowsPrivateAddresses: Bool = false, mail: MailAccount? = nil,
        registration: Registration? = nil
    ) {
        self.issuer = issuer
        self.lifetimes = lifetimes
        self.keyTimes = keyTimes
        self.retryWindow = retryWindow
        self.thefts = thefts
        self.passwordHashing = passwordHashing
        self.passwords = passwords
        self.trustedProxies = trustedProxies
        self.onlyProxiesConnect = onlyProxiesConnect
        self.unlimitedNetworks = unlimitedNetworks
        self.requestsPerSecond = requestsPerSecond
        self.eventRetention = eventRetention
        self.branding = branding
        self.allowsPrivateAddresses = allowsPrivateAddresses
        self.mail = mail
        self.registration = registration
    }

    package static let standardRequestsPerSecond = 100
    package static let requestsPerSecondBounds = RequestRates.bounds

    /// Whether people can be written to.
    var sendsMail: Bool { post != nil || mail != nil }

    /// How long tokens and sessions live.
    package struct Lifetimes: Hashable, Sendable {
        package static let accessTokenBounds: ClosedRange<Duration> = .minutes(1)...KeyTimes.longestToken
        package static let familyBounds: ClosedRange<Duration> = .minutes(5) ... .days(3650)

        /// Of an access token: 1 minute … 1 hour.
        package let accessToken: Duration
        /// Of a family that nobody refreshes.
        package let familyIdle: Duration
        /// Of a family, however often it is refreshed.
        package let familyAbsolute: Duration
        /// Of a browser's session without a visit to our pages.
        package let browserIdle: Duration
        /// Of a browser's session, however often it is used.
        package let browserAbsolute: Duration

        /// Until no ID token of a key that is gone can be a hint any more.
        package var longestSession: Duration { max(familyAbsolute, browserAbsolute) }

        package static let standardBrowserIdle = Duration.hours(12)
        package static let standardBrowserAbsolute = Duration.days(30)

        package init() {
            accessToken = .minutes(5)
            familyIdle = .days(30)
            familyAbsolute = .days(180)
            browserIdle = Self.standardBrowserIdle
            browserAbsolute = Self.standardBrowserAbsolute
        }

        /// - Throws: When a value is out of its bounds, or the idle lifetime exceeds the absolute one.
        package init(
            accessToken: Duration, familyIdle: Duration, familyAbsolute: Duration,
            browserIdle: Duration = standardBrowserIdle, browserAbsolute: Duration = standardBrowserAbsolute
        ) throws(InvalidValue) {
            guard Self.accessTokenBounds.contains(accessToken) else {
                throw InvalidValue("access token lifetime", "it must be 1 minute to 1 hour")
            }
            guard Self.familyBounds.contains(familyIdle), Self.familyBounds.contains(familyAbsolute) else {
                throw InvalidValue("session lifetime", "it must be 5 minutes to 3650 days")
            }
            guard familyIdle <= familyAbsolute else {
                throw InvalidValue("session lifetime", "the idle lifetime must not exceed the absolute one")
            }
            guard Self.familyBounds.contains(browserIdle), Self.familyBounds.contains(browserAbsolute) else {
                throw InvalidValue("browser session lifetime", "it must be 5 minutes to 3650 days")
            }
            guard browserIdle <= browserAbsolute else {
                throw InvalidValue(
                    "browser session lifetime", "the idle lifetime must not exceed the absolute one")
            }
            self.browserIdle = browserIdle
            self.browserAbsolute = browserAbsolute
            self.accessToken = accessToken
            self.familyIdle = familyIdle
            self.familyAbsolute = familyAbsolute
        }
    }

    /// What a password check costs, and how many run and wait at once.
    package struct PasswordHashing: Sendable {
        package var cost: PasswordHashingCost
        /// How many are computed at once; the number of cores when nil.
        package var threads: Int?
        /// How many may wait for each of them.
        package var waitingPerThread: Int

        package init(
            cost: PasswordHashingCost = .standard, threads: Int? = nil,
            waitingPerThread: Int = PasswordHasher.waitingPerThread
        ) {
            self.cost = cost
            self.threads = threads
            self.waitingPerThread = waitingPerThread
        }
    }
}

extension PasswordHasher {
    package convenience init(_ settings: ServerConfiguration.PasswordHashing) throws(PasswordHasherError) {
        try self.init(cost: settings.cost, threads: settings.threads, waitingPerThread: settings.waitingPerThread)
    }
}
