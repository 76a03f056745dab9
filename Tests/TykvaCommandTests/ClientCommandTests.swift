import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ClientCommandTests {
    @Test(arguments: [["client", "add", "two"], ["client", "secret", "one"]])
    func `a secret that could not be printed is told as lost`(_ command: [String]) async throws {
        let tykva = try Program()
        _ = try await tykva("client", "add", "one")
        let complaint = tykva.folder.file("complaint")
        let process = try tykva.start(command + ["--data", tykva.data], output: "/dev/full", complaint: complaint)
        #expect(try await process.ended() == .exited(1))
        let told = try String(contentsOfFile: complaint, encoding: .utf8)
        #expect(told.contains("its secret was shown to nobody: run `tykva client secret \(command[2])`"))
        #expect(try await tykva("client", "show", command[2]).status == 0)
    }

    @Test func `a confidential client's secret is printed once and never again`() async throws {
        let tykva = try Program()
        let added = try await tykva("client", "add", "billing", "--grant", "client_credentials")
        #expect(added.status == 0)
        let secret = try #require(added.output.firstMatch(of: /tkvc_[A-Za-z0-9_-]{43}/)).output
        for command in [["client", "show", "billing"], ["client", "list"], ["audit"]] {
            for format in ["table", "json"] {
                let shown = try await tykva.run(command + ["--output", format, "--data", tykva.data])
                #expect(shown.status == 0)
                #expect(!shown.all.contains(secret))
            }
        }
        let new = try await tykva("client", "secret", "billing", "--output", "json").json() as? [String: Any]
        let other = try #require(new?["secret"] as? String)
        #expect(other.hasPrefix("tkvc_"))
        #expect(other != secret)
    }

    @Test(arguments: [
        (["--public", "--grant", "password"], "--first-party"),
        (["--public", "--grant", "client_credentials"], "no credentials"),
        (["--public", "--grant", "refresh_token"], "another one"),
        (["--claim", "email"], "personal"), (["--claim", "nobody"], "tykva attribute add"),
        (["--redirect-uri", "http://example.com/"], "loopback"),
        (["--redirect-uri", "https://a.example/#x"], "fragment"),
        (["--grant", "authorization_code"], "--redirect-uri"),
        (["--grant", "client_credentials", "--redirect-uri", "https://a.example/"], "that grant too"),
        (["--post-logout-redirect-uri", "https://a.example/"], "signing out"),
        (["--require-pushed-requests"], "pushed"),
        (["--backchannel-logout-uri", "http://a.example/"], "loopback"),
        (["--jwks-uri", "http://a.example/"], "loopback"),
        (["--jwks", "/dev/null"], "no JSON"), (["--jwks", "/nowhere"], "cannot be read"),
        (["--name", "a\u{202E}b"], "control characters"), (["--audience", "no-uri"], "absolute URI"),
        (["--resource-server", "no-uri"], "absolute URI"),
        (["--scope", "a\"b"], "word of printable ASCII"),
    ])
    func `what could not work or be safe is refused`(_ arguments: [String], _ words: String) async throws {
        let tykva = try Program()
        let refused = try await tykva.run(["client", "add", "app", "--data", tykva.data] + arguments)
        #expect(refused.status == 1)
        #expect(refused.complaint.contains(words))
        #expect(!refused.output.contains("tkvc_"))
        #expect(try await tykva("client", "show", "app").status == 1)
    }

    @Test func `lists are replaced and cleared, and the rest stays`() async throws {
        let tykva = try Program()
        _ = try await tykva(
            "client", "add", "app", "--public", "--first-party", "--grant", "password", "--scope", "a", "--claim",
            "roles")
        #expect(try await tykva("client", "set", "app", "--scope", "b", "--scope", "c", "--clear", "claim").status == 0)
        let shown = try await tykva("client", "show", "app", "--output", "json").json() as? [String: Any]
        #expect(shown?["scopes"] as? [String] == ["b", "c"])
        #expect(shown?["claims"] as? [String] == [])
        #expect(shown?["grants"] as? [String] == ["password"])
        #expect(shown?["first_party"] as? Bool == true)
        #expect(try await tykva("client", "set", "app", "--no-first-party").status == 1)
        #expect(try await tykva("client", "set", "app", "--claim", "email").status == 1)
        #expect(try await tykva("client", "set", "nobody", "--scope", "a").status == 1)
    }

    @Test func `a client with redirect URIs signs people in, and has what that takes`() async throws {
        let tykva = try Program()
        _ = try await tykva(
            "client", "add", "app", "--name", "The App", "--redirect-uri", "https://a.example/cb",
            "--post-logout-redirect-uri", "https://a.example/", "--backchannel-logout-uri", "https://a.example/out",
            "--require-pushed-requests")
        var shown = try await tykva("client", "show", "app", "--output", "json").json() as? [String: Any]
        #expect(shown?["grants"] as? [String] == ["authorization_code", "refresh_token"])
        #expect(shown?["name"] as? String == "The App")
        #expect(shown?["backchannel_logout_uri"] as? String == "https://a.example/out")
        #expect(shown?["require_pushed_requests"] as? Bool == true)
        #expect(try await tykva("client", "list").output.contains("The App"))
        let changed = try await tykva(
            "client", "set", "app", "--name", "", "--backchannel-logout-uri", "", "--no-require-pushed-requests")
        #expect(changed.status == 0)
        shown = try await tykva("client", "show", "app", "--output", "json").json() as? [String: Any]
        #expect(shown?["name"] is NSNull)
        #expect(shown?["backchannel_logout_uri"] is NSNull)
        #expect(shown?["require_pushed_requests"] as? Bool == false)
        #expect(try await tykva("client", "set", "app", "--clear", "redirect-uri").status == 1)
    }

    @Test func `a client with keys has no secret, until it is given one`() async throws {
        let tykva = try Program()
        let file = tykva.folder.file("jwks")
        let half = String(repeating: "A", count: 43)
        try #"{"keys":[{"kty":"EC","crv":"P-256","x":"\#(half)","y":"\#(half)"}]}"#.write(
            toFile: file, atomically: true, encoding: .utf8)
        let added = try await tykva("client", "add", "app", "--grant", "client_credentials", "--jwks", file)
        #expect(added.status == 0)
        #expect(!added.output.contains("tkvc_"))
        var shown = try await tykva("client", "show", "app", "--output", "json").json() as? [String: Any]
        #expect(shown?["authentication"] as? String == "private_key_jwt")
        #expect((shown?["jwks"] as? [String: Any])?["keys"] != nil)
        #expect(try await tykva("client", "set", "app", "--jwks-uri", "https://a.example/jwks").status == 0)
        shown = try await tykva("client", "show", "app", "--output", "json").json() as? [String: Any]
        #expect(shown?["jwks"] is NSNull)
        #expect(shown?["jwks_uri"] as? String == "https://a.example/jwks")
        #expect(try await tykva("client", "secret", "app").output.contains("tkvc_"))
        shown = try await tykva("client", "show", "app", "--output", "json").json() as? [String: Any]
        #expect(shown?["authentication"] as? String == "client_secret")
        #expect(shown?["jwks_uri"] is NSNull)
    }

    @Test func `an outbox without messages is told as one, and an unknown message too`() async throws {
        let tykva = try Program()
        _ = try await tykva("client", "add", "app", "--public")
        #expect(try await tykva("outbox", "list").output == "no messages\n")
        #expect(try await tykva("outbox", "list", "--output", "json").output == "[]\n")
        for command in ["retry", "drop"] {
            let refused = try await tykva("outbox", command, "m_00000000000000000000000000000000")
            #expect(refused.status == 1)
            #expect(refused.complaint.contains("none of this id"))
        }
    }

    @Test func `a client is registered once, and removed once`() async throws {
        let tykva = try Program()
        #expect(try await tykva("client", "add", "app", "--public").status == 0)
        #expect(try await tykva("client", "add", "app", "--public").complaint.contains("taken"))
        #expect(try await tykva("client", "secret", "app").complaint.contains("public"))
        #expect(try await tykva("client", "remove", "app").status == 0)
        #expect(try await tykva("client", "remove", "app").status == 1)
        #expect(try await tykva("client", "secret", "app").status == 1)
    }

    @Test func `an attribute that is used stays, and the sentence says by whom`() async throws {
        let tykva = try Program()
        _ = try await tykva("attribute", "add", "team", "--class", "public", "--type", "string")
        #expect(try await tykva("attribute", "add", "team", "--class", "secret", "--type", "string").status == 1)
        _ = try await tykva.addUser("anna", "--attribute", "team=red")
        _ = try await tykva("client", "add", "app", "--public", "--claim", "team")
        let refused = try await tykva("attribute", "remove", "team")
        #expect(refused.status == 1)
        #expect(refused.complaint.contains("user anna"))
        #expect(refused.complaint.contains("client app"))
        _ = try await tykva("user", "remove", "anna")
        _ = try await tykva("client", "remove", "app")
        #expect(try await tykva("attribute", "remove", "team").status == 0)
        #expect(try await tykva("attribute", "remove", "team").status == 1)
        #expect(try await tykva("attribute", "remove", "roles").complaint.contains("from the start"))
    }

    @Test(arguments: ["sub", "iss", "scope", "cnf"])
    func `no attribute takes the name of a claim of the issuer`(_ name: String) async throws {
        let refused = try await Program()("attribute", "add", name, "--class", "public", "--type", "string")
        #expect(refused.status == 1)
        #expect(refused.complaint.contains("the issuer writes itself"))
    }
}
