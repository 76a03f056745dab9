import Foundation
import OAuth
import Secrets
import Storage
import TykvaServer

/// What an operator's command works with: the settings, the data folder, and its open database.
struct Workplace {
    let settings: Settings
    let database: SQLiteDatabase
    let now: Milliseconds

    /// What a command wants of the database.
    enum Need {
        /// Reads only.
        case looking
        /// Changes what is there.
        case changing
        /// Adds something, also before the server's first start: makes folder, secret and schema when they are missing.
        case preparing
    }

    /// Opens the database for the time of the call.
    static func open<Outcome>(
        _ options: CommonOptions, _ need: Need, _ body: (Workplace) async throws -> Outcome
    ) async throws -> Outcome {
        let settings = try options.settings()
        let now = SystemTime.wall()
        let database: SQLiteDatabase
        switch need {
        case .looking, .changing:
            let folder = try DataFolder.existing(settings.data)
            database = try await existing(settings.database ?? folder.databasePath, settings, need)
        case .preparing:
            let folder = try DataFolder.made(settings.data)
            database = try await Preparation(settings, folder).open(.forAdditions, at: now).database
        }
        let workplace = Workplace(settings: settings, database: database, now: now)
        do {
            let outcome = try await body(workplace)
            await database.close()
            return outcome
        } catch {
            await database.close()
            throw error
        }
    }

    private static func existing(_ path: String, _ settings: Settings, _ need: Need) async throws -> SQLiteDatabase {
        guard access(path, F_OK) == 0 || errno != ENOENT else {
            throw CommandFailure(
                "there is no deployment in \(settings.data) yet: `tykva serve --data \(settings.data)` makes it")
        }
        var options = SQLiteOptions()
        options.access = need == .looking ? .readOnly : .readWrite
        let database = try await SQLiteDatabase(path: path, options: options)
        do {
            try await Schema.migrator.check(database)
            return database
        } catch {
            await database.close()
            throw error
        }
    }
}
