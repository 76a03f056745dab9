import Foundation
import Testing

@testable import Secrets

@Suite struct MasterSecretFileAddingTests {
    private let folder: TemporaryFolder
    private let one = MasterSecret.forTesting { UInt8($0) }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: [0o600, 0o400])
    func `a secret is added, and what was there stays, with its mode`(_ mode: Int) throws {
        let path = try folder.write(one.revealedText(), to: "secret", mode: mode)
        try MasterSecretFile.add(2, to: path)
        let secrets = try MasterSecretFile.load(path)
        #expect(secrets.numbers == [1, 2])
        #expect(secrets[number: 1]?.isSame(as: one) == true)
        #expect(secrets[number: 2]?.isSame(as: one) == false)
        #expect(try FileStatus(path).mode == UInt32(mode))
        try MasterSecretFile.add(255, to: path)
        let more = try MasterSecretFile.load(path)
        #expect(more.numbers == [1, 2, 255])
        #expect(more.agrees(with: secrets, on: 1) && more.agrees(with: secrets, on: 2))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["secret"])
    }

    @Test func `at every moment there is a complete file, the old one or the new one`() throws {
        let path = try folder.write(one.revealedText() + "\n", to: "secret")
        var found: [[UInt8]] = []
        try MasterSecretFile.add(2, to: path) { step in
            found.append((try? MasterSecretFile.load(path).numbers) ?? [])
            if case .written = step {
                #expect((try? MasterSecretFile.load(path + ".new").numbers) == [1, 2])
            }
        }
        #expect(found == [[1], [1, 2]])
    }

    @Test func `what a crash has left beside it is replaced`() throws {
        let path = try folder.write(one.revealedText(), to: "secret")
        _ = try folder.write("half a li", to: "secret.new", mode: 0o400)
        try MasterSecretFile.add(2, to: path)
        #expect(try MasterSecretFile.load(path).numbers == [1, 2])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["secret"])
    }

    @Test func `a link goes on to lead to the file`() throws {
        let path = try folder.write(one.revealedText(), to: "secret")
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        try MasterSecretFile.add(2, to: link)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
        #expect(try MasterSecretFile.load(path).numbers == [1, 2])
    }

    @Test func `a number that is there, and a file that is refused, are left as they are`() throws {
        let path = try folder.write("3:" + one.revealedText(), to: "secret")
        for number: UInt8 in [3, 0] {
            #expect(throws: MasterSecretFileError.self) { try MasterSecretFile.add(number, to: path) }
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "3:" + one.revealedText())
        let open = try folder.write(one.revealedText(), to: "open", mode: 0o644)
        #expect(throws: MasterSecretFileError(path: open, fault: .openToOthers(mode: 0o644))) {
            try MasterSecretFile.add(2, to: open)
        }
        #expect(throws: MasterSecretFileError.self) { try MasterSecretFile.add(2, to: folder.file("nothing")) }
    }

    @Test func `a full disk leaves the file as it was`() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = folder.file("master-secret")
            let made = try MasterSecretFile.create(path)
            // A file may not grow beyond 70 bytes: the old one fits, the new one does not.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 70, rlim_max: 70)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            do throws(MasterSecretFileError) {
                try MasterSecretFile.add(2, to: path)
                exit(1)
            } catch {
                guard error.fault == .unwritable(SystemError(code: EFBIG)) else { exit(2) }
                guard access(path + ".new", F_OK) != 0 else { exit(3) }
                guard try MasterSecretFile.load(path).active.isSame(as: made) else { exit(4) }
            }
        }
    }

    @Test func `all 255 fit into a file`() throws {
        var secrets = MasterSecrets(one)
        for number: UInt8 in 2...255 { secrets = try secrets.adding(.random(), number) }
        let path = try folder.write(secrets.revealedText(), to: "secret")
        #expect(try MasterSecretFile.load(path).numbers == Array(1...255))
    }
}
