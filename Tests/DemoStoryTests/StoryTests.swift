import NIOHTTP1
import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import DemoStory

/// The story as a person goes through it: by its forms alone.
@Suite(.serialized, .timeLimit(.minutes(15))) struct StoryTests {
    @Test func `the whole walk ends with a pumpkin`() async throws {
        try await DemoServer.run { server in
            let browser = server.browser()
            try await browser.open()
            #expect(try browser.form("/demo/sign-in") != nil)
            try await browser.press("/demo/sign-in", [("password", "not the right one at all")])
            #expect(browser.location == "/#step-1")
            #expect(try browser.section(1).contains("HTTP 400 Bad Request"))
            #expect(try browser.section(1).contains("invalid_grant"))

            try await browser.press("/demo/sign-in", [("password", DemoStory.password)])
            #expect(try browser.section(1).contains("HTTP 200 OK"))
            #expect(try browser.form("/demo/sign-in") == nil)
            let read = try browser.section(2)
            #expect(read.contains("lives 60 seconds more"))
            #expect(read.contains("<code>ES256</code>"))
            #expect(read.contains("the ES256 signature fits the issuer&#39;s key"))
            #expect(read.contains("Anna Sommer"))
            #expect(read.contains("[&quot;accountant&quot;,&quot;reader&quot;]"))

            // The address of a step, loaded again, leads to the page.
            let again = try await browser.send(.GET, "/demo/sign-in")
            #expect(again.status == 303 && again.headers.first(name: "location") == "/")

            try await browser.press("/demo/call", [("kind", "valid")])
            #expect(try browser.section(3).contains("pumpkin seeds"))
            try await browser.press("/demo/copy")
            #expect(try browser.section(4).contains("tkvr_"))
            try await browser.press("/demo/refresh")
            try await browser.press("/demo/refresh")
            #expect(try browser.form("/demo/refresh") == nil)
            let tokens = Set(browser.page.matches(of: /tkvr_[A-Za-z0-9_-]{70,}/).map { String($0.output) })
            #expect(tokens.count == 3)

            try await browser.press("/demo/replay")
            let end = try browser.section(6)
            #expect(browser.location == "/#step-6")
            #expect(end.contains("/demo/pumpkin.svg"))
            #expect(end.matches(of: /invalid_grant/).count == 2)
            #expect(end.contains("class <strong>stale</strong>"))
            #expect(end.contains("<code>theft_stale</code>"))
            #expect(end.contains("curl/8 (the thief)"))
            #expect(end.contains("demo-app/1.0 (the owner)"))
            #expect(end.matches(of: /<code>127\.0\.0\.1<\/code>/).count == 2)
            #expect(try browser.section(7).contains("/opt/tykva/bin/tykva session list"))
            #expect(try browser.section(7).contains(#"--data &#39;/srv/it&#39;\&#39;&#39;s data&#39;"#))

            let thefts = try await server.database.read { tx throws(StorageError) in
                try tx.run(.events(EventFilter(type: .refreshTheft)))
            }
            #expect(thefts.count == 1)
            var mailbox = ""
            while !mailbox.contains("/messages/not-me?link=") {
                try await Task.sleep(for: .milliseconds(50))
                let answer = try await browser.send(.GET, "/demo/mail")
                mailbox = answer.body
            }
            #expect(mailbox.contains("to anna@demo.example"))
            #expect(mailbox.contains("Somebody has used a copy of your sign-in"))
            try await browser.press("/demo/restart")
            #expect(browser.location == "/#step-1")
            #expect(!browser.page.contains("tkvr_"))
            #expect(try browser.form("/demo/sign-in") != nil)
        }
    }

    @Test func `the service refuses no token, an altered one and an expired one`() async throws {
        try await DemoServer.run { server in
            let browser = server.browser()
            try await browser.open()
            try await browser.press("/demo/sign-in")
            try await browser.press("/demo/call", [("kind", "missing")])
            let missing = try browser.section(3)
            #expect(missing.contains("HTTP 401 Unauthorized"))
            #expect(missing.contains("WWW-Authenticate: Bearer"))
            #expect(!missing.contains("invalid_token"))

            try await browser.press("/demo/call", [("kind", "altered")])
            #expect(try browser.section(3).contains("<mark>"))
            #expect(try browser.section(3).contains("error=&quot;invalid_token&quot;"))

            server.clock.advance(by: .seconds(17))
            try await browser.open()
            #expect(try browser.section(2).contains("lives 43 seconds more"))
            #expect(try browser.section(3).contains("After it has expired: in 43 seconds"))
            try await browser.press("/demo/call", [("kind", "expired")])
            #expect(try browser.section(3).contains("it had 43 seconds left"))

            server.clock.advance(by: .seconds(43))
            try await browser.press("/demo/call", [("kind", "expired")])
            let over = try browser.section(3)
            #expect(!over.contains("HTTP 200"))
            #expect(over.contains("Its time was over"))
            #expect(try browser.section(2).contains("This access token has expired"))
        }
    }

    @Test func `a user without the role gets a token without it`() async throws {
        try await DemoServer.run { server in
            let browser = server.browser()
            try await browser.open()
            try await browser.press("/demo/sign-in", [("username", "boris")])
            #expect(try browser.section(2).contains("[&quot;reader&quot;]"))
            #expect(!(try browser.section(2).contains("accountant")))
        }
    }

    @Test func `preparing twice changes nothing`() async throws {
        try await DemoServer.run { server in
            let before = try await server.database.read { tx throws(StorageError) in
                try tx.run(.events(EventFilter()))
            }
            let hasher = try PasswordHasher(threads: 1)
            defer { hasher.stop() }
            try await DemoStory.prepare(server.database, hasher: hasher, at: server.clock.now)
            let after = try await server.database.read { tx throws(StorageError) in
                try tx.run(.events(EventFilter()))
            }
            #expect(before == after)
            #expect(after.filter { $0.type == .userAdded }.count == DemoStory.people.count)
            #expect(after.filter { $0.type == .clientAdded }.count == 1)
        }
    }
}
