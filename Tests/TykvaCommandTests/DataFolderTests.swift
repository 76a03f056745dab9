import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct DataFolderTests {
    private func mode(_ path: String) throws -> Int {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? -1
    }

    private func owner(_ path: String) throws -> Int {
        (try FileManager.default.attributesOfItem(atPath: path)[.ownerAccountID] as? Int) ?? -1
    }

    @Test func `folder, database and secret are their owner's alone`() async throws {
        let tykva = try Program()
        let added = try await tykva.addUser()
        #expect(added.complaint.contains("backups never contain it"))
        #expect(try mode(tykva.data) == 0o700)
        #expect(try mode(tykva.data + "/tykva.sqlite") == 0o600)
        #expect(try mode(tykva.data + "/master-secret") == 0o600)
        let secret = try String(contentsOfFile: tykva.data + "/master-secret", encoding: .utf8)
        #expect(!added.all.contains(secret.prefix(20)))
    }

    @Test func `a folder that others can look into is refused`() async throws {
        let tykva = try Program()
        _ = try await tykva.addUser()
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: tykva.data)
        for command in [["user", "list"], ["serve"], ["client", "add", "app"]] {
            let refused = try await tykva.run(command + ["--data", tykva.data])
            #expect(refused.status == 1)
            #expect(refused.complaint.contains("mode 0750"))
        }
    }

    @Test(arguments: [["user", "list"], ["audit"], ["key", "list"], ["migrate", "--dry-run"], ["session", "list"]])
    func `without a deployment a command says how to make one`(_ command: [String]) async throws {
        let tykva = try Program()
        let refused = try await tykva.run(command + ["--data", tykva.data])
        #expect(refused.status == 1)
        #expect(refused.complaint.contains("there is no deployment in \(tykva.data) yet: `tykva serve"))
        #expect(!FileManager.default.fileExists(atPath: tykva.data))
    }

    @Test func `what is no folder is refused, and so is a folder in nowhere`() async throws {
        let tykva = try Program()
        let file = try tykva.write("x", to: "file")
        let refused = try await tykva.run(["user", "list", "--data", file])
        #expect(refused.complaint == "tykva: the data folder \(file) is not a folder\n")
        let nowhere = try await tykva.run(["client", "add", "a", "--data", tykva.folder.file("no/where")])
        #expect(nowhere.status == 1)
        #expect(nowhere.complaint.contains("cannot be made"))
    }

    @Test func `a file that is no database is refused and stays as it is`() async throws {
        let tykva = try Program()
        _ = try await tykva.addUser()
        for name in ["tykva.sqlite-wal", "tykva.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: tykva.data + "/" + name)
        }
        let text = String(repeating: "this is a letter, not a database. ", count: 200)
        try text.write(toFile: tykva.data + "/tykva.sqlite", atomically: false, encoding: .utf8)
        for command in [["user", "list"], ["client", "add", "app"], ["serve"], ["migrate"]] {
            let refused = try await tykva.run(command + ["--data", tykva.data])
            #expect(refused.status == 1)
            #expect(refused.complaint.contains("is not a Tykva database"))
        }
        #expect(try String(contentsOfFile: tykva.data + "/tykva.sqlite", encoding: .utf8) == text)
    }

    @Test func `a missing, wrong, open or damaged master secret keeps the server from starting`() async throws {
        let tykva = try Program()
        _ = try await tykva.addUser()
        let path = tykva.data + "/master-secret"
        let secret = try String(contentsOfFile: path, encoding: .utf8)
        let other = try await tykva.run(["secret", "new"]).output
        func attempt(_ text: String?, mode: Int = 0o600, status: Int32 = 78, _ words: String) async throws {
            try? FileManager.default.removeItem(atPath: path)
            if let text {
                try text.write(toFile: path, atomically: false, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
            let refused = try await tykva("serve", "--listen", FreePort.address())
            #expect(refused.status == status)
            #expect(refused.complaint.contains(words), "\(refused.complaint)")
            #expect(!refused.all.contains(secret.dropFirst(5).prefix(12)))
            // What can be told without the database is told by the check too.
            guard !words.contains("of this database") else { return }
            let checked = try await tykva("config", "check")
            #expect(checked.status == 78)
            #expect(checked.complaint.contains(words), "\(checked.complaint)")
        }
        #expect(try await tykva("config", "check").status == 0)
        try await attempt(nil, status: 1, "the master secret is missing")
        #expect(!FileManager.default.fileExists(atPath: path))
        try await attempt(other, "\(path): number 1 is not the one of this database; copy the file")
        // A command goes on, and says in one line what would happen to a server.
        let warned = try await tykva("user", "show", "anna")
        #expect(warned.status == 0)
        #expect(warned.complaint.hasPrefix("tykva: warning: the master secret in \(path)"))
        #expect(warned.complaint.filter(\.isNewline).count == 1)
        try await attempt("2:\(secret)", "number 2 is number 1 of this database: write 1:…")
        try await attempt(secret, mode: 0o644, "make it 0600")
        try await attempt("nonsense\n", "begins with")
        try await attempt(String(secret.dropLast(3)) + "AA\n", "checksum is wrong")
        // The commands of an operator go on: they do not need it.
        #expect(try await tykva("user", "show", "anna").status == 0)
    }

    @Test func `the master secret may come from the environment, and from one place only`() async throws {
        var tykva = try Program()
        let secret = try await tykva.run(["secret", "new"]).output.trimmingCharacters(in: .newlines)
        tykva.environment["TYKVA_MASTER_SECRET"] = secret
        let added = try await tykva.addUser()
        #expect(added.status == 0)
        #expect(!added.all.contains(secret))
        #expect(!FileManager.default.fileExists(atPath: tykva.data + "/master-secret"))
        tykva.environment["TYKVA_MASTER_SECRET_FILE"] = try tykva.write(secret + "\n", to: "secret")
        #expect(try await tykva.addUser("bob").status == 78)
        tykva.environment["TYKVA_MASTER_SECRET"] = nil
        #expect(try await tykva.addUser("bob").status == 0)
        tykva.environment["TYKVA_MASTER_SECRET_FILE"] = nil
        tykva.environment["TYKVA_MASTER_SECRET"] = "tkvm_geheimgeheim"
        let refused = try await tykva("serve", "--listen", FreePort.address())
        #expect(refused.status == 78)
        #expect(!refused.all.contains("geheimgeheim"))
    }

    @Test(.enabled(if: geteuid() == 0)) func `root becomes the owner of the folder`() async throws {
        let tykva = try Program()
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tykva.folder.path)
        try FileManager.default.createDirectory(
            atPath: tykva.data, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        #expect(chown(tykva.data, 65534, 65534) == 0)
        #expect(try await tykva.addUser().status == 0)
        for name in ["tykva.sqlite", "master-secret"] { #expect(try owner(tykva.data + "/" + name) == 65534) }
    }

    @Test(arguments: [
        (nil, 0o600, "No such file"), ("geheim\n", 0o644, "chmod 600"), ("", 0o600, "one line"),
        ("geheim\nmore\n", 0o600, "one line"), ("geheim\r\n", 0o600, "CR LF"),
    ])
    func `a password file that holds no password is wrong configuration, at a check too`(
        _ text: String?, _ mode: Int, _ words: String
    ) async throws {
        var tykva = try Program()
        tykva.environment["TYKVA_DATABASE"] = "postgres://tykva@127.0.0.1:1/tykva"
        tykva.environment["TYKVA_MASTER_SECRET"] = try await Program().run(["secret", "new"]).output
        let path = tykva.folder.file("password")
        if let text { _ = try tykva.write(text, to: "password", mode: mode) }
        tykva.environment["TYKVA_DATABASE_PASSWORD_FILE"] = path
        for command in [["serve"], ["user", "list"], ["config", "check"]] {
            let refused = try await tykva.run(command)
            #expect(refused.status == 78, "\(command)")
            #expect(refused.complaint.contains(words) && refused.complaint.contains(path), "\(refused.complaint)")
            #expect(!refused.all.contains("geheim"))
        }
        _ = try tykva.write("geheim\n", to: "password")
        #expect(try await tykva.run(["config", "check"]).status == 0)
        tykva.environment["TYKVA_MASTER_SECRET"] = nil
        let missing = try await tykva.run(["config", "check"])
        #expect(missing.status == 78)
        #expect(missing.complaint.contains("the master secret is missing"))
    }

    @Test(.enabled(if: Privileges.canActAsNobody)) func `another user is refused`() async throws {
        var tykva = try Program()
        _ = try await tykva.addUser()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: tykva.folder.path)
        try FileManager.default.setAttributes([.posixPermissions: 0o701], ofItemAtPath: tykva.data)
        tykva.runner = Privileges.asNobody
        let refused = try await tykva("user", "list")
        #expect(refused.status == 1)
        #expect(refused.complaint.contains("cannot be opened") || refused.complaint.contains("belongs to"))
    }

    @Test func `an answer that cannot be written whole is a failure`() async throws {
        let tykva = try Program()
        let process = try tykva.start(["--help"], output: "/dev/full", complaint: tykva.folder.file("complaint"))
        #expect(try await process.ended() == .exited(1))
        let complaint = try String(contentsOfFile: tykva.folder.file("complaint"), encoding: .utf8)
        #expect(complaint.contains("cannot be written"))
    }
}
