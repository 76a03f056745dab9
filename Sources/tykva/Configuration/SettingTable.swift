import OAuth
import Secrets
import TykvaServer

/// Every key of the configuration: what reads it, `tykva config show` and docs/configuration.md are made of this table.
enum SettingTable {
    static let data = Setting(
        "data", .path, default: "data",
        "The data folder: database, master secret and lock file. Made with mode 0700 when it is missing.")
    static let database = Setting(
        "database", .database,
        "Where the database is, when it is not `tykva.sqlite` in the data folder: another file, or PostgreSQL.")
    static let databasePasswordFile = Setting(
        "database_password_file", .path,
        "A file with the password for PostgreSQL; `PGPASSFILE` and `PGPASSWORD` do as well. Never in the URL.")
    static let databaseConnections = Setting(
        "database_connections", .number(1...64), default: "8", "How many connections to PostgreSQL are open at once.")
    static let listen = Setting(
        "listen", .address, default: "127.0.0.1:8080",
        "Where the server listens. Off loopback it speaks TLS or stands behind a proxy.")
    static let issuer = Setting(
        "issuer", .issuer,
        "The identifier that clients and verifiers know. Off loopback it must be given; on it, it is where we listen."
    )
    static let tlsCertificate = Setting(
        "tls_certificate", .path, "The certificate chain in PEM; read again on SIGHUP. Together with `tls_key`.")
    static let tlsKey = Setting("tls_key", .path, "The certificate's private key in PEM.")
    static let behindProxy = Setting(
        "behind_proxy", .networks,
        "Networks of the proxies that speak TLS for us and name the caller by `X-Forwarded-For`.")
    static let unlimitedNetworks = Setting(
        "unlimited_networks", .networksOrOff, default: UnlimitedNetworks.loopbackText,
        "Networks that are not limited as networks: servers of your own applications, an office behind one address. "
            + "What is counted for accounts holds for them too (docs/guessing.md).")
    static let requestsPerSecond = Setting(
        "requests_per_second", .numberOrOff(ServerConfiguration.requestsPerSecondBounds),
        default: String(ServerConfiguration.standardRequestsPerSecond),
        "How many requests a network (IPv4 /24, IPv6 /48) may send to a node in a second; ten seconds' worth at once.")
    static let metricsListen = Setting(
        "metrics_listen", .addressOrOff, default: "127.0.0.1:9464", "Where `/metrics` is served, for Prometheus.")
    static let masterSecretFile = Setting(
        "master_secret_file", .path,
        "The file with the master secret, when it is not `master-secret` in the data folder.")
    static let accessTokenLifetime = Setting(
        "access_token_lifetime", .span(ServerConfiguration.Lifetimes.accessTokenBounds), default: "5m",
        "How long an access token is good.")
    static let familyIdleLifetime = Setting(
        "family_idle_lifetime", .span(ServerConfiguration.Lifetimes.familyBounds), default: "30d",
        "How long a sign-in in an application lasts when it is not refreshed.")
    static let familyLifetime = Setting(
        "family_lifetime", .span(ServerConfiguration.Lifetimes.familyBounds), default: "180d",
        "How long a sign-in in an application lasts, however often it is refreshed.")
    static let browserIdleLifetime = Setting(
        "browser_idle_lifetime", .span(ServerConfiguration.Lifetimes.familyBounds), default: "12h",
        "How long a browser stays signed in at the issuer's own pages without a visit to them.")
    static let browserLifetime = Setting(
        "browser_lifetime", .span(ServerConfiguration.Lifetimes.familyBounds), default: "30d",
        "How long a browser stays signed in there, however often it comes.")
    static let keyRotation = Setting(
        "key_rotation", .span(KeyTimes.rotationBounds), default: "30d",
        "How long a signing key signs before its successor takes over.")
    static let keyPublication = Setting(
        "key_publication", .span(KeyTimes.publicationBounds), default: "24h",
        "How long a signing key is public at least before it signs by plan: services ask for keys now and then.")
    static let claimLimit = Setting(
        "claim_limit", .number(ClaimLimit.bounds, unit: "bytes"), default: "2048",
        "How long name, roles, groups and public attributes of a user may be together: tokens carry them.")
    static let brandName = Setting(
        "brand_name", .words, default: "Tykva", "How the pages name this service: at most 64 characters.")
    static let brandColour = Setting(
        "brand_colour", .words, "The colour of buttons and links, `#rrggbb`; adapted where it could not be read.")
    static let brandLogo = Setting(
        "brand_logo", .path, "A picture for the pages' head: PNG, JPEG, WebP or SVG of at most 128 KiB, best square.")
    static let retryWindow = Setting(
        "retry_window", .span(windowBounds), default: "60s",
        "How long a client may ask again for a lost answer, from the same network and with the same agent.")
    static let retryWindowOther = Setting(
        "retry_window_other", .span(windowBounds), default: "10s", "The same for any other caller.")
    static let theftLate = Setting(
        "theft_late", .reach, default: "family", "What a replay ends that is one refresh behind.")
    static let theftStale = Setting(
        "theft_stale", .reach, default: "session",
        "What a replay ends that is two or more refreshes behind, or a token that nobody was given.")
    static let passwordHashMemory = Setting(
        "password_hash_memory", .number(PasswordHashingCost.memoryBounds, unit: "KiB"), default: "19456",
        "What a password hash takes of memory (Argon2id).")
    static let passwordHashPasses = Setting(
        "password_hash_passes", .number(PasswordHashingCost.passBounds), default: "2",
        "How many passes a password hash makes.")
    static let passwordHashThreads = Setting(
        "password_hash_threads", .number(1...64),
        "How many password hashes run at once; one a processor when it is not set.")
    static let passwordHashQueue = Setting(
        "password_hash_queue", .number(1...1024), default: String(PasswordHasher.waitingPerThread),
        "How many sign-ins may wait for each of them; more are told to come again.")
    static let passwordMinimum = Setting(
        "password_minimum", .number(PasswordMinimum.bounds, unit: "characters"),
        default: String(PasswordMinimum.standard.characters),
        "How long a new password is at least; below 15 only where it is not the only factor."
    )
    static let commonPasswordsFile = Setting(
        "common_passwords_file", .path,
        "A list of passwords that are not taken, one a line, UTF-8, at most 8 MiB; beside the system's dictionary."
    )
    static let leakedPasswordsURL = Setting(
        "leaked_passwords_url", .leakedPasswordsURL,
        "Where new passwords are looked up among stolen ones by the range protocol, such as "
            + "`https://api.pwnedpasswords.com/range`; nowhere when it is not set.")
    static let eventRetention = Setting(
        "event_retention", .span(.days(1) ... .days(3650)), default: "400d", "How long the audit log is kept.")
    static let maximumConnections = Setting(
        "maximum_connections", .number(1...65_536), default: "1024", "How many connections are open at once.")
    static let drainSeconds = Setting(
        "drain_seconds", .number(0...300, unit: "s"),
        "How long a node answers on after TERM while it is not ready: `5` on PostgreSQL when it is not set, else `0`.")
    static let allowPrivateAddresses = Setting(
        "allow_private_addresses", .truth, default: "false",
        "Whether `jwks_uri` and back-channel logout URIs of clients, and `leaked_passwords_url`, may lead to private "
            + "and loopback addresses.")
    static let smtpURL = Setting(
        "smtp_url", .smtpAddress, "The mail server. No mail is sent without it. How it is protected: docs/mail.md.")
    static let smtpUser = Setting(
        "smtp_user", .words, "The user at the mail server. Together with `smtp_password_file`.")
    static let smtpPasswordFile = Setting(
        "smtp_password_file", .path, "A file with that user's password, closed to other users. Never in the URL.")
    static let smtpFrom = Setting(
        "smtp_from", .mailAddress, "The address that mail comes from. It must be given with `smtp_url`.")
    static let smtpCAFile = Setting(
        "smtp_ca_file", .path,
        "Who vouches for the mail server's certificate, in PEM, instead of the system's authorities.")
    static let registration = Setting(
        "registration", .choice(["on", "off"]), default: "off",
        "Whether people may make accounts for themselves, at `/register`. It needs `smtp_url`.")
    static let registrationDomains = Setting(
        "registration_domains", .domains,
        "The domains whose addresses can have an account so; any when it is not set.")
    static let logLevel = Setting(
        "log_level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]), default: "info",
        "What is logged: this and what is worse.")
    static let logFormat = Setting(
        "log_format", .choice(["json", "text"]), default: "json", "One JSON object a line, or text for people.")

