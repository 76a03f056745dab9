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

    /// - Parameter environment: libpq reads some of it by itself where the URL says nothing: that must not send anybody
    ///   elsewhere, nor make the way less safe.
    /// - Throws: One sentence; it repeats nothing of the text but names of parameters and of an authority's file.
    package init(
        _ text: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(InvalidValue) {
        guard Self.schemes.contains(where: text.hasPrefix) else { throw Self.refusal("it must begin with postgres://") }
        guard text.utf8.count <= Self.maximumBytes, !text.utf8.contains(0) else {
            throw Self.refusal("it has more than \(Self.maximumBytes) bytes, or a NUL")
        }
        let (uri, isPrepared) = try Self.splitPrepared(text)
        var given = try Self.parse(uri)
        try Self.checkSecretsAndService(given, environment)
        if let address = environment["PGHOSTADDR"], !address.isEmpty, given["hostaddr"] == nil {
            given["hostaddr"] = address
        }
        try Self.check(given)
        given.merge(PostgresTrust.defaults(given, environment)) { given, _ in given }
        given.merge(Self.defaults) { given, _ in given }
        parameters = given
        self.isPrepared = isPrepared
        description = Self.place(given)
    }

    /// The same place with a password that was read from a file.
    package func with(password: String) -> PostgresURL {
        PostgresURL(self, adding: ["password": password])
    }

    private init(_ url: PostgresURL, adding more: [String: String], remark: String = "") {
        parameters = url.parameters.merging(more) { $1 }
        isPrepared = url.isPrepared
        description = Self.place(parameters) + remark
    }

    /// In figures, when it was said or looked up: then libpq looks no name up.
    var address: String? { parameters["hostaddr"] }

    /// The same server at one of its addresses; its name is the one that its certificate must have.
    func at(address: String) -> PostgresURL {
        PostgresURL(self, adding: ["hostaddr": address], remark: " (\(address))")
    }

    /// The same store on each of its servers alone, in the order of the URL.
    var servers: [PostgresURL] {
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        return (0..<max(names.count, addresses.count)).map { index in
            var own: [String: String] = [:]
            // Named in any case: else libpq would take PGHOST.
            own["host"] = names.isEmpty ? addresses[index] : names[index]
            if !addresses.isEmpty { own["hostaddr"] = addresses[index] }
            if !ports.isEmpty { own["port"] = ports[ports.count == 1 ? 0 : index] }
            return PostgresURL(self, adding: own)
        }
    }

    private func list(_ name: String) -> [String] { Self.list(parameters[name]) }

    private static func list(_ text: String?) -> [String] {
        text.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
    }

    private static func checkSecretsAndService(
        _ given: [String: String], _ environment: [String: String]
    ) throws(InvalidValue) {
        for secret in secrets where given[secret] != nil {
            throw refusal(
                "a password does not belong in a URL: give it by PGPASSFILE, database_password_file or PGPASSWORD")
        }
        guard given["service"] == nil else {
            throw refusal("it names a service, whose file could say anything: name host, user and database themselves")
        }
        guard environment["PGSERVICE"]?.isEmpty ?? true else {
            throw refusal("PGSERVICE is set, and the file of that service would add to it: unset it")
        }
    }

    /// What libpq would tell at each connection, or fill in from somewhere else.
    private static func check(_ given: [String: String]) throws(InvalidValue) {
        let (names, addresses, ports) = (list(given["host"]), list(given["hostaddr"]), list(given["port"]))
        guard !names.isEmpty || !addresses.isEmpty, !(names + addresses).contains("") else {
            throw refusal("it names no host; a socket's folder is one too: postgres://USER@/DATABASE?host=/FOLDER")
        }
        let count = max(names.count, addresses.count)
        guard names.isEmpty || names.count == count, addresses.isEmpty || addresses.count == count else {
            throw refusal("it has \(names.count) hosts, and hostaddr or PGHOSTADDR \(addresses.count)")
        }
        guard ports.count <= 1 || ports.count == count else {
            throw refusal("it has \(ports.count) ports for \(count) hosts")
        }
        for port in ports where !port.isEmpty {
            guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), (1...65_535).contains(Int(port) ?? 0) else {
                throw refusal("a port is a number from 1 to 65535")
            }
        }
        guard given["user"]?.isEmpty == false else { throw refusal("it names no user: postgres://USER@HOST/DATABASE") }
        if let mode = given["target_session_attrs"], !["read-write", "primary", "any"].contains(mode) {
            throw refusal("target_session_attrs must be read-write, primary or any: sessions are written")
        }
        try PostgresTrust.check(given)
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
    private static let defaults = [
        "application_name": "tykva", "client_encoding": "UTF8", "target_session_attrs": "read-write",
        "gssencmode": "disable", "keepalives_idle": "10", "keepalives_interval": "3", "keepalives_count": "3",
        "tcp_user_timeout": "10000",
    ]

    private static func place(_ given: [String: String]) -> String {
        let hosts = given["host"] ?? given["hostaddr"] ?? ""
        let port = given["port"].map { ":\($0)" } ?? ""
        return "\(hosts)\(port)/\(given["dbname"] ?? "")"
    }

    static func refusal(_ reason: String) -> InvalidValue { InvalidValue("database", reason) }
}

/// A password may be in the parameters: only the place is shown.
extension PostgresURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
