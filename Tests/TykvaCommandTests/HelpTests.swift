import TestSupport
import Testing

@Suite(.serialized) struct HelpTests {
    static let commands: [[String]] = [
        [], ["serve"], ["user"], ["user", "add"], ["user", "list"], ["user", "show"], ["user", "set"],
        ["user", "disable"], ["user", "enable"], ["user", "remove"], ["user", "password"], ["user", "role"],
        ["user", "import"], ["user", "invite"],
        ["attribute"], ["attribute", "add"], ["attribute", "list"], ["attribute", "remove"], ["client"],
        ["client", "add"], ["client", "list"], ["client", "show"], ["client", "set"], ["client", "remove"],
        ["client", "secret"], ["session"], ["session", "list"], ["session", "end"], ["session", "stats"], ["key"],
        ["key", "list"], ["key", "rotate"], ["key", "revoke"], ["key", "import"], ["key", "export"],
        ["secret"], ["secret", "new"], ["secret", "add"], ["secret", "activate"], ["secret", "list"],
        ["secret", "check"], ["secret", "remove"], ["audit"], ["outbox"], ["outbox", "list"],
        ["outbox", "retry"], ["outbox", "drop"], ["mail"], ["mail", "test"], ["webhook"], ["webhook", "add"],
        ["webhook", "list"], ["webhook", "show"], ["webhook", "set"], ["webhook", "remove"], ["webhook", "secret"],
        ["webhook", "test"], ["verify"], ["inspect"], ["migrate"],
        ["move"], ["config"],
        ["config", "check"],
        ["config", "show"], ["health"],
    ]

    @Test(arguments: commands)
    func `every command helps with an example`(_ command: [String]) async throws {
        let help = try await Program().run(command + ["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("Example"))
        #expect(help.output.contains("tykva \(command.joined(separator: " "))"))
        #expect(help.complaint == "")
    }

    @Test func `examples are not broken by the width of a terminal`() async throws {
        for command in Self.commands {
            let help = try await Program().run(command + ["--help"])
            let lines = try Self.example(help.output)
            #expect(!lines.isEmpty && lines.allSatisfy { $0.count <= 78 }, "\(command)")
        }
    }

    /// In an order in which they can be run; what needs a server, a token or another folder is left out.
    private static let story: [[String]] = [
        ["attribute", "add"], ["attribute"], ["attribute", "list"], ["attribute", "remove"], ["user", "add"], ["user"],
        ["user", "set"], ["user", "show"], ["user", "list"], ["user", "role"], ["user", "password"],
        ["user", "disable"], ["user", "enable"], ["client", "add"], ["client"], ["client", "set"], ["client", "show"],
        ["client", "list"], ["client", "secret"], ["session", "list"], ["session", "end"], ["session"],
        ["key", "list"], ["key", "rotate"], ["key", "import"], ["key", "export"],
        ["key"], ["secret", "add"], ["secret", "activate"], ["secret", "check"], ["secret", "list"], ["secret"],
        ["audit"], ["outbox"], ["outbox", "list"], ["webhook", "add"], ["webhook"],
        ["webhook", "list"], ["session", "stats"], ["migrate"], ["config", "show"], ["client", "remove"],
        ["user", "remove"],
    ]

    @Test func `examples work as they are written, from an empty deployment`() async throws {
        var tykva = try Program()
        let folder = try BuildProducts.executable("tykva").dropLast("/tykva".count)
        tykva.environment["PATH"] = "\(folder):/usr/bin:/bin"
        tykva.environment["TYKVA_DATA"] = tykva.data
        for command in Self.story {
            var example = try Self.example(try await tykva.run(command + ["--help"]).output).joined(separator: "\n")
            // A person is asked at a terminal.
            if [["user", "add"], ["user"], ["user", "password"]].contains(command) { example += " --password-stdin" }
            let done = try await tykva.shell(example, input: Program.password + "\n")
            #expect(done.status == 0, "\(example): \(done.complaint)")
        }
    }

    private static func example(_ help: String) throws -> [String] {
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("Example") })
        return lines[(start + 1)...].prefix { !$0.isEmpty }.map(String.init)
    }

