import Foundation
import StrictFormats
import Testing
import TykvaVerifier

@Suite struct LogoutTokenVerifierTests {
    private static let event = "http://schemas.openid.net/event/backchannel-logout"
    private let forge = TokenForge.es256
    private let now = Int64(TokenForge.now)

    private func check(_ token: String) async throws -> TokenVerificationError.Check? {
        do {
            _ = try await forge.logoutTokenVerifier().verify(token)
            return nil
        } catch let error as TokenVerificationError {
            return error.check
        }
    }

    @Test func `a good logout token tells whom it signs out`() async throws {
        let verifier = try forge.logoutTokenVerifier()
        let token = try await verifier.verify(try forge.logoutToken())
        #expect(token.issuer == TokenForge.issuer)
        #expect(token.tokenID == "l_1")
        #expect(token.target == .session("s_1", subject: "u_1"))
        #expect(token.expiresAt.timeIntervalSince1970 == TokenForge.now + 120)
        #expect("\(token)" == "VerifiedLogoutToken")
        let session = try await verifier.verify(try forge.logoutToken { $0["sub"] = nil })
        #expect(session.target == .session("s_1", subject: nil))
        let person = try await verifier.verify(try forge.logoutToken { $0["sid"] = nil })
        #expect(person.target == .everySession(subject: "u_1"))
    }

    @Test func `somebody must be named`() async throws {
        let nobody = try forge.logoutToken {
            $0["sub"] = nil
            $0["sid"] = nil
        }
        #expect(try await check(nobody) == .logoutTarget)
        #expect(try await check(try forge.logoutToken { $0["sid"] = "" }) == .logoutTarget)
        #expect(try await check(try forge.logoutToken { $0["sub"] = "" }) == .logoutTarget)
        #expect(try await check(try forge.logoutToken { $0["sid"] = 1 }) == .claims)
    }

    @Test func `typ is logout+jwt`() async throws {
        var header = forge.logoutTokenHeader
        for (type, expected) in [
            ("application/logout+jwt", nil), ("JWT", .type), ("at+jwt", .type), ("LOGOUT+JWT", .type), (nil, .type),
        ] as [(JSONValue?, TokenVerificationError.Check?)] {
            header["typ"] = type
            let token = try forge.token(header: header, claims: TokenForge.logoutTokenClaims)
            #expect(try await check(token) == expected)
        }
    }

    @Test func `events names the event with an object`() async throws {
        for (events, expected) in [
            ([Self.event: ["a": 1]], nil), ([Self.event: [:], "https://other.example": [:]], nil),
            ([:], .events), ([Self.event: 1], .events), ([Self.event: .null], .events),
            ([Self.event + "/": [:]], .events), (["HTTP" + Self.event.dropFirst(4): [:]], .events),
        ] as [([String: JSONValue], TokenVerificationError.Check?)] {
            let token = try forge.logoutToken { $0["events"] = .object(JSONObject(events.map { ($0.key, $0.value) })) }
            #expect(try await check(token) == expected, "\(events)")
        }
        #expect(try await check(try forge.logoutToken { $0["events"] = .string(Self.event) }) == .claims)
        #expect(try await check(try forge.logoutToken { $0["events"] = [.string(Self.event)] }) == .claims)
    }

    @Test func `no nonce, and everything else that must be there`() async throws {
        #expect(try await check(try forge.logoutToken { $0["nonce"] = "n" }) == .forbiddenClaim)
        #expect(try await check(try forge.logoutToken { $0["nonce"] = .null }) == .forbiddenClaim)
        for name in ["iss", "aud", "exp", "iat", "jti", "events"] {
            #expect(try await check(try forge.logoutToken { $0[name] = nil }) != nil, "\(name)")
        }
        #expect(try await check(try forge.logoutToken { $0["aud"] = "other" }) == .audience)
        #expect(try await check(try forge.logoutToken { $0["exp"] = .integer(now - 31) }) == .expiry)
        #expect(try await check(try forge.logoutToken { $0["jti"] = "" }) == .claims)
        let long = String(repeating: "j", count: 257)
        #expect(try await check(try forge.logoutToken { $0["jti"] = .string(long) }) == .claims)
        #expect(try await check(try forge.logoutToken { $0["jti"] = .string(String(long.dropLast())) }) == nil)
    }
}
