#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file that holds the master secrets, readable by its owner alone.
package enum MasterSecretFile {
    package static let maximumBytes = 16_384

    /// Who vouches for a file's permissions.
    package enum Origin: Sendable {
        /// An ordinary file: no permission for group and others.
        case file
        /// A file in `$CREDENTIALS_DIRECTORY`. systemd gives the service's user an access-control entry on a file of
        /// root's, which shows as a permission to read for the group root; that much is allowed here.
        case systemdCredential
    }

    /// Reads the master secrets; a symbolic link is followed, and the file that it leads to is judged.
    ///
    /// - Parameter active: The number of the active secret; the highest when nil.
    package static func load(
        _ path: String, origin: Origin = .file, active: UInt8? = nil
    ) throws(MasterSecretFileError) -> MasterSecrets {
        // Without O_NONBLOCK opening a pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw MasterSecretFileError(path: path, fault: .unreadable(.last)) }
        defer { close(descriptor) }
        do throws(MasterSecretFileError.Fault) {
            try judge(descriptor, origin: origin)
            return try parse(read(descriptor), active: active)
        } catch {
            throw MasterSecretFileError(path: path, fault: error)
        }
    }

    /// Makes a random secret and a file for it, 0600 whatever the umask; file and folder are on the disk afterwards.
    ///
    /// An existing file, even a dangling link, is never touched. After a failure no file is left behind.
    package static func create(_ path: String) throws(MasterSecretFileError) -> MasterSecret {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
        guard descriptor >= 0 else {
            let error = SystemError.last
            throw MasterSecretFileError(path: path, fault: error.code == EEXIST ? .exists : .unwritable(error))
        }
        defer { close(descriptor) }
        let secret = MasterSecret.random()
        do throws(SystemError) {
            guard fchmod(descriptor, mode_t(0o600)) == 0 else { throw SystemError.last }
            try write(secret.revealedText() + "\n", to: descriptor)
            guard fsync(descriptor) == 0 else { throw SystemError.last }
            try syncFolder(of: path)
        } catch {
            unlink(path)
            throw MasterSecretFileError(path: path, fault: .unwritable(error))
        }
        return secret
    }

    private static func judge(_ descriptor: Int32, origin: Origin) throws(MasterSecretFileError.Fault) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(.last) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        guard status.st_uid == 0 || status.st_uid == geteuid() else { throw .foreignOwner(userID: status.st_uid) }
        let isCredential = origin == .systemdCredential && status.st_uid == 0 && status.st_gid == 0
        let forbidden: mode_t = isCredential ? 0o037 : 0o077
        guard status.st_mode & forbidden == 0 else { throw .openToOthers(mode: UInt32(status.st_mode & 0o7777)) }
        guard status.st_size <= maximumBytes else { throw .tooLarge }
    }

    /// Reads to the end, not to the size of before: the file may have grown since.
    private static func read(_ descriptor: Int32) throws(MasterSecretFileError.Fault) -> SecretBytes {
        var length = 0
        let buffer = try SecretBytes(count: maximumBytes + 1) { (buffer) throws(MasterSecretFileError.Fault) in
            while length < buffer.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[length...])
                let count = retrying { systemRead(descriptor, rest) }
                guard count >= 0 else { throw .unreadable(.last) }
                if count == 0 { break }
                length += count
            }
        }
        guard length <= maximumBytes else { throw .tooLarge }
        return buffer.withUnsafeBytes { SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
    }

    private static func parse(
        _ content: borrowing SecretBytes, active: UInt8?
    ) throws(MasterSecretFileError.Fault) -> MasterSecrets {
        var utf8 = content.withUnsafeBytes { Array($0) }
        defer { Sodium.wipe(&utf8) }
        do {
            return try MasterSecrets(utf8: utf8[...], active: active)
        } catch {
            throw .malformed(error)
        }
    }

    static func write(_ text: String, to descriptor: Int32) throws(SystemError) {
        var utf8 = Array(text.utf8)
        defer { Sodium.wipe(&utf8) }
        var written = 0
        while written < utf8.count {
            let rest = utf8[written...]
            let count = retrying { rest.withUnsafeBytes { systemWrite(descriptor, $0) } }
            guard count > 0 else { throw SystemError.last }
            written += count
        }
    }

    /// A new name is durable once its folder is.
    static func syncFolder(of path: String) throws(SystemError) {
        let slash = path.lastIndex(of: "/")
        let folder =
            switch slash {
            case nil: "."
            case path.startIndex: "/"
            case let slash?: String(path[..<slash])
            }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError.last }
    }

    private static func retrying(_ call: () -> Int) -> Int {
        while true {
            let count = call()
            if count >= 0 || errno != EINTR { return count }
        }
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}

private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
    write(descriptor, buffer.baseAddress, buffer.count)
}
