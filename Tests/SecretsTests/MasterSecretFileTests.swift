import Foundation
import Glibc
import Testing

@testable import Secrets

@Suite struct MasterSecretFileTests {
    private let folder: TemporaryFolder
    private let secret = MasterSecret.forTesting { UInt8($0) }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `a made file is read again and is its owner's alone`() throws {
        let path = folder.file("master-secret")
        let made = try MasterSecretFile.create(path)
        #expect(try mode(path) == 0o600)
        #expect(try MasterSecretFile.load(path).active.isSame(as: made))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == made.revealedText() + "\n")
    }

    @Test func `the umask changes nothing`() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            for mask: mode_t in [0, 0o777, 0o277] {
                umask(mask)
                let path = folder.file("secret-\(mask)")
                _ = try MasterSecretFile.create(path)
                var status = stat()
                guard stat(path, &status) == 0, status.st_mode & 0o7777 == 0o600 else { exit(1) }
            }
        }
    }

    @Test func `an existing file, folder or link is left alone`() throws {
        let file = try folder.write("precious", to: "file")
        try expect(creating: file, .exists)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
        try expect(creating: folder.path, .exists)
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file("nowhere"))
        try expect(creating: link, .exists)
        #expect(!FileManager.default.fileExists(atPath: folder.file("nowhere")))
    }

    @Test func `a folder that is missing is named`() throws {
        try expect(creating: folder.file("missing/master-secret"), .unwritable(SystemError(code: ENOENT)))
    }

    @Test func `a full disk leaves no file behind`() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = folder.file("master-secret")
            // A file may not grow beyond 10 bytes; without the signal the write fails as on a full disk.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 10, rlim_max: 10)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            do throws(MasterSecretFileError) {
                _ = try MasterSecretFile.create(path)
                exit(1)
            } catch {
                guard error.fault == .unwritable(SystemError(code: EFBIG)) else { exit(2) }
                guard access(path, F_OK) != 0 else { exit(3) }
            }
        }
    }

    @Test(arguments: [0o600, 0o400, 0o700])
    func `a mode without rights for others is read`(_ mode: Int) throws {
        let path = try folder.write(secret.revealedText(), to: "secret", mode: mode)
        #expect(try MasterSecretFile.load(path).active.isSame(as: secret))
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666])
    func `any right of group or others is refused`(_ mode: Int) throws {
        let path = try folder.write(secret.revealedText(), to: "secret", mode: mode)
        try expect(loading: path, .openToOthers(mode: UInt32(mode)))
    }

    @Test(.enabled(if: geteuid() == 0), arguments: [0o440, 0o400])
    func `a credential of root's may be readable for the group root`(_ mode: Int) throws {
        let path = try folder.write(secret.revealedText(), to: "secret", mode: mode)
        #expect(try MasterSecretFile.load(path, origin: .systemdCredential).active.isSame(as: secret))
    }

    @Test(.enabled(if: geteuid() == 0), arguments: [0o444, 0o460, 0o450, 0o404])
    func `a credential has no further rights`(_ mode: Int) throws {
        let path = try folder.write(secret.revealedText(), to: "secret", mode: mode)
        try expect(loading: path, origin: .systemdCredential, .openToOthers(mode: UInt32(mode)))
    }

    @Test(.enabled(if: geteuid() == 0))
    func `a credential readable for another group is refused`() throws {
        let path = try folder.write(secret.revealedText(), to: "secret", mode: 0o440)
        #expect(chown(path, 0, 4242) == 0)
        try expect(loading: path, origin: .systemdCredential, .openToOthers(mode: 0o440))
    }

    @Test(.enabled(if: geteuid() == 0))
    func `a file of another user is refused, one of the process's user and one of root are read`() async throws {
        let path = try folder.write(secret.revealedText(), to: "secret")
        #expect(chown(path, 4242, 4242) == 0)
        try expect(loading: path, .foreignOwner(userID: 4242))

        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let secret = MasterSecret.random()
            let own = try folder.write(secret.revealedText(), to: "own")
            let roots = try folder.write(secret.revealedText(), to: "roots", mode: 0o400)
            guard chown(own, 4242, 4242) == 0, chmod(folder.path, 0o755) == 0, seteuid(4242) == 0 else { exit(1) }
            guard try MasterSecretFile.load(own).active.isSame(as: secret) else { exit(2) }
            // It may be root's, but then this user must have been given the right to read it.
            do throws(MasterSecretFileError) {
                _ = try MasterSecretFile.load(roots)
                exit(3)
            } catch {
                guard error.fault == .unreadable(SystemError(code: EACCES)) else { exit(4) }
            }
            guard seteuid(0) == 0 else { exit(5) }
        }
    }

    @Test func `a link to a regular file is followed and the file judged`() throws {
        let file = try folder.write(secret.revealedText(), to: "secret")
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        #expect(try MasterSecretFile.load(link).active.isSame(as: secret))
        #expect(chmod(file, 0o644) == 0)
        try expect(loading: link, .openToOthers(mode: 0o644))
    }

    @Test func `what is no regular file is refused, and a pipe does not block`() throws {
        try expect(loading: folder.path, .notRegular)
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        try expect(loading: pipe, .notRegular)
        try expect(loading: "/dev/null", .notRegular)
    }

    @Test func `what cannot be read is refused with the system's words`() throws {
        try expect(loading: folder.file("missing"), .unreadable(SystemError(code: ENOENT)))
        try expect(loading: "", .unreadable(SystemError(code: ENOENT)))
        let sentence = "\(MasterSecretFileError(path: "/a", fault: .unreadable(SystemError(code: ENOENT))))"
        #expect(sentence == #"the master secret's file "/a" cannot be read: No such file or directory"#)
    }

    @Test func `the largest file is judged by its content, one byte more by its size`() throws {
        let line = String(repeating: "A", count: MasterSecretFile.maximumBytes)
        let largest = try folder.write(line, to: "largest")
        try expect(loading: largest, .malformed(.malformed(line: 1, .wrongPrefix)))
        let larger = try folder.write(line + "A", to: "larger")
        try expect(loading: larger, .tooLarge)
    }

    @Test func `all 255 secrets fit`() throws {
        let secrets = (1...255).map { "\($0):\(MasterSecret.random().revealedText())\n" }.joined()
        let path = try folder.write(secrets, to: "many")
        let loaded = try MasterSecretFile.load(path, active: 7)
        #expect(loaded.numbers.count == 255)
        #expect(loaded.activeNumber == 7)
    }

    @Test func `bytes that are no text are refused without a trap`() throws {
        var generator = SystemRandomNumberGenerator()
        for count in [1, 5, 53, 54, 200] {
            let garbage = Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            let path = try folder.write(garbage, to: "garbage-\(count)")
            #expect(throws: MasterSecretFileError.self) { try MasterSecretFile.load(path) }
        }
        let zeros = try folder.write(Data(count: 53), to: "zeros")
        try expect(loading: zeros, .malformed(.malformed(line: 1, .wrongPrefix)))
        let empty = try folder.write("", to: "empty")
        try expect(loading: empty, .malformed(.empty))
    }

    @Test func `every refusal names the path on one line and nothing of the content`() throws {
        let faults: [MasterSecretFileError.Fault] = [
            .unreadable(SystemError(code: EACCES)), .notRegular, .openToOthers(mode: 0o644),
            .foreignOwner(userID: 7), .tooLarge, .malformed(.empty), .exists, .unwritable(SystemError(code: ENOSPC)),
        ]
        let sentences = faults.map { "\(MasterSecretFileError(path: "/srv/a\nb", fault: $0))" }
        #expect(Set(sentences).count == faults.count)
        for sentence in sentences {
            #expect(sentence.contains(#""/srv/a\nb""#))
            #expect(!sentence.contains("\n"))
        }
        #expect(sentences[2].contains("mode 0644"))
    }

    @Test func `an owner is called by name, where there is one`() {
        func sentence(_ user: UInt32) -> String {
            MasterSecretFileError(path: "/x", fault: .foreignOwner(userID: user)).description
        }
        #expect(sentence(0).contains("belongs to user root:"))
        #expect(sentence(4_000_000_001).contains("belongs to user 4000000001:"))
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private func expect(
        loading path: String, origin: MasterSecretFile.Origin = .file, _ fault: MasterSecretFileError.Fault,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(throws: MasterSecretFileError(path: path, fault: fault), sourceLocation: location) {
            try MasterSecretFile.load(path, origin: origin)
        }
    }

    private func expect(
        creating path: String, _ fault: MasterSecretFileError.Fault, _ location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(throws: MasterSecretFileError(path: path, fault: fault), sourceLocation: location) {
            try MasterSecretFile.create(path)
        }
    }
}
