import Foundation
import OAuth
import Secrets

/// The folder of a deployment's data, which is its owner's alone: mode 0700, and used by nobody else.
///
/// Opening it as root makes the whole process its owner, so that no file in it ends up as root's.
struct DataFolder {
    let path: String

    static let databaseName = "tykva.sqlite"
    static let lockKind = "lock"

    var databasePath: String { path + "/" + Self.databaseName }
    var masterSecretPath: String { path + "/master-secret" }

    private static let mode: mode_t = 0o700

    /// Opens the folder of an existing deployment.
    static func existing(_ path: String) throws -> DataFolder {
        guard let folder = try open(path) else { throw nothing(in: path) }
        return folder
    }

    static func nothing(in path: String) -> CommandFailure {
        CommandFailure("there is no deployment in \(path) yet: `tykva serve --data \(path)` makes it")
    }

    /// Opens the folder, and makes it when it is missing.
    static func made(_ path: String) throws -> DataFolder {
        if let folder = try open(path) { return folder }
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure(path, "cannot be made") }
        guard let folder = try open(path) else { throw failure(path, "cannot be opened") }
        return folder
    }

    /// Nil when there is none.
    private static func open(_ path: String) throws -> DataFolder? {
        let descriptor = Foundation.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return nil
            case ENOTDIR: throw CommandFailure("the data folder \(path) is not a folder")
            default: throw failure(path, "cannot be opened")
            }
        }
        defer { close(descriptor) }
        guard let status = try? FileStatus(descriptor: descriptor) else {
            throw failure(path, "cannot be looked at")
        }
        if status.ownerID != geteuid() {
            guard geteuid() == 0 else {
                throw CommandFailure(
                    "the data folder \(path) belongs to \(UserAccount(status.ownerID).name), and this is "
                        + "\(UserAccount(geteuid()).name): run the command as its owner, or as root")
            }
            try UserAccount(status.ownerID).become(groupOfFolder: status.groupID)
        }
        guard status.othersMode == 0 else {
            let mode = String(status.mode, radix: 8)
            throw CommandFailure(
                "the data folder \(path) is open to other users (mode 0\(mode)): close it with chmod 700 \(path)")
        }
        return DataFolder(path: path)
    }

    /// A file beside a database, whatever links lead to that: `tykva.lock` for a data folder's own, else its name with
    /// `.lock` behind it.
    static func path(beside databasePath: String, for kind: String) -> String {
        var file = URL(fileURLWithPath: databasePath)
        if let resolved = realpath(databasePath, nil) {
            file = URL(fileURLWithPath: String(cString: resolved))
            free(resolved)
        }
        let isFolders = file.lastPathComponent == databaseName
        let name = isFolders ? "tykva.\(kind)" : "\(file.lastPathComponent).\(kind)"
        return file.deletingLastPathComponent().path + "/" + name
    }

    private static func failure(_ path: String, _ what: String) -> CommandFailure {
        CommandFailure("the data folder \(path) \(what): \(String(cString: strerror(errno)))")
    }
}
