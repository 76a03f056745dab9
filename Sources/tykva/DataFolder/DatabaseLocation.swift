import OAuth
import Storage

/// Where a deployment's database is: a file, or a server of PostgreSQL.
enum DatabaseLocation: Sendable {
    case sqlite(path: String)
    case postgres(PostgresURL)

    /// - Throws: One sentence; it repeats nothing of the text, which may hold a password where none belongs.
    init(_ text: String) throws(InvalidValue) {
        let scheme = text.prefix { $0 != ":" }
        if scheme == "postgres" || scheme == "postgresql" {
            self = .postgres(try PostgresURL(text))
            return
        }
        guard scheme == "sqlite", text.utf8.count > "sqlite:".utf8.count, !text.utf8.contains(0) else {
            throw InvalidValue("database", "it must have the form sqlite:PATH or postgres://USER@HOST:PORT/DATABASE")
        }
        self = .sqlite(path: String(text.dropFirst("sqlite:".count)))
    }
}

extension DatabaseLocation {
    /// Opens what is there: a file is made when there is none, a server's database never.
    ///
    /// - Parameter isLooking: Whether nothing is to be written.
    func open(_ settings: Settings, isLooking: Bool = false) async throws -> any Database {
        switch self {
        case .sqlite(let path):
            var options = SQLiteOptions()
            if isLooking { options.access = .readOnly }
            return try await SQLiteDatabase(path: path, options: options)
        case .postgres(let url):
            var options = PostgresOptions()
            options.connections = settings.databaseConnections
            var target = url
            if let file = settings.databasePasswordFile {
                target = url.with(password: try DatabasePassword.read(file))
            } else {
                try DatabasePassword.checkPassFile()
            }
            return try await PostgresDatabase(target, options: options)
        }
    }
}
