import Foundation

/// The database's password from a file that holds nothing else.
enum DatabasePassword {
    private static let maximumBytes = 1024

    /// Refuses a file of libpq's own form that others can read: libpq passes it over, and warns at each connection.
    static func checkPassFile(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws {
        guard let path = variables["PGPASSFILE"], !path.isEmpty, variables["PGPASSWORD"] == nil else { return }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        throw refusal(path, "of PGPASSFILE can be read by other users: close it with chmod 600 \(path)")
    }

    /// - Throws: A sentence that names the file and nothing of what is in it.
    static func read(_ path: String) throws -> String {
        // Without O_NONBLOCK opening a pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw refusal(path, "cannot be read by \(UserAccount(geteuid()).name): \(reason)")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refusal(path, "is not a file")
        }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw refusal(
                path, "belongs to \(UserAccount(status.st_uid).name): it must be root's, or of the user who runs tykva")
        }
        // systemd hands credentials over with the group's right to read, in a folder of the service's own.
        guard status.st_mode & 0o007 == 0 else {
            throw refusal(path, "can be read by every user: close it with chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw refusal(path, "cannot be read: \(String(cString: strerror(errno)))") }
        guard count <= maximumBytes else { throw refusal(path, "has more than \(maximumBytes) bytes") }
        guard let text = String(validating: bytes[..<count], as: UTF8.self), !text.utf8.contains(0) else {
            throw refusal(path, "is not a text")
        }
        let password = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard !password.utf8.contains(UInt8(ascii: "\r")) else {
            throw refusal(path, "has a line that ends as on Windows (CR LF): write it again with LF alone")
        }
        guard !password.isEmpty, !password.contains(where: \.isNewline) else {
            throw refusal(path, "does not hold one line with a password")
        }
        return password
    }

    private static func refusal(_ path: String, _ reason: String) -> CommandFailure {
        CommandFailure("the database's password file \(path) \(reason)", .configuration)
    }
}
