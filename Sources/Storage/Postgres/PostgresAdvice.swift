/// What an operator can do about words of a server or of libpq, put behind them.
enum PostgresAdvice {
    private static let pooler = "this looks like a pooler: add ?prepared=off to the URL"
    private static let authority = "name the authority's file with ?sslrootcert=FILE"

    /// - Parameter state: The SQLSTATE of a refusal.
    static func advised(_ message: String, state: String) -> String {
        switch state {
        // A prepared statement is there that we have not made, or is not there that we have.
        case "42P05", "26000": "\(message): \(pooler)"
        case "53300": "\(message): raise the server's or the role's limit, or lower database_connections"
        default: message
        }
    }

    /// libpq's own words about a connection that was not made, in one line: they hold host, user and reason, and no
    /// password.
    ///
    /// - Parameter text: In the verbose form, which has the server's SQLSTATE, and where in its source it was.
    static func connecting(_ text: String) -> String {
        var lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }
        lines.removeAll { $0.hasPrefix("LOCATION:") || $0.hasPrefix("Either provide the file or change sslmode") }
        var line = lines.joined(separator: "; ")
        var state = ""
        if let found = line.firstMatch(of: #/:  ([0-9A-Z]{5}): /#) {
            state = String(found.1)
            line.replaceSubrange(found.range, with: ": ")
        }
        line = String(line.prefix(400))
        if line.contains("unsupported startup parameter") { return "\(line): \(pooler)" }
        if line.contains("no password supplied") {
            return "\(line): give it by database_password_file, PGPASSFILE or PGPASSWORD"
        }
        if line.contains("certificate verify failed") || line.contains("root certificate file") {
            return "\(line): \(authority)"
        }
        return advised(line, state: state)
    }
}
