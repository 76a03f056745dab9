import Foundation

/// What a command works on: a data folder with a database file, or a server of PostgreSQL and perhaps no folder.
struct Premises {
    /// Nil on PostgreSQL, unless there is one with a master secret in it.
    let folder: DataFolder?
    let database: DatabaseLocation

    /// - Throws: When there is no deployment yet.
    static func existing(_ settings: Settings) throws -> Premises {
        try Premises(settings) { try DataFolder.existing($0) }
    }

    /// Nil when there is no data folder, and one is needed.
    static func ifThere(_ settings: Settings) throws -> Premises? {
        if case .postgres? = settings.database { return try existing(settings) }
        guard access(settings.data, F_OK) == 0 || errno != ENOENT else { return nil }
        return try existing(settings)
    }

    /// Makes the data folder when it is missing and needed.
    static func made(_ settings: Settings) throws -> Premises {
        try Premises(settings) { try DataFolder.made($0) }
    }

    private init(_ settings: Settings, _ open: (String) throws -> DataFolder) throws {
        if case .postgres(let url)? = settings.database {
            database = .postgres(url)
            let hasSecret = access(settings.data + "/master-secret", F_OK) == 0
            folder = hasSecret ? try open(settings.data) : nil
            return
        }
        let folder = try open(settings.data)
        self.folder = folder
        database = settings.database ?? .sqlite(path: folder.databasePath)
    }

    /// Whether there may be something in the database: a file that is missing holds nothing.
    var isThere: Bool {
        guard case .sqlite(let path) = database else { return true }
        return access(path, F_OK) == 0 || errno != ENOENT
    }

    /// What to say when there is nothing, and how it is made.
    var nothingThere: CommandFailure {
        guard let folder, case .sqlite(let path) = database, path != folder.databasePath else {
            return DataFolder.nothing(in: folder?.path ?? "")
        }
        return CommandFailure("there is no database at \(path) yet: `tykva serve` or `tykva migrate` makes it")
    }
}
