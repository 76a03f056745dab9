import CPostgres
import Foundation
import OAuth

/// How the way to a server is secured, and which authorities vouch for it.
///
/// https://www.postgresql.org/docs/15/libpq-ssl.html
enum PostgresTrust {
    /// From no encryption to the server's certificate and name.
    private static let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
    static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    static func check(_ given: [String: String]) throws(InvalidValue) {
        if let mode = given["sslmode"], !modes.contains(mode) {
            throw PostgresURL.refusal("sslmode must be one of \(modes.joined(separator: ", "))")
        }
        guard let path = given["sslrootcert"], !(path == "system" && PQlibVersion() >= 160_000) else { return }
        guard access(path, R_OK) == 0 else {
            throw PostgresURL.refusal("sslrootcert: \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
    }

    /// Where the URL says nothing: other machines prove who they are, and never less than the environment wants.
    static func defaults(_ given: [String: String], _ environment: [String: String]) -> [String: String] {
        let own = isLocal(given) ? "prefer" : "verify-full"
        let wanted = [own, environment["PGSSLMODE"] ?? ""].max { strength($0) < strength($1) }
        return ["sslmode": wanted ?? own]
    }

    /// The authorities' file when neither the URL nor the environment names one: libpq 15 looks in the home folder
    /// alone, and the system's are what people expect.
    ///
    /// Asked when a connection is made: the process may have become another user since the URL was read.
    static func authorities(
        for parameters: [String: String], _ environment: [String: String] = ProcessInfo.processInfo.environment,
        system: String = systemAuthorities
    ) -> [String: String] {
        guard strength(parameters["sslmode"] ?? "") >= strength("verify-ca"), parameters["sslrootcert"] == nil,
            environment["PGSSLROOTCERT"]?.isEmpty ?? true
        else { return [:] }
        let own = (environment["HOME"] ?? "") + "/.postgresql/root.crt"
        guard access(own, R_OK) != 0, access(system, R_OK) == 0 else { return [:] }
        return ["sslrootcert": system]
    }

    private static func strength(_ mode: String) -> Int { modes.firstIndex(of: mode) ?? -1 }

    /// Whether every host is this machine: a socket's folder, or a loopback address.
    private static func isLocal(_ given: [String: String]) -> Bool {
        let hosts = (given["hostaddr"] ?? given["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        return hosts.allSatisfy { host in
            host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost"
                || NetworkAddress(String(host))?.isLoopback == true
        }
    }
}
