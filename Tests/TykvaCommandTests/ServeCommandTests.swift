import Foundation
import StrictFormats
import TestSupport
import Testing

@Suite(.serialized) struct ServeCommandTests {
    @Test func `it starts, answers, keeps a second one out, and ends in order`() async throws {
        let tykva = try Program()
        let server = try await RunningServer(tykva)
        #expect(try await tykva("health", "--listen", server.address).output == "ready\n")
        let second = try await tykva("serve", "--listen", FreePort.address())
        #expect(second.status == 1)
        #expect(second.complaint.contains("(process \(server.processID))"))
        let keys = try await tykva("key", "list")
        #expect(keys.output.contains("ES256"))
        #expect(keys.output.contains("active") && keys.output.contains("published"))
        #expect(await server.stop() == 0)
        let health = try await tykva("health", "--listen", server.address)
        #expect(health.status == 1)
        #expect(health.complaint.contains("does not answer; if it speaks TLS, give --tls"))
        #expect(
            server.log.split(separator: "\n").allSatisfy { (try? JSONValue(parsing: $0, limits: .document)) != nil })
    }

    @Test func `an address in use is told before anything stays`() async throws {
        let tykva = try Program()
        let other = try Program()
        let server = try await RunningServer(other)
        let refused = try await tykva("serve", "--listen", server.address)
        #expect(refused.status == 1)
        #expect(refused.complaint == "tykva: the server cannot listen at \(server.address): address already in use\n")
        let started = try await RunningServer(tykva)
        #expect(await started.stop() == 0)
        #expect(await server.stop() == 0)
    }

    @Test func `a busy address for metrics is told with its setting`() async throws {
        var tykva = try Program()
        let server = try await RunningServer(try Program())
        tykva.environment["TYKVA_METRICS_LISTEN"] = server.address
        let refused = try await tykva("serve", "--listen", FreePort.address())
        #expect(refused.status == 1)
        #expect(refused.complaint.contains("it is metrics_listen, which may be another address, or off"))
        #expect(await server.stop() == 0)
    }

    @Test func `another issuer is refused, and taken over only after a yes`() async throws {
        let tykva = try Program()
        #expect(await (try RunningServer(tykva)).stop() == 0)
        let address = try FreePort.address()
        let refused = try await tykva("serve", "--listen", address)
        #expect(refused.status == 78)
        #expect(refused.complaint.contains("--change-issuer"))
        let unsure = try await tykva("serve", "--listen", address, "--change-issuer", input: "perhaps\n")
        #expect(unsure.status == 1)
        #expect(unsure.complaint.contains("go on: \ntykva: the issuer stays"))
        let server = try await RunningServer(tykva, address: address, ["--change-issuer"], input: "yes\n")
        #expect(await server.stop() == 0)
        // And it stays so, with no question.
        #expect(await (try RunningServer(tykva, address: address)).stop() == 0)
    }

    @Test func `the certificate must be there`() async throws {
        let tykva = try Program()
        let refused = try await tykva(
            "serve", "--listen", FreePort.address(), "--tls-certificate", tykva.folder.file("no.pem"), "--tls-key",
            tykva.folder.file("no.key"))
        #expect(refused.status == 78)
        #expect(refused.complaint.contains("no.pem cannot be read"))
        #expect(try await tykva("serve", "--tls-key", "x").status == 78)
    }

    @Test func `a sign-in, its theft and its end are seen by the operator`() async throws {
        let tykva = try Program()
        _ = try await tykva.addUser("anna", "--role", "admin")
        _ = try await tykva(
            "client", "add", "app", "--public", "--first-party", "--grant", "password", "--grant", "refresh_token",
            "--audience", "https://orders.example.com", "--claim", "roles")
        let server = try await RunningServer(tykva)
        let first = try await server.signIn(agent: "Owner/1")
        let second = try await server.refresh(first, agent: "Owner/1")
        _ = try await server.refresh(second, agent: "Owner/1")
        #expect(try await server.refresh(first, agent: "Thief\u{9B}/1")["error"]?.stringValue == "invalid_grant")
        let list = try await tykva("session", "list", "--user", "anna")
        #expect(list.output.contains("theft_stale"))
        #expect(list.output.contains("THEFT (stale): token 0 was presented"))
        #expect(list.output.contains("Owner/1") && list.output.contains("Thief"))
        #expect(!list.output.unicodeScalars.contains("\u{9B}"))
        let json = try await tykva("session", "list", "--output", "json").json() as? [[String: Any]]
        let theft = try #require((json?.first?["thefts"] as? [[String: Any]])?.first)
        #expect(theft["class"] as? String == "stale")
        #expect((theft["current"] as? [String: Any])?["agent"] as? String == "Owner/1")
        let audit = try await tykva("audit", "--type", "refresh_theft", "--since", "1h", "--user", "anna")
        #expect(audit.output.contains("THEFT (stale)") && audit.output.contains("user anna"))
        #expect(try await tykva("audit", "--since", "2100-01-01T00:00:00Z").output == "no events\n")
        for secret in [first, second].compactMap({ $0["refresh_token"]?.stringValue }) {
            #expect(!(list.all + audit.all + server.log).contains(secret))
        }
        _ = try await server.signIn(agent: "Owner/1")
        #expect(try await tykva("session", "end", "--user", "anna").output == "ended 1 session\n")
        let last = try await server.signIn(agent: "Owner/1")
        let sessions = try await tykva("session", "list", "--output", "json").json() as? [[String: Any]]
        let id = try #require(sessions?.first?["id"] as? String)
        #expect(try await tykva("session", "end", id).status == 0)
        #expect(try await tykva("session", "end", id).complaint.contains("ended already"))
        #expect(try await server.refresh(last, agent: "Owner/1")["error"]?.stringValue == "invalid_grant")
        #expect(await server.stop() == 0)
    }

    @Test func `a token is verified, and refused with its reason`() async throws {
        let tykva = try Program()
        _ = try await tykva.addUser()
        _ = try await tykva(
            "client", "add", "app", "--public", "--first-party", "--grant", "password", "--audience",
            "https://orders.example.com")
        let server = try await RunningServer(tykva)
        let token = try #require(try await server.signIn(agent: "x")["access_token"]?.stringValue)
        // The token lives for five minutes, which a busy machine may need.
        let issued = ["--at", Date().ISO8601Format()]
        let file = try tykva.write(token + "\n", to: "token")
        let keys = try tykva.write(try await server.document("/.well-known/jwks.json"), to: "keys")
        let fixed = ["verify", file, "--jwks", keys, "--algorithm", "ES256", "--audience"]
        let good = try await tykva.run(fixed + ["https://orders.example.com"] + issued)
        #expect(good.status == 0)
        #expect(good.complaint == "")
        #expect((try good.json() as? [String: Any])?["client_id"] as? String == "app")
        let fetched = try await tykva.run(
            ["verify", file, "--issuer", server.issuer, "--algorithm", "ES256", "--audience"]
                + ["https://orders.example.com"] + issued)
        #expect(fetched.status == 0)
        let nowhere = try await tykva.run([
            "verify", file, "--issuer", "http://\(FreePort.address())", "--algorithm", "ES256", "--audience", "x",
        ])
        #expect(nowhere.status == 1)
        #expect(nowhere.complaint.contains("cannot be fetched: connection refused\n"))
        let refusals: [([String], String)] = [
            (["https://billing.example.com"] + issued, "audience"),
            (["https://orders.example.com", "--at", "2100-01-01T00:00:00Z"], "exp has passed"),
            (["https://orders.example.com", "--issuer", "https://other.example.com"] + issued, "issuer"),
        ]
        for (arguments, words) in refusals {
            let refused = try await tykva.run(fixed + arguments)
            #expect(refused.status == 1)
            #expect(refused.output == "")
            #expect(refused.complaint.contains(words))
            #expect(!refused.complaint.contains(token))
        }
        for text in ["", "a.b", String(repeating: "x", count: 70_000)] {
            let refused = try await tykva.run(
                ["verify", "-", "--jwks", keys, "--algorithm", "ES256", "--audience", "https://a.example"], input: text)
            #expect(refused.status == 1)
            #expect(refused.complaint.filter(\.isNewline).count == 1)
        }
        #expect(await server.stop() == 0)
    }

    @Test func `the schema is made in steps that are told, once`() async throws {
        let tykva = try Program()
        let first = try await tykva("migrate")
        let names = [
            "first schema", "many nodes", "move", "single sign-on", "messages", "guessing", "webhooks",
            "counts and registration", "key rotation", "master secrets", "ages",
        ]
        let steps = names.enumerated().map { "took step \($0.offset + 1): \($0.element)\n" }
        #expect(first.output == steps.joined())
        #expect(try await tykva("migrate").output == "the schema is up to date\n")
        #expect(try await tykva("migrate", "--dry-run").output == "the schema is up to date\n")
        let json = try await tykva("migrate", "--output", "json").json() as? [String: Any]
        #expect((json?["steps"] as? [Any])?.isEmpty == true)
    }

    @Test func `a new master secret is printed and good`() async throws {
        let tykva = try Program()
        let secret = try await tykva.run(["secret", "new"])
        #expect(secret.output.wholeMatch(of: /tkvm_[A-Za-z0-9_-]{48}\n/) != nil)
        #expect(try await tykva.run(["secret", "new"]).output != secret.output)
        #expect(
            (try await tykva.run(["secret", "new", "--output", "json"]).json() as? [String: Any])?["secret"] != nil)
    }
}

extension RunningServer {
    func signIn(agent: String) async throws -> JSONObject {
        try await token(
            [("client_id", "app"), ("grant_type", "password"), ("username", "anna"), ("password", Program.password)],
            agent: agent)
    }

    func refresh(_ before: JSONObject, agent: String) async throws -> JSONObject {
        try await token(
            [
                ("client_id", "app"), ("grant_type", "refresh_token"),
                ("refresh_token", before["refresh_token"]?.stringValue ?? ""),
            ], agent: agent)
    }
}
