import CPostgres
import Foundation
package import OAuth

/// Where a PostgreSQL store is and how it is reached: a connection URI of libpq, without any password in it.
///
/// https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING
package struct PostgresURL: Sendable, Hashable {
    /// Keywords of libpq with their values, the defaults of this program among them.
    let parameters: [String: String]
    /// Whether statements are prepared once a connection; `?prepared=off` for a pooler that cannot keep them apart.
    let isPrepared: Bool
    /// Host, port and database, for sentences and logs.
    package let description: String

    static let schemes = ["postgres://", "postgresql://"]
    private static let maximumBytes = 2048
    private static let secrets = ["password", "sslpassword"]

    /// - Throws: One sentence; it repeats nothing of the text but names of parameters.
    package init(_ text: String) throws(InvalidValue) {
        guard Self.schemes.contains(where: text.hasPrefix) else { throw Self.refusal("it must begin with postgres://") }
        guard text.utf8.count <= Self.maximumBytes, !text.utf8.contains(0) else {
            throw Self.refusal("it has more than \(Self.maximumBytes) bytes, or a NUL")
        }
        let (uri, isPrepared) = try Self.splitPrepared(text)
        var given = try Self.parse(uri)
        for secret in Self.secrets where given[secret] != nil {
            throw Self.refusal(
                "a password does not belong in a URL: give it by PGPASSFILE, database_password_file or PGPASSWORD")
        }
        if let mode = given["target_session_attrs"], !["read-write", "primary", "any"].contains(mode) {
            throw Self.refusal("target_session_attrs must be read-write, primary or any: sessions are written")
        }
        given.merge(Self.defaults(given)) { given, _ in given }
        parameters = given
        self.isPrepared = isPrepared
        description = Self.place(given)
    }

    /// The same place with a password that was read from a file.
    package func with(password: String) -> PostgresURL {
        PostgresURL(self, adding: ["password": password])
    }

    private init(_ url: PostgresURL, adding more: [String: String]) {
        parameters = url.parameters.merging(more) { $1 }
        isPrepared = url.isPrepared
        description = url.description
    }

    /// Takes our own parameter out: libpq refuses what it does not know.
    private static func splitPrepared(_ text: String) throws(InvalidValue) -> (uri: String, isPrepared: Bool) {
        guard let mark = text.firstIndex(of: "?") else { return (text, true) }
        var isPrepared: Bool?
        var kept: [Substring] = []
        for part in text[text.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false) {
            guard part.hasPrefix("prepared=") else {
                kept.append(part)
                continue
            }
            let value = part.dropFirst("prepared=".count)
            guard isPrepared == nil, value == "on" || value == "off" else {
                throw refusal("prepared must be on or off, once")
            }
            isPrepared = value == "on"
        }
        let query = kept.isEmpty ? "" : "?" + kept.joined(separator: "&")
        return (text[..<mark] + query, isPrepared ?? true)
    }

    private static func parse(_ uri: String) throws(InvalidValue) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(uri, &message) else {
            PQfreemem(message)
            throw refusal("it is not a connection URI of PostgreSQL: postgres://USER@HOST:PORT/DATABASE?name=value")
        }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option = option.successor()
        }
        return found
    }

    /// What this program wants where nothing else was said.
    private static func defaults(_ given: [String: String]) -> [String: String] {
        var defaults = [
            "application_name": "tykva", "client_encoding": "UTF8", "target_session_attrs": "read-write",
            "gssencmode": "disable", "keepalives_idle": "10", "keepalives_interval": "3", "keepalives_count": "3",
            "tcp_user_timeout": "10000",
        ]
        guard !isLocal(given) else {
            defaults["sslmode"] = "prefer"
            return defaults
        }
        defaults["sslmode"] = "verify-full"
        // libpq 15 looks for the authorities in the home folder alone; the system's are what people expect.
        let system = "/etc/ssl/certs/ca-certificates.crt"
        let own = (ProcessInfo.processInfo.environment["HOME"] ?? "") + "/.postgresql/root.crt"
        if access(own, R_OK) != 0, access(system, R_OK) == 0 { defaults["sslrootcert"] = system }
        return defaults
    }

    /// Whether every host is this machine: a socket's folder, or a loopback address.
    private static func isLocal(_ given: [String: String]) -> Bool {
        let hosts = (given["hostaddr"] ?? given["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        return hosts.allSatisfy { host in
            host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost"
                || NetworkAddress(String(host))?.isLoopback == true
        }
    }

    private static func place(_ given: [String: String]) -> String {
        let hosts = given["host"] ?? given["hostaddr"] ?? ""
        let port = given["port"].map { ":\($0)" } ?? ""
        return "\(hosts.isEmpty ? "the local socket" : hosts)\(port)/\(given["dbname"] ?? "")"
    }

    private static func refusal(_ reason: String) -> InvalidValue { InvalidValue("database", reason) }
}

/// A password may be in the parameters: only the place is shown.
extension PostgresURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
