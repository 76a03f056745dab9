import OAuth
import Secrets
import TykvaServer

/// The configuration, read and checked as a whole.
struct Settings {
    let data: String
    let database: DatabaseLocation?
    let databasePasswordFile: String?
    let databaseConnections: Int
    let listen: ListenAddress
    let issuer: Issuer?
    let tls: ServingCertificate.Files?
    let behindProxy: [NetworkRange]
    let unlimitedNetworks: UnlimitedNetworks
    /// Nil when it is off.
    let requestsPerSecond: Int?
    let metricsListen: ListenAddress?
    let masterSecretFile: String?
    let lifetimes: ServerConfiguration.Lifetimes
    let keyTimes: KeyTimes
    let claimLimit: ClaimLimit
    let accessTokenLifetimeIsGiven: Bool
    let branding: Branding
    let brandName: String
    let retryWindow: RetryWindow
    let thefts: TheftPolicy
    let passwordHashing: ServerConfiguration.PasswordHashing
    let passwords: ServerConfiguration.Passwords
    let eventRetention: Duration
    let maximumConnections: Int
    let drainSeconds: Int
    let allowsPrivateAddresses: Bool
    /// Nil when no mail is sent.
    let mail: MailSettings?
    /// Nil when nobody makes an account for themselves.
    let registration: Registration?
    let logLevel: String
    let logFormat: String
    /// Every key with its text and where that came from, for `tykva config show`.
    let found: [(key: String, value: SettingSources.Found?)]

    /// What the settings are read for.
    enum Purpose {
        case command
        /// Then the rules of a server hold too.
        case serving(isDev: Bool)
    }

    /// - Throws: `ConfigurationFaults` with everything that is wrong.
    init(_ sources: SettingSources, for purpose: Purpose = .command) throws {
        var reader = SettingReader(sources)
        let data = reader.read(SettingTable.data)
        database = reader.read(SettingTable.database)
        databasePasswordFile = reader.read(SettingTable.databasePasswordFile)
        let databaseConnections = reader.read(SettingTable.databaseConnections)
        let listen = reader.read(SettingTable.listen)
        issuer = reader.read(SettingTable.issuer)
        tls = Self.tls(&reader)
        behindProxy = reader.read(SettingTable.behindProxy) ?? []
        unlimitedNetworks = reader.read(SettingTable.unlimitedNetworks) ?? .loopback
        requestsPerSecond = reader.read(SettingTable.requestsPerSecond) ?? nil
        metricsListen = reader.read(SettingTable.metricsListen) ?? nil
        masterSecretFile = Self.masterSecretFile(&reader, sources)
        let lifetimes = Self.lifetimes(&reader)
        accessTokenLifetimeIsGiven = reader.isGiven(SettingTable.accessTokenLifetime)
        let keyTimes = Self.keyTimes(&reader)
        let claimLimit = reader.read(SettingTable.claimLimit).flatMap { try? ClaimLimit(bytes: $0) }
        let branding = Self.branding(&reader)
        let window = Self.retryWindow(&reader)
        let (late, stale) = (reader.read(SettingTable.theftLate), reader.read(SettingTable.theftStale))
        let hashing = Self.passwordHashing(&reader)
        let passwords = Self.passwords(&reader)
        let retention = reader.read(SettingTable.eventRetention)
        let connections = reader.read(SettingTable.maximumConnections)
        let drain = reader.read(SettingTable.drainSeconds)
        let allowsPrivate = reader.read(SettingTable.allowPrivateAddresses)
        mail = MailSettings(&reader)
        registration = Self.registration(&reader)
        let level = reader.read(SettingTable.logLevel)
        let format = reader.read(SettingTable.logFormat)
        if case .serving(let isDev) = purpose {
            let rules = ServingRules(
                isDev: isDev, listen: listen, metricsListen: metricsListen, tls: tls, masterSecretFile: masterSecretFile
            )
            for fault in rules.faults(given: reader.isGiven) { reader.note(fault) }
            if registration != nil, !isDev, !reader.isGiven(SettingTable.smtpURL) {
                reader.note("registration: it needs smtp_url, since an account is made by the link in a mail")
            }
        }
        guard reader.faults.isEmpty, let data, let listen, let lifetimes, let keyTimes, let claimLimit, let window,
            let late, let stale,
            let hashing,
            let retention, let connections, let databaseConnections, let allowsPrivate, let level, let format,
            let (branding, brandName) = branding, let passwords
        else { throw ConfigurationFaults(sentences: reader.faults) }
        self.data = data
        self.databaseConnections = databaseConnections
        self.listen = listen
        self.lifetimes = lifetimes
        self.keyTimes = keyTimes
        self.claimLimit = claimLimit
        self.branding = branding
        self.brandName = brandName
        retryWindow = window
        thefts = TheftPolicy(late: late, stale: stale)
        passwordHashing = hashing
        self.passwords = passwords
        eventRetention = retention
        maximumConnections = connections
        drainSeconds = drain ?? Self.standardDrainSeconds(database)
        allowsPrivateAddresses = allowsPrivate
        logLevel = level
        logFormat = format
        found = reader.found
    }

