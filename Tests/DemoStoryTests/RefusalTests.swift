import AsyncHTTPClient
import NIOHTTP1
import OAuth
import Testing

@testable import DemoStory

/// Who may see a walk and press its buttons: the browser that it belongs to, on the story's own page.
@Suite(.serialized, .timeLimit(.minutes(15))) struct RefusalTests {
    static let posts = ["sign-in", "call", "copy", "refresh", "replay", "restart"].map { "/demo/\($0)" }

    @Test func `a form of a foreign origin is refused`() async throws {
        try await DemoServer.run { server in
            let browser = server.browser()
            try await browser.open()
            let form = try #require(try browser.form("/demo/sign-in"))
            let foreign: [[(String, String)]] = [
                [("origin", "https://evil.example")], [("origin", "null")], [("sec-fetch-site", "cross-site")],
                [("sec-fetch-site", "same-site")], [("sec-fetch-site", "none")],
                [("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            ]
            for headers in foreign {
                #expect(try await browser.send(.POST, "/demo/sign-in", form, headers).status == 403, "\(headers)")
            }
            try await browser.open()
            #expect(try browser.form("/demo/sign-in") != nil)
            let own = [("origin", server.origin)]
            #expect(try await browser.send(.POST, "/demo/sign-in", form, own).status == 303)
            try await browser.open()
            #expect(try browser.form("/demo/sign-in") == nil)
        }
    }

    @Test func `a form without the walk's token, or with another walk's, is refused`() async throws {
        try await DemoServer.run { server in
            let (browser, other) = (server.browser(), server.browser())
            try await browser.open()
            try await other.open()
            let form = try #require(try browser.form("/demo/sign-in"))
            for path in Self.posts {
                let bare = form.filter { $0.0 != "form" }
                #expect(try await browser.send(.POST, path, bare).status == 403, "\(path)")
                let changed = bare + [("form", String(repeating: "A", count: 43))]
                #expect(try await browser.send(.POST, path, changed).status == 403, "\(path)")
                #expect(try await other.send(.POST, path, form).status == 403, "\(path)")
            }
            try await browser.open()
            #expect(try browser.form("/demo/sign-in") != nil)
        }
    }

    @Test func `another host name is refused everywhere`() async throws {
        try await DemoServer.run { server in
            let browser = server.browser()
            try await browser.open()
            let form = try #require(try browser.form("/demo/sign-in"))
            let authority = String(server.origin.dropFirst("http://".count))
            for host in ["evil.example", "localhost", "127.0.0.1", "evil.example:\(authority)", authority + "0"] {
                for path in ["/", "/demo/style.css", "/demo/orders"] {
                    let answer = try await browser.send(.GET, path, [], [("host", host)])
                    #expect(answer.status == 421, "\(host) \(path)")
                    #expect(answer.headers.first(name: "set-cookie") == nil)
                }
                #expect(try await browser.send(.POST, "/demo/sign-in", form, [("host", host)]).status == 421)
            }
            #expect(try await browser.send(.GET, "/", [], [("host", authority)]).status == 200)
        }
    }

    @Test func `a step out of order says what comes first`() async throws {
        try await DemoServer.run { server in
            let browser = server.browser()
            try await browser.open()
            let token = try #require(try browser.form("/demo/sign-in")?.first { $0.0 == "form" })
            for path in ["/demo/call", "/demo/copy", "/demo/refresh", "/demo/replay"] {
                let answer = try await browser.send(.POST, path, [token])
                #expect(answer.status == 303)
                #expect(answer.headers.first(name: "location") == "/#step-1")
            }
            try await browser.open()
            #expect(try browser.section(1).contains("comes later: first do this one"))
            #expect(try browser.section(6).contains(##"First: <a href="#step-1">"##))
            try await browser.press("/demo/sign-in")
            #expect(!browser.page.contains("comes later"))
            let early = try await browser.send(.POST, "/demo/replay", [token])
            #expect(early.headers.first(name: "location") == "/#step-4")
        }
    }

    @Test func `no token stands in the page of another walk`() async throws {
        try await DemoServer.run { server in
            let (browser, other) = (server.browser(), server.browser())
            try await browser.open()
            try await browser.press("/demo/sign-in")
            let token = try #require(browser.page.firstMatch(of: /tkvr_[A-Za-z0-9_-]{70,}/)).output
            try await other.open()
            #expect(!other.page.contains(token))
            #expect(!other.page.contains("eyJ"))
            let stranger = server.browser(cookie: "tykva_demo=" + String(repeating: "A", count: 43))
            try await stranger.open()
            #expect(!stranger.page.contains("tkvr_"))
            #expect(stranger.cookie != browser.cookie)
        }
    }

    @Test func `a hostile user name is shown as text`() async throws {
        try await DemoServer.run { server in
            let browser = server.browser()
            try await browser.open()
            let hostile = #""><script>alert('1')</script>{{password}}<img src=x onerror="&amp;">"#
            try await browser.press("/demo/sign-in", [("username", hostile)])
            #expect(!browser.page.contains("<script"))
            #expect(!browser.page.contains("<img src=x"))
            #expect(browser.page.contains("&lt;script&gt;alert(&#39;1&#39;)"))
            #expect(browser.page.contains("{{password}}"))
            #expect(try browser.form("/demo/sign-in")?.first { $0.0 == "username" }?.1 == hostile)
            #expect(try browser.section(1).contains("invalid_grant"))
        }
    }

    @Test func `a body that is too long or no form is refused`() async throws {
        try await DemoServer.run { server in
            let browser = server.browser()
            try await browser.open()
            let form = try #require(try browser.form("/demo/sign-in"))
            let long = form + [("more", String(repeating: "a", count: 9000))]
            #expect(try await browser.send(.POST, "/demo/sign-in", long).status == 400)
            #expect(try await browser.send(.POST, "/demo/sign-in", form + [form[0]]).status == 400)
        }
    }

    @Test func `every answer forbids scripts, frames and copies`() async throws {
        try await DemoServer.run { server in
            let browser = server.browser()
            for path in ["/", "/demo/style.css", "/favicon.svg", "/demo/pumpkin.svg"] {
                let answer = try await browser.send(.GET, path)
                #expect(answer.status == 200)
                #expect(answer.headers.first(name: "content-security-policy") == PageHeaders.policy)
                #expect(answer.headers.first(name: "cache-control") == "no-store")
                #expect(answer.headers.first(name: "x-content-type-options") == "nosniff")
                #expect(!answer.body.contains("<script"))
                #expect(!answer.body.contains("style=\""))
            }
            let first = try await server.browser().send(.GET, "/")
            let cookie = try #require(first.headers.first(name: "set-cookie"))
            for attribute in ["HttpOnly", "SameSite=Strict", "Max-Age=3600", "Path=/"] {
                #expect(cookie.contains(attribute))
            }
            #expect(try await server.browser().send(.GET, "/", [], [("sec-fetch-dest", "image")]).status == 403)
        }
    }
}
