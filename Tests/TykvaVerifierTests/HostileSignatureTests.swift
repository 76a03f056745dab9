import Crypto
import Foundation
import StrictFormats
import Testing
import TykvaVerifier

/// Step 4: tokens with a good header and good claims, and no good signature.
@Suite struct HostileSignatureTests {
    typealias Check = TokenVerificationError.Check

    private let forge = TokenForge.es256

    private func check(_ token: String) async throws -> Check? {
        try await refusedCheck(of: token, by: forge)
    }

    @Test func `signature, T02, a spoiled one is refused`() async throws {
        let token = try forge.token()
        let parts = token.split(separator: ".").map(String.init)
        let input = "\(parts[0]).\(parts[1])"
        let good = try #require(Base64URL.decode(parts[2]))
        for index in 0..<64 {
            var bytes = good
            bytes[index] ^= 1 << UInt8(index % 8)
            #expect(try await check("\(input).\(Base64URL.encode(bytes))") == .signature)
        }
        var claims = TokenForge.claims
        claims["sub"] = "u_2"
        let other = try forge.token(claims: claims).split(separator: ".").map(String.init)
        for signature in [Array(good.dropLast()), Array(good[..<32]), good + [0], [0] + good, Array(good.reversed())] {
            #expect(try await check("\(input).\(Base64URL.encode(signature))") == .signature)
        }
        #expect(try await check("\(input).\(other[2])") == .signature)
        #expect(try await check("\(parts[0]).\(other[1]).\(parts[2])") == .signature)
    }

    @Test func `signature, T08, ECDSA of zeros, of the order, in DER and of another key is refused`() async throws {
        let token = try forge.token()
        let parts = token.split(separator: ".").map(String.init)
        let input = "\(parts[0]).\(parts[1])"
        let order =
            [UInt8](repeating: 0xFF, count: 4) + [UInt8](repeating: 0, count: 4)
            + [UInt8](repeating: 0xFF, count: 8)
            + [0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51]
        let zero = [UInt8](repeating: 0, count: 32)
        let one: [UInt8] = zero.dropLast() + [1]
        let raw = try forge.signature(of: input)
        let der = Array(try P256.Signing.ECDSASignature(rawRepresentation: raw).derRepresentation)
        let (r, s) = (Array(raw[..<32]), Array(raw[32...]))
        let pairs: [([UInt8], [UInt8])] = [
            (zero, zero), (zero, one), (one, zero), (one, one), (order, order), (order, zero), (r, zero), (zero, s),
            (r, order), (s, r), (der, []),
        ]
        for (first, second) in pairs {
            #expect(try await check("\(input).\(Base64URL.encode(first + second))") == .signature)
        }
        let stranger = TokenForge(kid: "key-1", algorithm: .es256, signer: TokenForge.otherES256.signer)
        #expect(try await check(try stranger.token()) == .signature)
    }

    @Test func `signature, T03 T06 T07, a MAC keyed with public or empty text is refused`() async throws {
        guard case .es256(let key) = forge.signer else { return }
        let jwk = JSONValue.object(try forge.jwk()).encodedString
        let pem = key.publicKey.pemRepresentation
        let parts = try forge.token().split(separator: ".").map(String.init)
        for secret in [
            Data(pem.utf8), Data(pem.utf8) + [10], key.publicKey.derRepresentation, key.publicKey.rawRepresentation,
            key.publicKey.x963Representation, Data(jwk.utf8), Data(), Data(" ".utf8), Data("web".utf8),
            Data(TokenForge.issuer.utf8), Data("secret".utf8),
        ] {
            let mac = HMAC<SHA256>.authenticationCode(
                for: Data("\(parts[0]).\(parts[1])".utf8), using: SymmetricKey(data: secret))
            #expect(try await check("\(parts[0]).\(parts[1]).\(Base64URL.encode(Array(mac)))") == .signature)
            let header = Base64URL.encode(Array(#"{"alg":"HS256","typ":"at+jwt","kid":"key-1"}"#.utf8))
            let honest = HMAC<SHA256>.authenticationCode(
                for: Data("\(header).\(parts[1])".utf8), using: SymmetricKey(data: secret))
            #expect(try await check("\(header).\(parts[1]).\(Base64URL.encode(Array(honest)))") == .algorithm)
        }
    }

    @Test func `signature, T20, changed claims under the old signature are refused`() async throws {
        let parts = try forge.token().split(separator: ".").map(String.init)
        for (name, value) in [
            ("sub", "u_2"), ("roles", ["admin"]), ("scope", "admin"), ("exp", .integer(9_999_999_999)), ("iss", "x"),
        ] as [(String, JSONValue)] {
            var claims = TokenForge.claims
            claims[name] = value
            #expect(try await check("\(parts[0]).\(Base64URL.encode(claims.encoded())).\(parts[2])") == .signature)
        }
    }

    @Test func `signature, T16, the same kid and claims under another issuer's key are refused`() async throws {
        let set = try TokenForge.keySet(.otherES256)
        let renamed = TokenForge(kid: "key-2", algorithm: .es256, signer: forge.signer)
        #expect(await refusal(of: try renamed.token(), by: try forge.verifier(keys: .fixed(set)))?.check == .signature)
    }
}
