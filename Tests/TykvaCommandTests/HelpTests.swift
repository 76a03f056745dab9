import Testing

@Suite struct HelpTests {
    static let commands: [[String]] = [
        [], ["serve"], ["user"], ["user", "add"], ["user", "list"], ["user", "show"], ["user", "set"],
        ["user", "disable"], ["user", "enable"], ["user", "remove"], ["user", "password"], ["user", "role"],
        ["attribute"], ["attribute", "add"], ["attribute", "list"], ["attribute", "remove"], ["client"],
        ["client", "add"], ["client", "list"], ["client", "show"], ["client", "set"], ["client", "remove"],
        ["client", "secret"], ["session"], ["session", "list"], ["session", "end"], ["key"], ["key", "list"],
        ["secret"], ["secret", "new"], ["audit"], ["verify"], ["inspect"], ["migrate"], ["config"],
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
        ["session", "end"], ["session", "end", "nonsense"],
        ["session", "end", "s_00000000000000000000000000000000", "--user", "anna"], ["audit", "--since", "yesterday"],
        ["audit", "--since", "2026-02-30T00:00:00Z"], ["audit", "--type", "nonsense"], ["audit", "--user", ""],
        ["verify", "-"], ["verify", "-", "--issuer", "https://a.example", "--audience", "a", "--algorithm", "HS256"],
        ["verify", "-", "--audience", "a", "--algorithm", "ES256"],
        ["verify", "-", "--issuer", "https://a.example", "--audience", "a", "--algorithm", "ES256", "--at", "noon"],
        ["user", "list", "--output", "xml"],
    ])
    func `wrong usage is told in one line and ends with 2`(_ arguments: [String]) async throws {
        let outcome = try await Program().run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.complaint.hasPrefix("tykva: "))
        #expect(outcome.complaint.filter(\.isNewline).count == 1)
    }
}
