import Foundation
import Secrets

/// A file that holds one password and nothing else, closed to other users.
struct PasswordFile {
    private static let maximumBytes = 1024

    /// What sentences call it, such as "the database's password file".
    let what: String
    let path: String

    /// - Throws: A sentence that names the file and nothing of what is in it.
    func read() throws -> String {
        // Without O_NONBLOCK opening a pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw refusal("cannot be read by \(UserAccount(geteuid()).name): \(reason)")
        }
        defer { close(descriptor) }
        guard let status = try? FileStatus(descriptor: descriptor), status.isFile else {
            throw refusal("is not a file")
        }
        guard status.ownerID == 0 || status.ownerID == geteuid() else {
            throw refusal(
                "belongs to \(UserAccount(status.ownerID).name): it must be root's, or of the user who runs tykva")
        }
        // systemd hands credentials over with the group's right to read, in a folder of the service's own.
        guard status.mode & 0o007 == 0 else {
            throw refusal("can be read by every user: close it with chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: Self.maximumBytes + 1)
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw refusal("cannot be read: \(String(cString: strerror(errno)))") }
        guard count <= Self.maximumBytes else { throw refusal("has more than \(Self.maximumBytes) bytes") }
        guard let text = String(validating: bytes[..<count], as: UTF8.self), !text.utf8.contains(0) else {
            throw refusal("is not a text")
        }
        let password = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard !password.utf8.contains(UInt8(ascii: "\r")) else {
            throw refusal("has a line that ends as on Windows (CR LF): write it again with LF alone")
        }
        guard !password.isEmpty, !password.contains(where: \.isNewline) else {
            throw refusal("does not hold one line with a password")
        }
        return password
    }

    private func refusal(_ reason: String) -> CommandFailure {
        CommandFailure("\(what) \(path) \(reason)", .configuration)
    }
}
