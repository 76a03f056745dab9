import Foundation
import OAuth
import Secrets
import Storage
import TykvaServer

/// Opens a data folder's database for writing, and makes what is missing: the schema, and an empty one's master secret.
struct Preparation {
    private let settings: Settings
    private let folder: DataFolder
    private let notice: (String) -> Void

    /// - Parameter notice: Tells the operator something; a server does so in its log.
    init(_ settings: Settings, _ folder: DataFolder, notice: @escaping (String) -> Void = Console.complain) {
        self.settings = settings
        self.folder = folder
        self.notice = notice
    }

    enum Purpose {
        /// A server's start: migrates, and needs the secret.
        case forServing
        /// A command that adds something: an existing deployment is left as it is, and its secret unread.
        case forAdditions
    }

    struct Opened {
        let database: SQLiteDatabase
        /// Nil when the purpose does not need it.
        let secrets: MasterSecrets?
    }

    /// - Throws: When the secret is missing or wrong: nothing is written then.
    func open(
        _ purpose: Purpose, at now: Milliseconds, progress: (Migration) -> Void = { _ in }
    ) async throws -> Opened {
        let lock = try await PreparationLock(folder)
        defer { lock.release() }
        let path = settings.database ?? folder.databasePath
        let source = try MasterSecretSource(settings, folder)
        guard access(path, F_OK) == 0 else {
            // The secret comes first: a database that belongs to none would be in nobody's way, the reverse would.
            let loaded = try load(source, mayMake: true)
            return try await make(SQLiteDatabase(path: path), loaded, at: now, progress)
        }
        let database = try await SQLiteDatabase(path: path)
        do {
            if try await isRegistered(database) {
                if purpose == .forAdditions {
                    try await Schema.migrator.check(database)
                    return Opened(database: database, secrets: nil)
                }
                let loaded = try load(source, mayMake: false)
                try await OpenedDeployment.checkSecrets(database, loaded, at: now)
                return try await make(database, loaded, at: now, progress)
            }
            return try await make(database, load(source, mayMake: true), at: now, progress)
        } catch {
            await database.close()
            throw error
        }
    }

    /// Opens the database, makes what is missing, takes the missing steps, and closes it again.
    ///
    /// - Returns: The steps that were taken.
    func migrate(at now: Milliseconds, progress: @escaping (Migration) -> Void) async throws -> [Migration] {
        var steps: [Migration] = []
        let opened = try await open(.forServing, at: now) { step in
            steps.append(step)
            progress(step)
        }
        await opened.database.close()
        return steps
    }

    private func make(
        _ database: SQLiteDatabase, _ secrets: MasterSecrets, at now: Milliseconds,
        _ progress: (Migration) -> Void
    ) async throws -> Opened {
        do {
            try await Schema.migrator.migrate(database, at: now.value, progress: progress)
            try await OpenedDeployment.checkSecrets(database, secrets, at: now)
            return Opened(database: database, secrets: secrets)
        } catch {
            await database.close()
            throw error
        }
    }

    private func load(_ source: MasterSecretSource, mayMake: Bool) throws -> MasterSecrets {
        let (secrets, isNew) = try source.load(mayMake: mayMake)
        if isNew {
            notice(
                "made the master secret \(folder.masterSecretPath): keep a copy elsewhere, for backups never contain it"
            )
        }
        return secrets
    }

    /// Whether the database belongs to a master secret already.
    private func isRegistered(_ database: SQLiteDatabase) async throws -> Bool {
        try await database.read { tx throws(StorageError) in
            guard try tx.hasTable("master_secret") else { return false }
            return try !tx.run(.masterSecrets).isEmpty
        }
    }
}
