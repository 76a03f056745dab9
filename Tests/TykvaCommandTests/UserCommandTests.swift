import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct UserCommandTests {
    @Test func `a user is added before the first start, shown, and listed`() async throws {
        let tykva = try Program()
        let added = try await tykva.addUser(
            "Anna", "--email", "anna@example.com", "--display-name", "Anna Lind", "--role", "admin",
            "--attribute-json", #"groups=["sales"]"#)
        #expect(added.status == 0)
        #expect(added.output.hasPrefix("added user Anna (u_"))
        let shown = try await tykva("user", "show", "anna", "--output", "json").json() as? [String: Any]
        #expect(shown?["name"] as? String == "Anna")
        #expect(shown?["display_name"] as? String == "Anna Lind")
        #expect(shown?["roles"] as? [String] == ["admin"])
        #expect((shown?["attributes"] as? [String: Any])?["groups"] as? [String] == ["sales"])
        let table = try await tykva("user", "list")
        #expect(table.output.contains("Anna  u_"))
        let list = try await tykva("user", "list", "--output", "json").json() as? [[String: Any]]
        #expect(list?.count == 1)
    }

    @Test func `the language of messages is told, shown and changed`() async throws {
        let tykva = try Program()
        func language() async throws -> Any? {
            (try await tykva("user", "show", "anna", "--output", "json").json() as? [String: Any])?["language"]
        }
        _ = try await tykva.addUser("boris")
        let unknown = try await tykva("user", "show", "boris", "--output", "json").json() as? [String: Any]
        #expect(unknown?["language"] is NSNull)
        #expect(try await tykva.addUser("anna", "--language", "ru").status == 0)
        #expect(try await language() as? String == "ru")
        #expect(try await tykva("user", "set", "anna", "--language", "en").status == 0)
        #expect(try await language() as? String == "en")
        #expect(try await tykva("user", "set", "anna", "--display-name", "Anna Lind").status == 0)
        #expect(try await language() as? String == "en", "it stays")
        for command in ["add", "set"] {
            let refused = try await tykva("user", command, "carla", "--language", "de")
            #expect(refused.status == 2)
            #expect(refused.complaint.contains("it must be one of en, ru"))
        }
        let changed = try await tykva("audit", "--type", "user_changed", "--output", "json").output
        #expect(changed.contains("language"))
    }

    @Test func `an empty list says how to begin`() async throws {
        let tykva = try Program()
        _ = try await tykva("attribute", "add", "level", "--class", "public", "--type", "number")
        #expect(try await tykva("user", "list").output.contains("no users yet"))
        #expect(try await tykva("user", "list", "--output", "json").output == "[]\n")
        #expect(try await tykva("client", "list").output.contains("no clients yet"))
        #expect(try await tykva("session", "list").output.contains("no sessions yet"))
        #expect(try await tykva("key", "list").output.contains("no signing keys yet"))
    }

    @Test func `a name is taken once, whatever its case`() async throws {
        let tykva = try Program()
        _ = try await tykva.addUser("anna")
        let again = try await tykva.addUser("ANNA")
        #expect(again.status == 1)
        #expect(again.complaint == "tykva: user ANNA: this name is taken\n")
    }

    @Test(arguments: [
        ("short\n", "at least 15 characters"), ("", "standard input is empty"), ("\n", "at least 15 characters"),
        ("tab\tin a long password\n", "control characters"),
    ])
    func `a bad password is refused without being repeated`(_ input: String, _ words: String) async throws {
        let tykva = try Program()
        let refused = try await tykva("user", "add", "anna", "--password-stdin", input: input)
        #expect(refused.status == 1)
        #expect(refused.complaint.contains(words))
        #expect(!refused.all.contains("in a long password"))
        #expect(try await tykva("user", "show", "anna").status == 1)
    }

    @Test(arguments: [
        ("Understanding85", "a common word or password"), ("xkqwxkqwxkqwxkqw", "again and again"),
        ("1qaz2wsx3edc4rfv", "rows of the alphabet"), ("AnnaLind@Example.org", "the user's names"),
        ("kuerbisdienst1985", "the names of this service"), ("auth example com", "the names of this service"),
    ])
    func `a password that is tried first is refused, with a new user and a known one`(
        _ password: String, _ words: String
    ) async throws {
        var tykva = try Program()
        tykva.environment["TYKVA_BRAND_NAME"] = "Kuerbisdienst"
        tykva.environment["TYKVA_ISSUER"] = "https://auth.example.com"
        let person = ["--email", "lind@example.org", "--display-name", "Anna Lind", "--data", tykva.data]
        let input = password + "\n"
        let refused = try await tykva.run(["user", "add", "anna", "--password-stdin"] + person, input: input)
        #expect(refused.status == 1)
        #expect(refused.complaint.contains(words), "\(refused.complaint)")
        #expect(!refused.all.contains(password))
        #expect(try await tykva("user", "show", "anna").status == 1)
        let added = try await tykva.run(
            ["user", "add", "anna", "--password-stdin"] + person, input: Program.password + "\n")
        #expect(added.status == 0, "\(added.complaint)")
        let again = try await tykva("user", "password", "anna", "--password-stdin", input: input)
        #expect(again.status == 1)
        #expect(again.complaint.contains(words), "\(again.complaint)")
    }

    @Test func `the minimum is the operator's, and so is a list`() async throws {
        var tykva = try Program()
        tykva.environment["TYKVA_PASSWORD_MINIMUM"] = "8"
        tykva.environment["TYKVA_COMMON_PASSWORDS_FILE"] = try tykva.write("Zq9 plover\r\n", to: "list")
        for (password, words) in [("seven 7", "at least 8 characters"), ("zq9 PLOVER!!", "a common word or password")] {
            let refused = try await tykva("user", "add", "anna", "--password-stdin", input: password + "\n")
            #expect(refused.status == 1)
            #expect(refused.complaint.contains(words), "\(refused.complaint)")
        }
        #expect(try await tykva("user", "add", "anna", "--password-stdin", input: "zq8 plover\n").status == 0)
    }

    @Test func `a password beyond every bound is refused`() async throws {
        let tykva = try Program()
        for count in [300, 9000] {
            let input = String(repeating: "x", count: count) + "\n"
            let refused = try await tykva("user", "add", "anna", "--password-stdin", input: input)
            #expect(refused.status == 1)
            #expect(!refused.all.contains("xxx"))
        }
    }

    @Test func `without a terminal a password comes by standard input only`() async throws {
        let refused = try await Program()("user", "add", "anna", input: "something\n")
        #expect(refused.status == 2)
        #expect(refused.complaint.contains("--password-stdin"))
    }

    @Test(arguments: [
        (["--attribute", "department=x"], "tykva attribute add"), (["--attribute", "roles=x"], "--role"),
        (["--attribute", "groups=x"], "--attribute-json"), (["--attribute-json", "groups=[1]"], "array of names"),
        (["--attribute-json", "groups=[\"a b\"]"], "1 to 64 bytes"),
        (["--attribute", "birthdate=2000\u{1B}[2J"], "control characters"),
        (["--attribute", "birthdate=a", "--attribute", "birthdate=b"], "twice"),
        (["--display-name", "a\u{202E}b"], "control characters"),
    ])
    func `a bad attribute is refused and nothing is written`(_ arguments: [String], _ words: String) async throws {
        let tykva = try Program()
        let refused = try await tykva.run(
            ["user", "add", "anna", "--password-stdin", "--data", tykva.data] + arguments,
            input: Program.password + "\n")
        #expect(refused.status == 1)
        #expect(refused.complaint.contains(words))
        #expect(!refused.complaint.contains("\u{1B}"))
        #expect(try await tykva("user", "list").output.contains("no users yet"))
    }

    @Test func `public attributes have 2 KiB together, unless it is set`() async throws {
        var tykva = try Program()
        _ = try await tykva("attribute", "add", "essay", "--class", "public", "--type", "string")
        _ = try await tykva.addUser()
        let fits = try await tykva("user", "set", "anna", "--attribute", "essay=" + String(repeating: "e", count: 1900))
        #expect(fits.status == 0)
        let refused = try await tykva("user", "set", "anna", "--display-name", String(repeating: "n", count: 200))
        #expect(refused.status == 1)
        #expect(refused.complaint.contains("2048 are allowed"))
        let shown = try await tykva("user", "show", "anna", "--output", "json").json() as? [String: Any]
        #expect(shown?["display_name"] is NSNull)
        tykva.environment["TYKVA_CLAIM_LIMIT"] = "3584"
        let more = try await tykva("user", "set", "anna", "--display-name", String(repeating: "n", count: 200))
        #expect(more.status == 0)
        // Lowered, it takes nothing away, and who has more can only lose.
        tykva.environment["TYKVA_CLAIM_LIMIT"] = "1024"
        #expect(try await tykva("user", "role", "anna", "add", "reader").status == 1)
        #expect(try await tykva("user", "set", "anna", "--email", "anna@example.com").status == 0)
        #expect(try await tykva("user", "set", "anna", "--display-name", "Anna").status == 0)
        tykva.environment["TYKVA_CLAIM_LIMIT"] = "100"
        let bad = try await tykva("user", "list")
        #expect(bad.status == 78)
        #expect(bad.complaint.contains("claim_limit"))
    }

    @Test func `roles and attributes come and go`() async throws {
        let tykva = try Program()
        _ = try await tykva.addUser()
        #expect(try await tykva("user", "role", "anna", "add", "admin").output == "roles of user anna: admin\n")
        #expect(try await tykva("user", "role", "anna", "remove", "admin").output == "roles of user anna: none\n")
        #expect(try await tykva("user", "role", "anna", "remove", "admin").status == 1)
        #expect(try await tykva("user", "set", "anna", "--attribute", "birthdate=2000-01-01").status == 0)
        #expect(try await tykva("user", "set", "anna", "--remove-attribute", "birthdate").status == 0)
        #expect(try await tykva("user", "set", "anna", "--remove-attribute", "birthdate").status == 1)
        #expect(try await tykva("user", "set", "anna", "--email", "a@example.com").status == 0)
        #expect(try await tykva("user", "set", "anna", "--email", "").status == 0)
    }

    @Test func `a user is disabled, enabled and removed once`() async throws {
        let tykva = try Program()
        _ = try await tykva.addUser()
        for (verb, words) in [
            ("disable", "disabled already"), ("enable", "not disabled"), ("remove", "none of this name"),
        ] {
            #expect(try await tykva("user", verb, "anna").status == 0)
            let again = try await tykva("user", verb, "anna")
            #expect(again.status == 1)
            #expect(again.complaint.contains(words))
        }
        let types = try await tykva("audit", "--output", "json").json() as? [[String: Any]]
        #expect(
            types?.compactMap { $0["type"] as? String } == [
                "user_added", "user_disabled", "user_enabled", "user_removed",
            ])
    }

    @Test func `a secret attribute is never shown`() async throws {
        let tykva = try Program()
        _ = try await tykva("attribute", "add", "pin", "--class", "secret", "--type", "string")
        _ = try await tykva.addUser("anna", "--attribute", "pin=123454321")
        for format in ["table", "json"] {
            let shown = try await tykva("user", "show", "anna", "--output", format)
            #expect(shown.output.contains("pin"))
            #expect(!shown.output.contains("123454321"))
        }
    }

    @Test func `a secret attribute comes from a file or standard input`() async throws {
        let tykva = try Program()
        _ = try await tykva("attribute", "add", "pin", "--class", "secret", "--type", "string")
        _ = try await tykva("attribute", "add", "level", "--class", "public", "--type", "number")
        _ = try await tykva.addUser("anna", "--attribute-file", "pin=\(try tykva.write("4711\n", to: "pin"))")
        let path = try tykva.write("{ \n", to: "broken")
        for (arguments, status) in [
            (["--attribute-json-file", "level=-"], 0), (["--attribute-json-file", "level=\(path)"], 1),
            (["--attribute-file", "pin=\(tykva.folder.file("none"))"], 1),
            (["--attribute-file", "pin=-", "--attribute-json-file", "level=-"], 2),
        ] as [([String], Int32)] {
            let set = try await tykva.run(
                ["user", "set", "anna", "--data", tykva.data] + arguments, input: "7\n")
            #expect(set.status == status, "\(arguments) \(set.complaint)")
        }
        let shown = try await tykva("user", "show", "anna", "--output", "json").json() as? [String: Any]
        #expect((shown?["attributes"] as? [String: Any])?["level"] as? Int == 7)
        let both = try await tykva("user", "add", "boris", "--password-stdin", "--attribute-file", "pin=-", input: "x")
        #expect(both.status == 2)
        #expect(both.complaint.contains("standard input has the password"))
    }

    @Test(arguments: [
        ["--attribute-json", "pin=\"4711"], ["--attribute-json", "{\"pin\":\"4711=\""], ["--attribute", "4711"],
        ["--attribute-file", "4711"], ["--attribute", "4 7=4711"],
    ])
    func `a malformed attribute is told without its value`(_ arguments: [String]) async throws {
        let refused = try await Program().run(["user", "set", "anna"] + arguments)
        #expect(refused.status == 2)
        #expect(refused.complaint.contains("attribute"))
        #expect(!refused.all.contains("4711"))
    }

    @Test func `a password change is told and refused for nobody`() async throws {
        let tykva = try Program()
        _ = try await tykva.addUser()
        let changed = try await tykva("user", "password", "anna", "--password-stdin", input: "another long password\n")
        #expect(changed.output == "set the password of user anna; ended 0 sessions\n")
        #expect(try await tykva("user", "password", "bob", "--password-stdin", input: "x\n").status == 1)
    }
}