    @Test(arguments: [
        (["nonsense"], "`nonsense`"), (["key", "turn"], "`key turn`"),
        (["user", "nonsense", "x", "--data", "y"], "`user nonsense`"),
    ])
    func `an unknown command is told as one`(_ arguments: [String], _ name: String) async throws {
        let outcome = try await Program().run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.complaint == "tykva: there is no command \(name) (see --help)\n")
    }

    @Test(arguments: [[], ["user"], ["key"], ["config"]])
    func `a group without a command is wrong usage, and helps`(_ group: [String]) async throws {
        let outcome = try await Program().run(group)
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.complaint.contains("SUBCOMMANDS:"))
        #expect(try await Program().run(["help"] + group).status == 0)
    }

    @Test(arguments: [["--version"], ["user", "list", "--version"], ["serve", "--version"]])
    func `every command tells the version`(_ arguments: [String]) async throws {
        let version = try await Program().run(arguments)
        #expect(version.status == 0)
        #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test(arguments: [
        ["nonsense"], ["user", "nonsense"], ["user", "add"], ["user", "list", "--nonsense"], ["user", "add", ""],
        ["user", "add", " anna"], ["user", "add", "anna", "--email", "nonsense"],
        ["user", "add", "anna", "--role", "a b"],
        ["user", "set", "anna"], ["user", "set", "anna", "--attribute", "nonsense"],
        ["user", "set", "anna", "--attribute-json", "a={"], ["user", "set", "anna", "--email", "nonsense"],
        ["user", "role", "anna", "nonsense", "admin"], ["attribute", "add", "a"],
        ["attribute", "add", "a b", "--class", "public", "--type", "string"],
        ["attribute", "add", "a", "--class", "nonsense", "--type", "string"],
        ["attribute", "add", "a", "--class", "public", "--type", "nonsense"], ["client", "add", "a b"],
        ["client", "add", "a", "--grant", "implicit"], ["client", "set", "a"], ["client", "set", "a", "--clear", "x"],
        ["session", "end"], ["session", "end", "nonsense"], ["outbox", "list", "--state", "nonsense"],
        ["outbox", "retry"], ["outbox", "drop", "nonsense"], ["secret", "add", "0"], ["secret", "activate"],
        ["secret", "activate", "256"], ["secret", "remove", "x"], ["secret", "add", "--wait", "-1"],
        ["outbox", "drop", "m_00000000000000000000000000000000", "--all"], ["outbox", "list", "--kind", "nonsense"],
        ["outbox", "retry", "m_00000000000000000000000000000000", "--kind", "mail"],
        ["outbox", "list", "--limit", "0"],
        ["webhook", "add", "http://hooks.example"], ["webhook", "add", "https://a@hooks.example"],
        ["webhook", "add", "https://hooks.example", "--event", "nonsense"], ["webhook", "show", "nonsense"],
        ["webhook", "set", "w_00000000000000000000000000000000"],
        ["webhook", "set", "w_00000000000000000000000000000000", "--enable", "--disable"],
        ["audit", "--until", "1h", "--follow"], ["audit", "--session", "nonsense"], ["mail", "test"],
        ["mail", "test", "nonsense"],
        ["session", "stats", "--since", "yesterday"], ["user", "add", "anna", "--invite"], ["user", "invite"],
        ["client", "add", "a", "--public", "--jwks-uri", "https://a.example"],
        ["client", "set", "a", "--jwks", "x", "--jwks-uri", "https://a.example"],
        ["session", "end", "s_00000000000000000000000000000000", "--user", "anna"], ["audit", "--since", "yesterday"],
        ["audit", "--since", "2026-02-30T00:00:00Z"], ["audit", "--type", "nonsense"], ["audit", "--user", ""],
        ["key", "export", "--directory", "x"], ["key", "export", "--algorithm", "HS256"],
        ["key", "export", "x", "--directory", "x", "--algorithm", "ES256"],
        ["verify", "-"], ["verify", "-", "--issuer", "https://a.example", "--audience", "a", "--algorithm", "HS256"],
        ["verify", "-", "--audience", "a", "--algorithm", "ES256"],
        ["verify", "-", "--issuer", "https://a.example", "--audience", "a", "--algorithm", "ES256", "--at", "noon"],
        ["user", "list", "--output", "xml"], ["serve", "--output", "json"],
        ["client", "set", "a", "--scope", "x", "--clear", "scope"],
    ])
    func `wrong usage is told in one line and ends with 2`(_ arguments: [String]) async throws {
        let outcome = try await Program().run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.complaint.hasPrefix("tykva: "))
        #expect(outcome.complaint.filter(\.isNewline).count == 1)
    }
}
