import Logging
import OAuth
import Secrets

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The data folder of an issuer that is mounted in an application, held against `tykva serve`, `tykva move` and other
/// applications for as long as this lives.
final class MountedFolder: Sendable {
    let databasePath: String
    let masterSecretPath: String
    private let lock: Int32

    /// - Throws: `InvalidValue` when it is not this user's alone, cannot be made, or is in use.
    init(_ path: String) throws(InvalidValue) {
        func invalid(_ reason: String) -> InvalidValue { InvalidValue("data folder \(path)", reason) }
        func system() -> String { String(cString: strerror(errno)) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw invalid("it cannot be made: \(system())") }
        let status: FileStatus
        do throws(SystemError) {
            status = try FileStatus(path)
        } catch {
            throw invalid("it cannot be looked at: \(error)")
        }
        guard status.isFolder else { throw invalid("it is no folder") }
        guard status.ownerID == geteuid() else { throw invalid("it belongs to another user") }
        guard status.othersMode == 0 else { throw invalid("it is open to other users: close it with chmod 700") }
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        let descriptor = open(path + "/tykva.lock", flags, mode_t(0o600))
        guard descriptor >= 0 else { throw invalid("its lock file cannot be opened: \(system())") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw invalid("another process serves it or moves it")
        }
        let own = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, own, own.count, 0)
        databasePath = path + "/tykva.sqlite"
        masterSecretPath = path + "/master-secret"
        lock = descriptor
    }

    deinit { close(lock) }

    /// Loads the master secret; the folder's own is made when there is no database yet.
    func masterSecrets(_ path: String?, logger: Logger) throws -> MasterSecrets {
        if let path { return try MasterSecretFile.load(path) }
        if access(masterSecretPath, F_OK) == 0 { return try MasterSecretFile.load(masterSecretPath) }
        guard access(databasePath, F_OK) != 0, errno == ENOENT else {
            throw InvalidValue("master secret", "there is no \(masterSecretPath), and the database belongs to one")
        }
        let secret = try MasterSecretFile.create(masterSecretPath)
        logger.notice("made the master secret: keep a copy elsewhere", metadata: ["path": "\(masterSecretPath)"])
        return MasterSecrets(secret)
    }
}
