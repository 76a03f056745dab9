import Foundation

/// Keeps servers and other moves away from a database file, however they name it; on PostgreSQL it keeps nobody away.
struct MoveLock: ~Copyable {
    private let main: FolderLock?
    private let other: FolderLock?

    /// A server takes the data folder's lock for the folder's own database, or one beside a file with another name;
    /// which of them depends on how it was told of the file.
    ///
    /// - Throws: When somebody works on the database: the sentence tells their process id.
    static func take(_ side: MoveSide) throws -> MoveLock {
        guard let path = side.path, let folder = side.folder else { return MoveLock(main: nil, other: nil) }
        let beside = path + ".lock"
        guard path.hasSuffix("/tykva.sqlite") || path == "tykva.sqlite" else {
            return MoveLock(main: try FolderLock(at: beside, of: path), other: nil)
        }
        let main = try FolderLock(at: folder.lockPath, of: path)
        guard access(beside, F_OK) == 0 else { return MoveLock(main: main, other: nil) }
        return MoveLock(main: main, other: try FolderLock(at: beside, of: path))
    }
}
