import Foundation

/// The note beside a database file that its deployment was moved away: two stores cannot agree about one token.
struct MovedMark {
    let path: String

    private static let kind = "moved"
    private static let mode: mode_t = 0o600
    private static let maximumBytes = 1024

    init(of databasePath: String) {
        path = DataFolder.path(beside: databasePath, for: Self.kind)
    }

    /// - Throws: When the deployment was moved away: the sentence tells where to and when.
    func refuse() throws {
        guard let text = read() else { return }
        throw CommandFailure("this deployment was \(text); remove \(path) to serve it again")
    }

    /// - Throws: When it was moved away, and not to that place.
    func refuse(unlessTo place: String) throws {
        guard let text = read(), !text.hasPrefix(Self.words(place)) else { return }
        throw CommandFailure("the source: this deployment was \(text); remove \(path) to move it again")
    }

    /// Written and on the disk when this returns.
    func write(place: String, time: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, Self.mode)
        guard descriptor >= 0 else { throw failure("written") }
        defer { close(descriptor) }
        let bytes = Array("\(Self.words(place))\(time)\n".utf8)
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw failure("written")
        }
        let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("written") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("written") }
    }

    func remove() throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("removed") }
    }

    private static func words(_ place: String) -> String { "moved to \(place) on " }

    /// Nil when there is none; of one that cannot be read at least that it is there.
    private func read() -> String? {
        guard access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        let unknown = "moved away"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return unknown }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.maximumBytes)
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        guard count > 0, let text = String(validating: bytes[..<count], as: UTF8.self), text.hasPrefix("moved to ")
        else {
            return unknown
        }
        return String(text.prefix { !$0.isNewline })
    }

    private func failure(_ what: String) -> CommandFailure {
        CommandFailure("the note \(path) cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
