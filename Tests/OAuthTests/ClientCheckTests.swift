import OAuth
import Testing

@Suite struct ClientCheckTests {
    private func client(
        _ authentication: Client.Authentication = .secret(hash: []), grants: [GrantType] = [],
        _ change: (inout Client) throws -> Void = { _ in }
    ) throws -> Client {
        var client = Client(
            id: try #require(ClientID("shop")), authentication: authentication, grants: grants,
            createdAt: Milliseconds(0))
        try change(&client)
        return client
    }

    private func refusal(_ client: Client) -> String? {
        do throws(InvalidValue) {
            try client.check()
            return nil
        } catch {
            return error.reason
        }
    }

    private let uri = "https://shop.example/cb"

    @Test func `codes and redirect URIs belong together`() throws {
        #expect(try refusal(client(grants: [.authorizationCode]))?.contains("--redirect-uri") == true)
        let onlyURI = try client { $0.redirectURIs = [try RegisteredRedirectURI(uri)] }
        #expect(refusal(onlyURI)?.contains("authorization_code") == true)
        let both = try client(grants: [.authorizationCode, .refreshToken]) {
            $0.redirectURIs = [try RegisteredRedirectURI(uri)]
            $0.postLogoutRedirectURIs = [try RegisteredRedirectURI(uri)]
            $0.requiresPushedRequests = true
        }
        #expect(refusal(both) == nil)
    }

    @Test func `what needs people who come by a redirect URI is refused without one`() throws {
        let afterwards = try client { $0.postLogoutRedirectURIs = [try RegisteredRedirectURI(uri)] }
        #expect(refusal(afterwards)?.contains("signing out") == true)
        #expect(try refusal(client { $0.requiresPushedRequests = true })?.contains("pushed") == true)
        #expect(try refusal(client(grants: [.refreshToken]))?.contains("authorization_code or password") == true)
    }

    @Test func `a name is bounded, and has no control characters`() throws {
        #expect(try refusal(client { $0.displayName = "Läden & Co" }) == nil)
        #expect(try refusal(client { $0.displayName = String(repeating: "x", count: 129) }) != nil)
        #expect(try refusal(client { $0.displayName = "a\u{202E}b" }) != nil)
        #expect(try Client.checkedDisplayName("") == nil)
    }

    @Test func `unfit keys are refused with the client`() throws {
        #expect(try refusal(client(.privateKeyJWT(.set("{}")))) != nil)
        #expect(try refusal(client(.privateKeyJWT(.url("https://shop.example/jwks")))) == nil)
        #expect(try !client(.privateKeyJWT(.set("{}"))).authentication.isPublic)
    }
}

@Suite struct ClientKeysTests {
    private static let x = String(repeating: "A", count: 43)
    private static let modulus = "wA" + String(repeating: "A", count: 340)
    private static let ec = #""kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(x)""#

    @Test(arguments: [
        "{\(ec)}", "{\(ec),\"alg\":\"ES256\",\"use\":\"sig\",\"key_ops\":[\"verify\"]}",
        #"{"kty":"OKP","crv":"Ed25519","x":"\#(x)"}"#, #"{"kty":"OKP","crv":"Ed25519","x":"\#(x)","alg":"EdDSA"}"#,
        #"{"kty":"RSA","n":"\#(modulus)","e":"AQAB","alg":"PS256"}"#, #"{"kty":"RSA","n":"\#(modulus)","e":"AQAB"}"#,
        // Another that we do not know stands beside one that we do.
        #"{"kty":"AKP","alg":"ML-DSA-65","pub":"AA"},{\#(ec)}"#,
    ])
    func `a set with a key that checks signatures is taken`(_ keys: String) throws {
        try ClientKeys.set(#"{"keys":[\#(keys)]}"#).check()
    }

    @Test(arguments: [
        "", "{\(ec),\"d\":\"AA\"}", "{\(ec)},{\"kty\":\"oct\",\"k\":\"AA\"}", "{\(ec),\"use\":\"enc\"}",
        "{\(ec),\"alg\":\"ES384\"}", "{\(ec),\"key_ops\":[\"sign\"]}", #"{"kty":"EC","crv":"P-256","x":"\#(x)"}"#,
        #"{"kty":"EC","crv":"P-384","x":"\#(x)","y":"\#(x)"}"#, #"{"kty":"OKP","crv":"X25519","x":"\#(x)"}"#,
        #"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, #"{"kty":"RSA","n":"\#(modulus)"}"#, "1",
        #"{"kty":"EC","kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(x)"}"#,
    ])
    func `a set without one, or with a private one, is refused`(_ keys: String) {
        #expect(throws: InvalidValue.self) { try ClientKeys.set(#"{"keys":[\#(keys)]}"#).check() }
    }

    @Test(arguments: ["", "[]", "{}", #"{"keys":{}}"#, "{\(ec)}"])
    func `what is no set is refused`(_ text: String) {
        #expect(throws: InvalidValue.self) { try ClientKeys.set(text).check() }
    }

    @Test func `a set is bounded`() throws {
        let keys = #"{"keys":[{\#(Self.ec)}]}"#
        let room = ClientKeys.maximumSetBytes - keys.utf8.count
        try ClientKeys.set(keys + String(repeating: " ", count: room)).check()
        #expect(throws: InvalidValue.self) {
            try ClientKeys.set(keys + String(repeating: " ", count: room + 1)).check()
        }
    }

    @Test(arguments: [
        "https://shop.example/out", "https://shop.example", "https://shop.example:8443/out?a=b",
        "http://localhost:8080/out", "http://127.0.0.1/out", "http://[::1]:80/out",
    ])
    func `https anywhere and http on a loopback host are taken`(_ text: String) throws {
        try ClientKeys.url(text).check()
        #expect(try BackchannelLogoutURI(text).text == text)
    }

    @Test(arguments: [
        "", "http://shop.example/out", "https://shop.example/out#x", "https://anna@shop.example/", "https:///out",
        "ftp://shop.example/", "HTTPS://shop.example/", "https://shop.example/ö", "https://shop.example/a b",
        "https://shop.example\\evil", "/out", "https://shop.example/\"", "https://", "javascript:alert(1)",
        "https://shop.example/" + String(repeating: "x", count: 512),
    ])
    func `other addresses are refused`(_ text: String) {
        #expect(throws: InvalidValue.self) { try ClientKeys.url(text).check() }
        #expect(throws: InvalidValue.self) { try BackchannelLogoutURI(text) }
    }
}
