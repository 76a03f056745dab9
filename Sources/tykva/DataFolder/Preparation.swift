import Foundation
import OAuth
import Secrets
import Storage
import TykvaServer

/// Opens a deployment's database for writing, and makes what is missing: the schema, and an empty one's master secret.
struct Preparation {
    private let settings: Settings
    private let premises: Premises
    private let notice: (String) -> Void

    /// - Parameter notice: Tells the operator something; a server does so in its log.
    init(_ settings: Settings, _ premises: Premises, notice: @escaping (String) -> Void = Console.complain) {
        self.settings = settings
        self.premises = premises
        self.notice = notice
    }

    enum Purpose {
        /// A server's start: migrates, and needs the secret.
        case forServing
        /// A command that adds something: an existing deployment is left as it is, and its secret unread.
        case forAdditions
    }

    struct Opened {
        let database: any Database
        /// Nil when the purpose does not need it.
        let secrets: MasterSecrets?
    }

    /// - Throws: When the secret is missing or wrong: nothing is written then.
    func open(
        _ purpose: Purpose, progress: (Migration) -> Void = { _ in }
    ) async throws -> Opened {
        var lock: PreparationLock?
        if isFile, let folder = premises.folder { lock = try await PreparationLock(folder) }
        defer { lock?.release() }
        let source = try MasterSecretSource(settings, premises.folder)
        if case .sqlite(let path) = premises.database { try MovedMark(of: path).refuse() }
        do {
            return try await open(purpose, source, progress)
        } catch let refusal as MasterSecretRefusal {
            throw source.explained(refusal)
        }
    }

    private func open(
        _ purpose: Purpose, _ source: MasterSecretSource, _ progress: (Migration) -> Void
    ) async throws -> Opened {
        guard premises.isThere else {
            // The secret comes first: a database that belongs to none would be in nobody's way, the reverse would.
            let loaded = try load(source, mayMake: true)
            return try await make(try await premises.database.open(settings), loaded, progress)
        }
        let database = try await premises.database.open(settings)
        do {
            try await database.refuseUnfinishedMove()
            if try await isRegistered(database) {
                if purpose == .forAdditions {
                    try await Schema.migrator.check(database)
                    await source.warn(database)
                    return Opened(database: database, secrets: nil)
                }
                let loaded = try load(source, mayMake: false)
                try await MasterSecretCheck(loaded).compare(with: database)
                return try await make(database, loaded, progress)
            }
            return try await make(database, load(source, mayMake: isFile), progress)
        } catch {
            await database.close()
            throw error
        }
    }

    /// Opens the database, makes what is missing, takes the missing steps, and closes it again.
    ///
    /// - Returns: The steps that were taken.
    func migrate(progress: @escaping (Migration) -> Void) async throws -> [Migration] {
        var steps: [Migration] = []
        let opened = try await open(.forServing) { step in
            steps.append(step)
            progress(step)
        }
        await opened.database.close()
        return steps
    }

    /// Only a file's deployment makes its own secret: nodes that share a server must be given the same one.
    private var isFile: Bool {
        if case .sqlite = premises.database { true } else { false }
    }

    private func make(
        _ database: any Database, _ secrets: MasterSecrets, _ progress: (Migration) -> Void
    ) async throws -> Opened {
        do {
            let now = try await now(database)
            try await Schema.migrator.migrate(database, at: now.value, progress: progress)
            let registered = try await MasterSecretCheck(secrets).register(in: database, at: now)
            return Opened(database: database, secrets: registered)
        } catch {
            await database.close()
            throw error
        }
    }

    /// The deployment's time: the store's, where it has a clock of its own.
    private func now(_ database: any Database) async throws -> Milliseconds {
        try await database.clock().map(Milliseconds.init) ?? SystemTime.wall()
    }

    private func load(_ source: MasterSecretSource, mayMake: Bool) throws -> MasterSecrets {
        let (secrets, isNew) = try source.load(mayMake: mayMake)
        if isNew, let folder = premises.folder {
            notice(
                "made the master secret \(folder.masterSecretPath): keep a copy elsewhere, for backups never contain it"
            )
        }
        return secrets
    }

    /// Whether the database belongs to a master secret already.
    private func isRegistered(_ database: any Database) async throws -> Bool {
        try await database.read { tx throws(StorageError) in
            guard try tx.hasTable("master_secret") else { return false }
            return try !tx.run(.masterSecrets).isEmpty
        }
    }
}
