import StrictFormats
import TykvaVerifier

extension TokenForge {
    static let clientID = "web"
    static let nonce = "n-0S6_WzA2Mj"

    /// A header and claims of an ID token that pass every check.
    var idTokenHeader: JSONObject { ["alg": .string(algorithm.name), "typ": "JWT", "kid": .string(kid)] }

    static var idTokenClaims: JSONObject {
        [
            "iss": .string(issuer), "sub": "u_1", "aud": .string(clientID), "exp": .integer(Int64(now) + 300),
            "iat": .integer(Int64(now)), "auth_time": .integer(Int64(now) - 60), "nonce": .string(nonce),
            "sid": "s_1", "amr": ["pwd"], "acr": "urn:tykva:acr:password", "name": "Anna", "email": "anna@example.com",
            "email_verified": true,
        ]
    }

    func idToken(_ change: (inout JSONObject) -> Void = { _ in }) throws -> String {
        var claims = Self.idTokenClaims
        change(&claims)
        return try token(header: idTokenHeader, claims: claims)
    }

    func idTokenVerifier(clock: ManualClock = ManualClock(), keys: KeySource? = nil) throws -> IDTokenVerifier {
        try IDTokenVerifier(
            issuer: Self.issuer, clientID: Self.clientID, algorithm: algorithm,
            keys: try keys ?? .fixed(try Self.keySet(self)), now: clock.date)
    }

    /// A header and claims of a logout token that pass every check.
    var logoutTokenHeader: JSONObject { ["alg": .string(algorithm.name), "typ": "logout+jwt", "kid": .string(kid)] }

    static var logoutTokenClaims: JSONObject {
        [
            "iss": .string(issuer), "aud": .string(clientID), "exp": .integer(Int64(now) + 120),
            "iat": .integer(Int64(now)), "jti": "l_1", "sub": "u_1", "sid": "s_1",
            "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
        ]
    }

    func logoutToken(_ change: (inout JSONObject) -> Void = { _ in }) throws -> String {
        var claims = Self.logoutTokenClaims
        change(&claims)
        return try token(header: logoutTokenHeader, claims: claims)
    }

    func logoutTokenVerifier(clock: ManualClock = ManualClock()) throws -> LogoutTokenVerifier {
        try LogoutTokenVerifier(
            issuer: Self.issuer, clientID: Self.clientID, algorithm: algorithm,
            keys: .fixed(try Self.keySet(self)), now: clock.date)
    }
}
