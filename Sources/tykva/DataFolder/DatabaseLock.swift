import Foundation

/// Keeps other servers and moves away from a database file, however they name it; the system lets go of it when the
/// process ends, however it ends.
struct DatabaseLock: ~Copyable {
    private let descriptor: Int32

    private static let mode: mode_t = 0o600

    /// - Throws: When another process works on the database: the sentence tells its process id.
    init(of databasePath: String) throws {
        let path = DataFolder.path(beside: databasePath, for: DataFolder.lockKind)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, Self.mode)
        guard descriptor >= 0 else {
            throw CommandFailure("the lock file \(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = errno
            let holder = Self.holder(descriptor)
            close(descriptor)
            guard error == EWOULDBLOCK else {
                throw CommandFailure("the lock file \(path) cannot be locked: \(String(cString: strerror(error)))")
            }
            let process = holder.map { " (process \($0))" } ?? ""
            throw CommandFailure(
                "another `tykva serve` or `tykva move`\(process) works on the database \(databasePath)")
        }
        self.descriptor = descriptor
        let own = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, own, own.count, 0)
    }

    deinit { close(descriptor) }

    private static func holder(_ descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes[..<count], as: UTF8.self).prefix { $0.isNumber && $0.isASCII })
    }
}
