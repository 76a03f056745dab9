public import Hummingbird
public import Logging
import OAuth
import Secrets
import Storage

extension TykvaServer {
    /// Opens the issuer of a data folder, in this process.
    ///
    /// The folder is laid out as that of `tykva serve`, so that `tykva user add --data FOLDER`, `tykva client add` and
    /// every other command work on it, also while the application runs. What is missing is made: the folder (mode
    /// 0700), an empty SQLite database, and its master secret. Keep a copy of the secret elsewhere, for backups of the
    /// database never contain it.
    ///
    /// ``services`` must run as long as routes are answered; they let go of the folder when they end.
    ///
    /// - Parameters:
    ///   - dataFolder: A folder of this process's user, open to nobody else. One process serves it at a time.
    ///   - issuer: What clients and verifiers know: `https://host`, or http on a loopback host, with nothing behind it.
    ///     The issuer's routes must be reached there.
    ///   - masterSecretFile: The file with the master secret, when it is not `master-secret` in the folder; it is not
    ///     made by itself.
    ///   - proxies: Networks, such as `10.0.0.0/8`, whose connections may name the caller by `X-Forwarded-For`.
    ///   - logger: Where trouble is told.
    /// - Throws: An error whose description is one sentence; nothing of an existing deployment has changed then.
    public init(
        dataFolder: String, issuer: String, masterSecretFile: String? = nil, behindProxies proxies: [String] = [],
        logger: Logger = Logger(label: "tykva")
    ) async throws {
        let issuer = try Issuer(issuer)
        var configuration = ServerConfiguration(issuer: issuer)
        configuration.trustedProxies = TrustedProxies(networks: try proxies.map { try NetworkRange($0) })
        let folder = try MountedFolder(dataFolder)
        let secrets = try folder.masterSecrets(masterSecretFile, logger: logger)
        let database = try await SQLiteDatabase(path: folder.databasePath)
        do {
            let clock = DeploymentClock.system()
            if try await database.read({ tx throws(StorageError) in try tx.hasTable("master_secret") }) {
                try await MasterSecretCheck(secrets).compare(with: database)
            }
            try await Schema.migrator.migrate(database, at: clock.now().value)
            let opened = try await OpenedDeployment(
                database, secrets: secrets, terms: .init(issuer: issuer, isDev: false), at: clock.now())
            let path = masterSecretFile ?? folder.masterSecretPath
            try await self.init(
                opened, secretReader: MasterSecretReader { try MasterSecretFile.load(path) },
                configuration: configuration, clock: clock, logger: logger)
        } catch {
            await database.close()
            throw error
        }
        // The first is stopped last: the others rest on it.
        services.insert(MountedResources(folder: folder, database: database, passwordHasher: passwordHasher), at: 0)
    }

    /// Adds the issuer's routes to a router of the application: `/.well-known/…`, the endpoints of OAuth and OpenID
    /// Connect, the pages for people (`/sign-in`, `/consent`, `/account/…`), `/assets/…` and `/health/…`; none at `/`.
    ///
    /// What stands around them (headers, counts, refusals) is not around the application's own routes. Limits and
    /// deadlines of connections are the application's server's: give it a bound of connections and an idle timeout.
    public func install<Context: IssuerRequestContext>(on router: Router<Context>) {
        routes.mount(on: router)
    }
}