    static let all: [any AnySetting] = [
        data, database, databasePasswordFile, databaseConnections, listen, issuer, tlsCertificate, tlsKey, behindProxy,
        unlimitedNetworks, requestsPerSecond, metricsListen, masterSecretFile,
        accessTokenLifetime, familyIdleLifetime, familyLifetime, browserIdleLifetime, browserLifetime,
        keyRotation, keyPublication, claimLimit, brandName, brandColour, brandLogo, retryWindow, retryWindowOther,
        theftLate,
        theftStale,
        passwordHashMemory, passwordHashPasses, passwordHashThreads, passwordHashQueue,
        passwordMinimum, commonPasswordsFile, leakedPasswordsURL, eventRetention,
        maximumConnections, drainSeconds, allowPrivateAddresses,
        smtpURL, smtpUser, smtpPasswordFile, smtpFrom, smtpCAFile, registration, registrationDomains, logLevel,
        logFormat,
    ]

    private static let windowBounds: ClosedRange<Duration> =
        .seconds(RetryWindow.bounds.lowerBound) ... .seconds(RetryWindow.bounds.upperBound)

    /// The table of docs/configuration.md.
    static var markdown: String {
        var lines = ["| key | environment | takes | default | what it does |", "|---|---|---|---|---|"]
        for setting in all {
            let takes = setting.bounds.isEmpty ? setting.typeName : "\(setting.typeName): \(setting.bounds)"
            let standard = setting.standard.map { "`\($0)`" } ?? ""
            lines.append(
                "| `\(setting.key)` | `\(setting.environmentName)` | \(takes) | \(standard) | \(setting.help) |")
        }
        return lines.joined(separator: "\n")
    }
}
