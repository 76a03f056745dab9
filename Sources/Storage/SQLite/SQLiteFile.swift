import Foundation

/// The database file and the two that SQLite keeps beside it, which are nobody else's business.
struct SQLiteFile {
    let path: String

    /// Only the owner reads and writes.
    private static let mode: mode_t = 0o600

    /// No page, so no database that is not empty, is smaller.
    private static let smallestPage = 512

    /// Makes the file when there is none, and takes the rights of others to what is there.
    ///
    /// SQLite gives `-wal` and `-shm` the mode of the database file, whatever the process's umask, so the file must
    /// have the right one before SQLite sees it.
    func prepare(for access: SQLiteOptions.Access) throws(StorageError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else { throw .notADatabase(path: path) }
            // SQLite would take a file of one byte for an empty one.
            guard status.st_size == 0 || status.st_size >= Self.smallestPage else { throw .notADatabase(path: path) }
            if access == .readWrite { try close([path, path + "-wal", path + "-shm"]) }
            return
        }
        guard errno == ENOENT else { throw failure("cannot be looked at") }
        guard access == .readWrite else { throw .unavailable(reason: "there is no database at \(path)") }
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, Self.mode)
        guard descriptor >= 0 else {
            // Another process that starts at the same time has made it.
            if errno == EEXIST { return }
            throw failure("cannot be made")
        }
        defer { Foundation.close(descriptor) }
        guard fchmod(descriptor, Self.mode) == 0 else { throw failure("cannot be closed to others") }
    }

    private func close(_ paths: [String]) throws(StorageError) {
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { continue }
            guard chmod(path, Self.mode) == 0 else {
                throw failure("can be read by others, and that cannot be changed")
            }
        }
    }

    private func failure(_ what: String) -> StorageError {
        .unavailable(reason: "the file \(path) \(what): \(String(cString: strerror(errno)))")
    }
}
