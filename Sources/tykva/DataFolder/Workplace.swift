import Foundation
import OAuth
import Secrets
import Storage
import TykvaServer

/// What an operator's command works with: the settings, the data folder, and its open database.
struct Workplace {
    let settings: Settings
    let database: any Database
    /// The deployment's time: the store's, where it has a clock of its own.
    let now: Milliseconds

    /// Where this command finds the master secrets.
    var secretSource: MasterSecretSource {
        get throws { try MasterSecretSource(settings, try Premises.existing(settings).folder) }
    }

    /// The deployment's time at this moment, for what takes long.
    func currentTime() async throws -> Milliseconds {
        try await database.clock().map(Milliseconds.init) ?? SystemTime.wall()
    }

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
        let database: any Database
        switch need {
        case .looking, .changing:
            database = try await existing(try Premises.existing(settings), settings, need)
        case .preparing:
            let preparation = Preparation(settings, try Premises.made(settings))
            database = try await preparation.open(.forAdditions).database
        }
        do {
            let now = try await database.clock().map(Milliseconds.init) ?? SystemTime.wall()
            let outcome = try await body(Workplace(settings: settings, database: database, now: now))
            await database.close()
            return outcome
        } catch {
            await database.close()
            throw error
        }
    }

    private static func existing(_ premises: Premises, _ settings: Settings, _ need: Need) async throws -> any Database
    {
        if need == .changing, case .sqlite(let path) = premises.database { try MovedMark(of: path).refuse() }
        guard premises.isThere else { throw premises.nothingThere }
        let source = try MasterSecretSource(settings, premises.folder)
        let database = try await premises.database.open(settings, isLooking: need == .looking)
        do {
            try await Schema.migrator.check(database)
            try await database.refuseUnfinishedMove()
            await source.warn(database)
            return database
        } catch {
            await database.close()
            throw error
        }
    }
}
