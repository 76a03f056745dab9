import Foundation
import OAuth
import Testing

@Suite struct IdentifierTests {
    private static let digits = "0123456789abcdef0123456789abcdef"

    @Test func `random ids have their own forms, and differ`() {
        #expect(UserID(UserID.random().text) != nil)
        #expect(SessionID(SessionID.random().text) != nil)
        #expect(EventID(EventID.random().text) != nil)
        #expect(Set((0..<100).map { _ in UserID.random() }).count == 100)
        #expect(Set((0..<100).map { _ in FamilyID.random() }).count == 100)
    }

    @Test func `one kind of id is not taken for another`() {
        #expect(UserID("s_" + Self.digits) == nil)
        #expect(SessionID("u_" + Self.digits) == nil)
        #expect(EventID("u_" + Self.digits) == nil)
        #expect(UserID("u_" + Self.digits)?.text == "u_" + Self.digits)
    }

    @Test(arguments: [
        "", "u_", "u_0", "U_0123456789abcdef0123456789abcdef", "u_0123456789ABCDEF0123456789abcdef",
        "u_0123456789abcdef0123456789abcdeg", "u_0123456789abcdef0123456789abcdef0",
        "u-0123456789abcdef0123456789abcdef",
        "u_0123456789abcdef0123456789abcde ", "u_0123456789abcdef0123456789abcd\u{E9}",
        "\u{301}_0123456789abcdef0123456789abcde",
    ])
    func `a user id of another form is none`(_ text: String) {
        #expect(UserID(text) == nil)
        #expect(!UserID.hasForm(text))
    }

    @Test func `a client id has 1 to 64 unreserved characters`() {
        for text in ["a", "0", "A-Z.a_z~9", String(repeating: "c", count: 64)] { #expect(ClientID(text)?.text == text) }
        for text in ["", " ", "a b", "a/b", "a:b", "a%", "é", "a\0", "a\n", "a+b", String(repeating: "c", count: 65)] {
            #expect(ClientID(text) == nil)
        }
    }

    @Test func `a client id may not look like a person's`() {
        #expect(ClientID("u_" + Self.digits) == nil)
        #expect(ClientID("u_" + Self.digits.dropLast()) != nil)
        #expect(ClientID("s_" + Self.digits) != nil)
    }

    @Test func `a key id is of base64url and dots`() {
        #expect(KeyID("aZ0-_.") != nil)
        for text in ["", "~", "a=", "../a", "a b", "a\0", String(repeating: "k", count: 65)] {
            #expect(KeyID(text) == nil)
        }
    }

    @Test func `a family id is 16 bytes, and its key 32`() throws {
        #expect(FamilyID([UInt8](repeating: 1, count: 15)) == nil)
        #expect(FamilyID([UInt8](repeating: 1, count: 17)) == nil)
        #expect(FamilyID([UInt8]()) == nil)
        let family = try #require(FamilyID([UInt8](repeating: 1, count: 16)))
        #expect(family.key.bytes.count == 32)
        #expect(FamilyKey(family.key.bytes) == family.key)
        #expect(FamilyKey(family.bytes) == nil)
    }

    @Test func `attribute names are bounded, and the issuer's own are known`() {
        for text in ["a", "https://x.example/claims/a", "a-b_c.d:e", String(repeating: "a", count: 64)] {
            #expect(AttributeName(text)?.text == text)
        }
        for text in ["", "a b", "a\"b", "a=b", "a\nb", "é", "a\\", String(repeating: "a", count: 65)] {
            #expect(AttributeName(text) == nil)
        }
        for claim in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "sid", "auth_time", "amr", "cnf"]
        {
            #expect(AttributeName.reserved.contains(claim))
        }
        for claim in ["Exp", "ISS", "Client_ID", "alg", "KID", "crit", "sub_jwk", "_sd"] {
            #expect(AttributeName.reserved.contains(claim))
        }
        for claim in ["name", "roles", "groups", "email", "level", "expires", "https://x.example/exp"] {
            #expect(!AttributeName.reserved.contains(claim))
        }
    }

    @Test(arguments: ["\u{2800}", "\u{3164}", "anna\u{3164}", "\u{115F}\u{1160}", "a\u{FE0F}", "a\u{34F}b", "\u{200D}"])
    func `a user name has nothing invisible`(_ text: String) {
        #expect(throws: InvalidValue.self) { try UserName(text) }
    }

    @Test(arguments: ["a", "anna lind", "Ænne", "山田", "\u{1F600}", "ⵣ", "한글"])
    func `a user name may be written in any script`(_ text: String) throws {
        #expect(try UserName(text).text == text.precomposedStringWithCanonicalMapping)
    }
}
