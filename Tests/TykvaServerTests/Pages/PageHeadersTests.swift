import HTTPTypes
import Hummingbird
import OAuth
import Testing

@testable import TykvaServer

/// What answers with a page say to a browser beside the page (threat P11).
@Suite struct PageHeadersTests {
    @Test func `nothing from elsewhere, nothing inline, no frame`() {
        #expect(
            PageHeaders.policy()
                == "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                + "frame-ancestors 'none'; base-uri 'none'")
    }

    @Test func `a form may lead to the origin of the client, and a page without a script allows none`() throws {
        let target = try #require(FormTarget(redirectURI: "https://app.example.com:8443/callback?x=1"))
        #expect(
            PageHeaders.policy(formTarget: target, hasScript: true)
                == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                + "form-action 'self' https://app.example.com:8443; frame-ancestors 'none'; base-uri 'none'")
    }

    @Test(arguments: [
        ("https://app.example.com/callback", "https://app.example.com"),
        ("http://127.0.0.1:49152/", "http://127.0.0.1:49152"), ("https://app.example.com?x", "https://app.example.com"),
        ("com.example.app:/callback", "com.example.app:"), ("com.example.app://callback;'unsafe'", "com.example.app:"),
        // CSP has no way to write an IPv6 address.
        ("http://[::1]:8080/callback", "http:"),
    ])
    func `the target of a form is an origin or a scheme`(_ uri: String, _ source: String) {
        #expect(FormTarget(redirectURI: uri)?.source == source)
    }

    @Test(arguments: [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "blob:https://x",
        "file:///etc/passwd",
        "https:app.example.com", "https://", "https://a;b/", "https://a b/", "https://a'b/", "https://user@host/",
        "/path",
        "", "https://app.example.com;script-src *", "com.example app:/", "https://APP\r\nx/",
    ])
    func `other addresses are no target`(_ uri: String) {
        #expect(FormTarget(redirectURI: uri) == nil)
        #expect(FormPostPage(redirectURI: uri, parameters: []) == nil)
    }

    @Test func `a form cannot be posted to a scheme`() {
        #expect(FormPostPage(redirectURI: "com.example.app:/callback", parameters: []) == nil)
    }

    @Test func `every answer carries all of them`() throws {
        let renderer = try PageRenderer()
        for (name, page) in try SamplePages().all() {
            let response = renderer.response(page, in: .ru)
            #expect(response.headers[.contentType] == "text/html; charset=utf-8")
            #expect(response.headers[.contentLanguage] == "ru")
            #expect(response.headers[.cacheControl] == "no-store")
            #expect(response.headers[.frameOptions] == "DENY")
            #expect(response.headers[.referrerPolicy] == "same-origin")
            #expect(response.headers[.crossOriginOpenerPolicy] == "same-origin")
            #expect(response.headers[.crossOriginResourcePolicy] == "same-origin")
            let policy = try #require(response.headers[.contentSecurityPolicy])
            #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
            #expect(policy.contains("script-src") == (page.script != nil), "\(name)")
        }
    }

    @Test func `pages answer with a status that fits`() throws {
        let renderer = try PageRenderer()
        let form = PageForm(OwnAddress("/sign-in"), token: "t")
        let busy = renderer.response(
            SignInPage(form, client: nil, problem: .tooBusy(retryAfterSeconds: 4)), in: .en)
        #expect(busy.status == .serviceUnavailable && busy.headers[.retryAfter] == "4")
        #expect(renderer.response(SignInPage(form, client: nil), in: .en).status == .ok)
        let wrong = renderer.response(SignInPage(form, client: nil, problem: .wrongPair), in: .en)
        #expect(wrong.status == .unprocessableContent && wrong.headers[.retryAfter] == nil)
        let error = ErrorPage(
            .unavailable, requestID: nil, developer: .temporarilyUnavailable(reason: "x", retryAfter: 2))
        #expect(renderer.response(error, in: .en).headers[.retryAfter] == "2")
    }
}
