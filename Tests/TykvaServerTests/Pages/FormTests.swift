import Crypto
import HTTPTypes
import OAuth
import Secrets
import Testing

@testable import TykvaServer

/// Forms that did not come from our pages are refused (threat P11).
@Suite struct FormTests {
    private let tokens = FormTokens(key: SymmetricKey(size: .bits256))
    private let cookie = OneTimeValue.random()

    @Test func `a token is taken for its cookie, purpose and subject only`() {
        let token = tokens.token(.consent, of: "session", for: cookie)
        #expect(token.utf8.count == 43)
        #expect(tokens.accepts(token, .consent, of: "session", from: cookie))
        #expect(!tokens.accepts(token, .consent, of: "session", from: .random()))
        #expect(!tokens.accepts(token, .consent, of: "session", from: nil))
        #expect(!tokens.accepts(token, .consent, of: "another", from: cookie))
        #expect(!tokens.accepts(token, .consent, from: cookie))
        #expect(!tokens.accepts(nil, .consent, of: "session", from: cookie))
        for purpose in FormPurpose.allCases where purpose != .consent {
            #expect(!tokens.accepts(token, purpose, of: "session", from: cookie))
        }
    }

    @Test func `a token of another deployment, changed or cut, is refused`() {
        let token = tokens.token(.signIn, for: cookie)
        let other = FormTokens(key: SymmetricKey(size: .bits256)).token(.signIn, for: cookie)
        for wrong in [other, "", String(token.dropLast()), token + "A", token.uppercased(), "\u{0}" + token] {
            #expect(!tokens.accepts(wrong, .signIn, from: cookie))
        }
    }

    @Test func `tokens do not print their key`() {
        #expect("\(tokens)" == "FormTokens(hidden)")
    }

    @Test(arguments: [
        ([], true), ([(HTTPField.Name.secFetchSite, "same-origin")], true), ([(.secFetchSite, "none")], true),
        ([(.secFetchSite, "same-site")], false), ([(.secFetchSite, "cross-site")], false),
        ([(.secFetchSite, "")], false),
        ([(.secFetchSite, "same-origin"), (.secFetchSite, "cross-site")], false),
        ([(.origin, "https://auth.example.com")], true), ([(.origin, "null")], false),
        ([(.origin, "http://auth.example.com")], false), ([(.origin, "https://auth.example.com:444")], false),
        ([(.origin, "https://auth.example.com.evil.example")], false), ([(.origin, "https://evil.example")], false),
        ([(.secFetchSite, "same-origin"), (.origin, "https://evil.example")], false),
    ])
    func `a browser tells where a form comes from`(_ fields: [(HTTPField.Name, String)], _ isOwn: Bool) throws {
        var headers = HTTPFields()
        for (name, value) in fields { headers.append(HTTPField(name: name, value: value)) }
        let refusal = OwnForms.refusal(of: headers, issuer: try Issuer("https://auth.example.com"))
        #expect((refusal == nil) == isOwn)
    }

    @Test func `an address of ours stays one`() {
        #expect(OwnAddress("/sign-in", query: "//evil.example").text == "/sign-in?//evil.example")
        #expect(OwnAddress("/account").text == "/account")
    }
}
