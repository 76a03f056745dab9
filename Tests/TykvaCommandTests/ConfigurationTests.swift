import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ConfigurationTests {
    @Test func `every fault is told at once, with its place`() async throws {
        var tykva = try Program()
        tykva.environment["TYKVA_LISTEN"] = "nowhere"
        tykva.environment["TYKVA_BOGUS"] = "1"
        let file = try tykva.write(
            """
            data: /tmp/x
            access-token-lifetime: 5m
            tls-certificate: chain.pem
            bogus: 1
            family_lifetime: 5m
            family_idle_lifetime: 90d
            retry_window: 301s
            log_level: loud
            data_folder:
              deep: 1
            password_hash_memory: 1024
            behind_proxy: [10.0.0.0/99]
            theft_late: nobody
            smtp_url: smtp://u:geheim@mail.example.com
            smtp_from: nobody
            maximum_connections: [1, 2]
            tls_key: key.pem
            """, to: "tykva.yaml")
        let refused = try await tykva.run([
            "config", "check", "--config", file, "--database", "postgres://u:geheim@h/d",
        ])
        #expect(refused.status == 78)
        let lines = refused.complaint.split(separator: "\n")
        let words = [
            "TYKVA_BOGUS", "line 2: there is no setting \"access-token-lifetime\"; it is written access_token_lifetime",
            "line 4: there is no setting \"bogus\"", "no setting \"data_folder\"", "listen: TYKVA_LISTEN \"nowhere\"",
            "retry_window:", "log_level:", "password_hash_memory:", "behind_proxy:", "theft_late:",
            "maximum_connections takes one value", "family_idle_lifetime and",
            "a password does not belong in a URL", "smtp_url: ", "smtp_from: ",
        ]
        for word in words { #expect(lines.contains { $0.contains(word) }, "\(word)") }
        #expect(lines.allSatisfy { $0.hasPrefix("tykva: ") })
        // What is told once is not told again in other words.
        for key in ["maximum_connections", "tls_certificate", "theft_late", "family_idle_lifetime"] {
            #expect(lines.count { $0.contains(key) } == 1, "\(key)")
        }
        #expect(!refused.all.contains("geheim"))
    }

    @Test func `flags win over the environment, it over the file, and it over the defaults`() async throws {
        var tykva = try Program()
        let file = try tykva.write(
            "listen: 127.0.0.1:1001\nlog_level: error\nlog_format: text\nbehind_proxy:\n  - 10.0.0.0/8\n  - fd00::/8\n",
            to: "tykva.yaml")
        tykva.environment["TYKVA_LOG_LEVEL"] = "debug"
        let shown = try await tykva.run([
            "config", "show", "--config", file, "--data", "/from/flag", "--output", "json",
        ])
        let list = try shown.json() as? [[String: Any]] ?? []
        func setting(_ key: String) -> [String?] {
            list.filter { $0["key"] as? String == key }.flatMap { [$0["value"] as? String, $0["from"] as? String] }
        }
        #expect(setting("data") == ["/from/flag", "--data"])
        #expect(setting("log_level") == ["debug", "TYKVA_LOG_LEVEL"])
        #expect(setting("listen") == ["127.0.0.1:1001", file])
        #expect(setting("behind_proxy") == ["10.0.0.0/8,fd00::/8", file])
        #expect(setting("access_token_lifetime") == ["5m", "default"])
        #expect(setting("issuer") == [nil, nil])
    }

    @Test(arguments: [
        ("a: [", "line"), ("- a\n- b\n", "key: value"),
        ("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "it has a key more than once: listen"),
        ("listen: 127.0.0.1:1\n---\nlisten: 127.0.0.1:2\n", "a second document begins"),
        ("text", "key: value"),
    ])
    func `a file that is no list of settings is refused in one sentence`(_ text: String, _ words: String) async throws {
        let tykva = try Program()
        let refused = try await tykva.run(["config", "check", "--config", try tykva.write(text, to: "tykva.yaml")])
        #expect(refused.status == 78)
        #expect(refused.complaint.contains(words))
        #expect(refused.complaint.filter(\.isNewline).count == 1)
    }

    @Test func `a file that is too long is refused`() async throws {
        let tykva = try Program()
        let file = try tykva.write(String(repeating: "#", count: 70_000), to: "tykva.yaml")
        let refused = try await tykva.run(["config", "check", "--config", file])
        #expect(refused.status == 78)
        #expect(refused.complaint.contains("longer than 65536 bytes"))
    }

    @Test func `a file that cannot be read is told, and an empty one is good`() async throws {
        let tykva = try Program()
        let missing = try await tykva.run(["config", "check", "--config", tykva.folder.file("nothing.yaml")])
        #expect(missing.status == 78)
        #expect(missing.complaint.contains("No such file"))
        let folder = try await tykva.run(["config", "check", "--config", tykva.folder.path])
        #expect(folder.status == 78)
        #expect(
            try await tykva.run(["config", "check", "--config", try tykva.write("", to: "empty.yaml")]).status == 0)
    }

    @Test(arguments: [
        (["listen: 0.0.0.0:8080"], ["plain http", "issuer:"]),
        (["listen: 0.0.0.0:8080", "behind_proxy: 10.0.0.0/8"], ["issuer:"]),
        (["listen: 127.0.0.1:9464", "metrics_listen: 127.0.0.1:9464"], ["metrics_listen"]),
        (["listen: 127.0.0.1:9464", "metrics_listen: 0.0.0.0:9464"], ["metrics_listen"]),
        (["listen: 0.0.0.0:8080", "log_level: loud"], ["plain http", "issuer:", "log_level:"]),
        (["listen: 0.0.0.0:8080", "issuer: nonsense", "behind_proxy: x"], ["issuer:", "behind_proxy:"]),
        (["tls_key: key.pem", "listen: 0.0.0.0:8080"], ["tls_certificate: it is missing", "issuer:"]),
        (["tls_certificate: no.pem", "tls_key: no.key"], ["no.pem cannot be read"]),
        (["master_secret_file: /nowhere/secret"], ["/nowhere/secret cannot be read: No such file"]),
        (["family_idle_lifetime: 90d", "family_lifetime: 30d"], ["must not exceed"]),
        (["issuer: http://example.com"], ["loopback hosts only"]),
        (["issuer: https://example.com/"], ["nothing after it"]),
        (["smtp_url: smtp://mail.example.com"], ["smtp_from: it is missing, and smtp_url needs it"]),
        (["smtp_from: a@example.com"], ["smtp_url: it is missing, and smtp_from needs it"]),
        (
            ["smtp_url: nonsense", "smtp_user: mailer"],
            ["smtp_url:", "smtp_from: it is missing", "smtp_password_file: it is missing"]
        ),
        (
            ["smtp_url: smtp://localhost", "smtp_from: a@example.com", "smtp_ca_file: /nowhere.pem"],
            ["smtp_ca_file: /nowhere.pem cannot be read"]
        ),
        (["password_minimum: 7"], ["password_minimum: "]), (["password_minimum: 65"], ["8 to 64 characters"]),
        (["common_passwords_file: /nowhere/list"], ["common_passwords_file: the list in /nowhere/list cannot be read"]),
        (["common_passwords_file: /dev/null"], ["common_passwords_file: the list in /dev/null: it holds no password"]),
        (["leaked_passwords_url: http://example.com/range"], ["leaked_passwords_url: "]),
        (["leaked_passwords_url: https://example.com/?x"], ["without user and query"]),
    ])
    func `settings that do not go together are refused`(_ lines: [String], _ words: [String]) async throws {
        var tykva = try Program()
        tykva.environment["TYKVA_METRICS_LISTEN"] = nil
        let file = try tykva.write(lines.joined(separator: "\n"), to: "tykva.yaml")
        let refused = try await tykva.run(["config", "check", "--config", file])
        #expect(refused.status == 78)
        #expect(refused.complaint.filter(\.isNewline).count == words.count)
        for word in words { #expect(refused.complaint.contains(word)) }
    }

    @Test func `two master secrets, and no file of settings, are told by the check`() async throws {
        var tykva = try Program()
        tykva.environment["TYKVA_MASTER_SECRET"] = "x"
        tykva.environment["TYKVA_MASTER_SECRET_FILE"] = try tykva.write("x", to: "secret")
        let both = try await tykva.run(["config", "check"])
        #expect(both.status == 78)
        #expect(both.complaint.contains("TYKVA_MASTER_SECRET holds a master secret too"))
        tykva.environment = ["TYKVA_CONFIG": ""]
        let empty = try await tykva.run(["config", "check"])
        #expect(empty.status == 78)
        #expect(empty.complaint == "tykva: TYKVA_CONFIG: it names no file\n")
    }

    @Test func `the document has the table of the program`() async throws {
        let table = try await Program().run(["config", "show", "--markdown"])
        let document = try String(
            contentsOf: URL(fileURLWithPath: #filePath).appending(path: "../../../docs/configuration.md").standardized,
            encoding: .utf8)
        #expect(table.status == 0)
        #expect(document.contains(table.output))
    }
}
