import Foundation
import HTTPTypes
import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// The rules for a new password, as a person meets them at `/account/password`.
@Suite(.serialized) struct NewPasswordTests {
    private let portal = RelyingParty.trusted

    private func change(_ browser: WebBrowser, to new: String, from current: String = TestServer.password) async throws
        -> Visit
    {
        _ = try await browser.get("/account/password")
        let token = try #require(browser.formToken("/account/password"))
        return try await browser.submit(
            ["current": current, "new": new, "repeated": new, "form": token], to: "/account/password")
    }

    @Test func `each refusal has a sentence of its own, in the person's language, and the old password stays`()
        async throws
    {
        try await TestServer.runSingleSignOn(configure: { $0.branding = try Branding(name: "Kürbisdienst") }) {
            server in
            let (browser, _) = try await portal.signedIn(server)
            let cases: [(new: String, english: String, russian: String)] = [
                ("tiny but good", "it needs at least 15 characters", "Знаков нужно не меньше: 15"),
                ("a lantern\tin the orchard", "a tab or another character", "табуляция или другой знак"),
                ("Understanding85", "a common word or password", "частое слово"),
                ("xkqwxkqwxkqwxkqw", "again and again", "снова и снова"),
                ("qwertyuiop12345", "rows of the alphabet", "из рядов алфавита"),
                ("anna.auth.example", "made of your own names", "из ваших имён"),
                ("KürbisdienstAnna", "made of your own names", "из ваших имён"),
            ]
            for language in ["en", "ru"] {
                browser.headers[.acceptLanguage] = language
                for refused in cases {
                    let page = try await change(browser, to: refused.new)
                    let words = language == "en" ? refused.english : refused.russian
                    #expect(page.status == 422)
                    #expect(page.text.contains(words), "\(refused.new) in \(language)")
                    #expect(!page.text.contains(refused.new))
                    #expect(page.text.contains("aria-describedby=\"rule strength problem\" aria-invalid=\"true\""))
                }
            }
            #expect(try await server.signIn(password: TestServer.password).status == 200)
            #expect(try await change(browser, to: "pumpkin lantern candle").location == "/account/password?changed")
        }
    }

    @Test func `the minimum and the lists are the operator's`() async throws {
        let list = try CommonPasswordList(Array("zq9 plover\n".utf8))
        try await TestServer.runSingleSignOn(configure: {
            $0.passwords.minimum = try PasswordMinimum(8)
            $0.passwords.common = CommonPasswords(dictionary: nil, list: list)
        }) { server in
            let (browser, _) = try await portal.signedIn(server)
            let page = try await browser.get("/account/password")
            #expect(page.text.contains("minlength=\"8\"") && page.text.contains("At least 8 characters."))
            #expect(try await change(browser, to: "ZQ9 plover!").text.contains("a common word or password"))
            #expect(try await change(browser, to: "seven 7").text.contains("at least 8 characters"))
            #expect(try await change(browser, to: "zq8 plover").location == "/account/password?changed")
        }
    }

    @Test func `a link of a message is not used up by a password that is refused`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let browser = WebBrowser(server)
            _ = try await browser.get("/password/forgot")
            _ = try await browser.submit(["username": "anna"])
            let link = try await mailbox.letter(.resetRequested).link(.resetPassword)
            for (new, words) in [
                ("anna@example.com!", "made of your own names"), ("Understanding85", "a common word or password"),
                ("too short", "at least 15 characters"),
            ] {
                #expect(try await browser.get(link).text.contains("minlength=\"15\""))
                let page = try await browser.submit(["new": new, "repeated": new])
                #expect(page.status == 422 && page.text.contains(words), "\(new)")
            }
            let new = "pumpkin lantern candle"
            #expect(try await browser.submit(["new": new, "repeated": new]).status == 200)
            #expect(try await server.signIn(password: new).status == 200)
        }
    }

    @Test func `a leaked password is refused, and asked about only behind the right current one`() async throws {
        try await FakeRangeServer.run { ranges, url in
            try await TestServer.runSingleSignOn(configure: {
                $0.passwords.leaked = url
                $0.passwords.leakedSeconds = 600
                $0.allowsPrivateAddresses = true
            }) { server in
                let (browser, _) = try await portal.signedIn(server)
                let wrong = try await change(browser, to: FakeRangeServer.leaked, from: "not the present one")
                #expect(wrong.text.contains("The current password is not right"))
                #expect(ranges.came.isEmpty)
                let page = try await change(browser, to: FakeRangeServer.leaked)
                #expect(page.status == 422)
                #expect(page.text.contains("in a collection of passwords that were stolen elsewhere"))
                #expect(try await change(browser, to: "pumpkin lantern candle").status == 303)
                #expect(ranges.came.count == 2)
            }
        }
    }
}
