import HTTPTypes
import OAuth
import Secrets
import Testing

@testable import TykvaServer

@Suite struct BrowserCookieTests {
    private let value = OneTimeValue.random()

    private func headers(_ cookies: String...) -> HTTPFields {
        var headers = HTTPFields()
        for cookie in cookies { headers.append(HTTPField(name: .cookie, value: cookie)) }
        return headers
    }

    @Test func `a cookie is found among others, and in a field of its own`() {
        let text = value.revealedText()
        for sent in [
            headers("__Host-tykva-session=\(text)"), headers("a=b; __Host-tykva-session=\(text); c=d=e"),
            headers("a=b", "__Host-tykva-session=\(text)"), headers("a=b;__Host-tykva-session=\(text)"),
            headers("__Host-tykva-session=\(text)", "__Host-tykva-session=\(text)"),
        ] {
            #expect(BrowserCookie.session.value(in: sent)?.hash == value.hash)
            #expect(BrowserCookie.form.value(in: sent) == nil)
        }
    }

    @Test func `what is not exactly a value of ours is none`() {
        let text = value.revealedText()
        for sent in [
            headers(), headers(""), headers(";;;="), headers("__Host-tykva-session"), headers("__Host-tykva-session="),
            headers("__Host-tykva-session=\"\(text)\""), headers("__Host-tykva-session=\(text.dropLast())"),
            headers("__Host-tykva-session=\(text)A"), headers("__host-tykva-session=\(text)"),
            headers("x__Host-tykva-session=\(text)"), headers("__Host-tykva-session =\(text)"),
            headers("__Secure-tykva-session=\(text)"), headers("a=\"; __Host-tykva-sessio=\(text)\""),
        ] {
            #expect(BrowserCookie.session.value(in: sent) == nil)
        }
    }

    @Test func `two that differ are none`() {
        let other = OneTimeValue.random().revealedText()
        let sent = headers("__Host-tykva-session=\(value.revealedText()); __Host-tykva-session=\(other)")
        #expect(BrowserCookie.session.value(in: sent) == nil)
    }

    @Test func `cookies are for this host alone, and out of scripts' reach`() {
        let text = value.revealedText()
        #expect(
            BrowserCookie.session.setting(value, for: .days(30))
                == "__Host-tykva-session=\(text); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000")
        #expect(
            BrowserCookie.form.setting(value) == "__Host-tykva-form=\(text); Path=/; Secure; HttpOnly; SameSite=Lax")
        #expect(
            BrowserCookie.session.removal
                == "__Host-tykva-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
    }
}
