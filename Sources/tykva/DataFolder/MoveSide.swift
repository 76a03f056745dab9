import Foundation
import Secrets
import Storage

/// One of the two databases of a move.
struct MoveSide {
    /// What sentences call it.
    let name: String
    let location: DatabaseLocation

    /// For people, without any password.
    var place: String {
        switch location {
        case .sqlite(let path): "sqlite:\(path)"
        case .postgres(let url): "postgres:\(url.description)"
        }
    }

    /// The database file; nil on PostgreSQL.
    var path: String? {
        if case .sqlite(let path) = location { path } else { nil }
    }

    /// The folder of the database file, as a data folder has it; nil on PostgreSQL.
    var folder: DataFolder? {
        guard let path else { return nil }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return DataFolder(path: parent)
    }

    /// Where the master secret of a data folder is, to be put behind the words for it.
    var secret: String {
        guard let path = folder?.masterSecretPath, access(path, F_OK) == 0 else { return "" }
        return " (\(path))"
    }

    /// As root, gives up root for the owner of the first file or folder that belongs to somebody else: no file of a
    /// deployment is to end up as root's.
    static func becomeOwner(of sides: [MoveSide]) throws {
        guard geteuid() == 0 else { return }
        for side in sides {
            guard let path = side.path, let folder = side.folder else { continue }
            guard let status = (try? FileStatus(path)) ?? (try? FileStatus(folder.path)), status.ownerID != 0
            else { continue }
            return try UserAccount(status.ownerID).become(groupOfFolder: status.groupID)
        }
    }

    /// Keeps servers and other moves away from a database file; on PostgreSQL nobody is kept away.
    func lock() throws -> DatabaseLock? {
        guard let path else { return nil }
        return try DatabaseLock(of: path)
    }

    /// Looked at before a lock file is made beside it.
    func mustBeThere() throws {
        guard let path, access(path, F_OK) != 0, errno == ENOENT else { return }
        throw CommandFailure("the \(name): there is no database at \(path)")
    }

    /// A file that is there is a file, and this user's: else a lock file would come to stand beside somebody else's.
    func mustBeOurs() throws {
        guard let path, let status = try? FileStatus(path) else { return }
        guard status.isFile else {
            throw CommandFailure("the \(name): \(path) is not a file; a data folder's database is its tykva.sqlite")
        }
        guard status.ownerID == geteuid() else {
            throw CommandFailure(
                "the \(name): \(path) belongs to \(UserAccount(status.ownerID).name), and this is "
                    + "\(UserAccount(geteuid()).name): run the command as its owner, or as root")
        }
    }

    /// The note that the deployment was moved away; nil on PostgreSQL.
    var mark: MovedMark? { path.map { MovedMark(of: $0) } }

    func makeFolder() throws {
        guard let folder, access(folder.path, F_OK) != 0, errno == ENOENT else { return }
        _ = try DataFolder.made(folder.path)
    }

    static func mustDiffer(_ source: MoveSide, _ target: MoveSide) throws {
        let isSame: Bool
        switch (source.location, target.location) {
        case (.sqlite(let one), .sqlite(let other)):
            let (first, second) = (try? FileStatus(one), try? FileStatus(other))
            isSame = first.flatMap { first in second.map(first.isSameFile) } ?? false
        case (.postgres(let one), .postgres(let other)): isSame = one.description == other.description
        default: isSame = false
        }
        if isSame { throw CommandFailure("--from and --to are the same database") }
    }

    /// Opens the database for the time of the call.
    func open<Outcome>(
        _ settings: Settings, isLooking: Bool, _ body: (any Database) async throws -> Outcome
    ) async throws -> Outcome {
        let database: any Database
        do {
            database = try await location.open(settings, isLooking: isLooking)
        } catch let error as StorageError {
            throw CommandFailure("the \(name): \(error)")
        }
        do {
            let outcome = try await body(database)
            await database.close()
            return outcome
        } catch {
            await database.close()
            throw error
        }
    }
}
