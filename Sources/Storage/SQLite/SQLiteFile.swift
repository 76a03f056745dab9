import Foundation

/// The database file and the two that SQLite keeps beside it, which are nobody else's business.
struct SQLiteFile {
    let path: String

    /// Only the owner reads and writes.
    private static let mode: mode_t = 0o600
    private static let others: mode_t = 0o077

    /// No page, so no database that is not empty, is smaller.
    private static let smallestPage = 512

    /// How every database begins that is not empty (https://www.sqlite.org/fileformat2.html#the_database_header).
    private static let header = Array("SQLite format 3\0".utf8)

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
            if access == .readWrite {
                if status.st_mode & Self.others != 0 { try closeDatabase() }
                try close([path + "-wal", path + "-shm"])
            }
            return
        }
        guard errno == ENOENT else { throw failure("cannot be looked at") }
        guard access == .readWrite else { throw .unavailable(reason: "there is no database at \(path)") }
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, Self.mode)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw failure("cannot be made") }
            // Another process that starts at the same time has made it; or SQLite would, where a link points.
            guard stat(path, &status) == 0 else { throw failure("is a link to nowhere") }
            return
        }
        defer { Foundation.close(descriptor) }
        guard fchmod(descriptor, Self.mode) == 0 else { throw failure("cannot be closed to others") }
    }

    /// Takes the rights of others to a file that begins as a database does, and to no other.
    ///
    /// Only while they have some: to close a descriptor ends every lock that this process holds on the file, and
    /// a database that it has open already is closed to others.
    private func closeDatabase() throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be opened") }
        defer { Foundation.close(descriptor) }
        var beginning = [UInt8](repeating: 0, count: Self.header.count)
        let count = read(descriptor, &beginning, beginning.count)
        guard count >= 0 else { throw failure("cannot be read") }
        guard count == 0 || beginning == Self.header else { throw .notADatabase(path: path) }
        guard fchmod(descriptor, Self.mode) == 0 else {
            throw failure("can be read by others, and that cannot be changed")
        }
    }

    private func close(_ paths: [String]) throws(StorageError) {
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & Self.others != 0 else { continue }
            guard chmod(path, Self.mode) == 0 else {
                throw failure("can be read by others, and that cannot be changed")
            }
        }
    }

    private func failure(_ what: String) -> StorageError {
        .unavailable(reason: "the file \(path) \(what): \(String(cString: strerror(errno)))")
    }
}
