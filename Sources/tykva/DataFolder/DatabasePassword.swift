import Foundation
import Secrets

/// The database's password from a file that holds nothing else.
enum DatabasePassword {
    /// Refuses a file of libpq's own form that others can read: libpq passes it over, and warns at each connection.
    static func checkPassFile(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws {
        guard let path = variables["PGPASSFILE"], !path.isEmpty, variables["PGPASSWORD"] == nil else { return }
        guard let status = try? FileStatus(path), status.othersMode != 0 else { return }
        throw CommandFailure(
            "the database's password file \(path) of PGPASSFILE can be read by other users: "
                + "close it with chmod 600 \(path)", .configuration)
    }

    /// - Throws: A sentence that names the file and nothing of what is in it.
    static func read(_ path: String) throws -> String {
        try PasswordFile(what: "the database's password file", path: path).read()
    }
}