    /// Several nodes stand behind a proxy, which is to notice; one on a file is not worth waiting for.
    private static func standardDrainSeconds(_ database: DatabaseLocation?) -> Int {
        if case .postgres? = database { 5 } else { 0 }
    }

    private static func tls(_ reader: inout SettingReader) -> ServingCertificate.Files? {
        let certificate = reader.read(SettingTable.tlsCertificate)
        let key = reader.read(SettingTable.tlsKey)
        switch (certificate, key) {
        case (let certificate?, let key?): return ServingCertificate.Files(certificatePath: certificate, keyPath: key)
        case (nil, nil): break
        case (_?, nil):
            if !reader.isGiven(SettingTable.tlsKey) {
                reader.note("tls_key: it is missing, and tls_certificate needs it")
            }
        case (nil, _?):
            if !reader.isGiven(SettingTable.tlsCertificate) {
                reader.note("tls_certificate: it is missing, and tls_key needs it")
            }
        }
        return nil
    }

    private static func masterSecretFile(_ reader: inout SettingReader, _ sources: SettingSources) -> String? {
        let path = reader.read(SettingTable.masterSecretFile)
        if path != nil, sources.holdsMasterSecret {
            reader.note(
                "master_secret_file: \(MasterSecretSource.variable) holds a master secret too; give one of them")
        }
        return path
    }

    private static func lifetimes(_ reader: inout SettingReader) -> ServerConfiguration.Lifetimes? {
        let access = reader.read(SettingTable.accessTokenLifetime)
        let idle = reader.read(SettingTable.familyIdleLifetime)
        let absolute = reader.read(SettingTable.familyLifetime)
        let browserIdle = reader.read(SettingTable.browserIdleLifetime)
        let browserAbsolute = reader.read(SettingTable.browserLifetime)
        if let browserIdle, let browserAbsolute, browserIdle > browserAbsolute {
            reader.note(
                "browser_idle_lifetime and browser_lifetime: the idle lifetime must not exceed the absolute one")
            return nil
        }
        guard let idle, let absolute, let browserIdle, let browserAbsolute else { return nil }
        do throws(InvalidValue) {
            // The rule between these two does not wait for the third.
            let bound = ServerConfiguration.Lifetimes.accessTokenBounds.lowerBound
            return try .init(
                accessToken: access ?? bound, familyIdle: idle, familyAbsolute: absolute, browserIdle: browserIdle,
                browserAbsolute: browserAbsolute)
        } catch {
            reader.note("family_idle_lifetime and family_lifetime: \(error.reason)")
            return nil
        }
    }

    private static func branding(_ reader: inout SettingReader) -> (Branding, name: String)? {
        let name = reader.read(SettingTable.brandName)
        let colour = reader.read(SettingTable.brandColour)
        let path = reader.read(SettingTable.brandLogo)
        do {
            let logo = try path.map {
                try BoundedInput.bytes($0, "brand_logo", maximumBytes: Branding.maximumLogoBytes)
            }
            return (try Branding(name: name, colour: colour, logo: logo), name ?? "")
        } catch let error as InvalidValue {
            reader.note("\(Self.brandKey(error.what)): \(error.reason)")
        } catch {
            reader.note("brand_logo: \(error)")
        }
        return nil
    }

    private static func brandKey(_ what: String) -> String {
        what.contains("colour") ? "brand_colour" : what.contains("logo") ? "brand_logo" : "brand_name"
    }

    private static func retryWindow(_ reader: inout SettingReader) -> RetryWindow? {
        let same = reader.read(SettingTable.retryWindow)
        let other = reader.read(SettingTable.retryWindowOther)
        guard let same, let other else { return nil }
        do throws(InvalidValue) {
            return try RetryWindow(
                sameCallerSeconds: same.components.seconds, otherCallerSeconds: other.components.seconds)
        } catch {
            reader.note("retry_window: \(error.reason)")
            return nil
        }
    }

    private static func passwordHashing(_ reader: inout SettingReader) -> ServerConfiguration.PasswordHashing? {
        let memory = reader.read(SettingTable.passwordHashMemory)
        let passes = reader.read(SettingTable.passwordHashPasses)
        let threads = reader.read(SettingTable.passwordHashThreads)
        let queue = reader.read(SettingTable.passwordHashQueue)
        guard let memory, let passes, let queue else { return nil }
        do {
            return .init(
                cost: try PasswordHashingCost(memoryKiB: memory, passes: passes), threads: threads,
                waitingPerThread: queue)
        } catch {
            reader.note("password_hash_memory and password_hash_passes: \(error)")
            return nil
        }
    }
}

extension Settings {
    /// Whom a server with these settings serves: on loopback it is where it listens, unless another is given.
    var servedIssuer: Issuer? {
        if let issuer { return issuer }
        return listen.isLoopback ? try? Issuer("\(tls == nil ? "http" : "https")://\(listen)") : nil
    }

    /// The certificate and key that are configured, loaded; nil where there are none.
    ///
    /// - Throws: `ConfigurationFaults` when they do not load.
    func loadCertificate() throws -> ServingCertificate? {
        do throws(InvalidValue) {
            guard let tls else { return nil }
            return try ServingCertificate(tls)
        } catch {
            throw ConfigurationFaults(sentences: ["tls_certificate and tls_key: \(error)"])
        }
    }
}
