#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension MasterSecretFile {
    /// How far `add` has come; for tests that end the process there.
    package enum Step: Sendable {
        /// The new file is complete and on the disk, beside the old one.
        case written
        /// It has taken the old one's place.
        case replaced
    }

    /// Makes a random secret of a number and adds it to an existing file, whose mode stays.
    ///
    /// A complete new file takes the old one's place in one step: whoever reads finds the one or the other, after a
    /// crash too. It lies beside the old one as `NAME.new` before; what a crash has left there is removed.
    package static func add(
        _ number: UInt8, to path: String, reached: (Step) -> Void = { _ in }
    ) throws(MasterSecretFileError) {
        // A link stays one: the file behind it is replaced.
        guard let resolved = realpath(path, nil) else {
            throw MasterSecretFileError(path: path, fault: .unreadable(.last))
        }
        let target = String(cString: resolved)
        free(resolved)
        let secrets = try load(path)
        let content: String
        do throws(MasterSecretsError) {
            content = try secrets.adding(.random(), number).revealedText()
        } catch {
            throw MasterSecretFileError(path: path, fault: .malformed(error))
        }
        let new = target + ".new"
        do throws(SystemError) {
            let mode = try FileStatus(target).mode & 0o777
            guard unlink(new) == 0 || errno == ENOENT else { throw .last }
            try writeNew(new, content, mode: mode)
            reached(.written)
            guard rename(new, target) == 0 else {
                let error = SystemError.last
                unlink(new)
                throw error
            }
            reached(.replaced)
            try syncFolder(of: target)
        } catch {
            throw MasterSecretFileError(path: path, fault: .unwritable(error))
        }
    }

    /// A file that is on the disk, or none.
    private static func writeNew(_ path: String, _ content: String, mode: UInt32) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        do throws(SystemError) {
            guard fchmod(descriptor, mode_t(mode)) == 0 else { throw SystemError.last }
            try write(content, to: descriptor)
            guard fsync(descriptor) == 0 else { throw SystemError.last }
        } catch {
            unlink(path)
            throw error
        }
    }
}
