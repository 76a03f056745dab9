import Crypto
import CryptoExtras
import Foundation
import StrictFormats
import Testing
import TykvaVerifier

/// What every algorithm must refuse alike: T01, T02, T09 and T20 for each of them.
@Suite struct HostileAlgorithmTests {
    typealias Check = TokenVerificationError.Check

    private static let count = TokenAlgorithm.all.count

    private func forge(_ index: Int) throws -> TokenForge { try TokenForge.all()[index] }

    @Test(arguments: 0..<count)
    func `a good token is taken, by a verifier of its algorithm alone`(_ index: Int) async throws {
        let forge = try forge(index)
        let token = try forge.token()
        let keys = KeySource.fixed(try JWKSet(json: try TokenForge.keySetJSON(try TokenForge.all())))
        for other in try TokenForge.all() {
            let refused = await refusal(of: token, by: try other.verifier(keys: keys))?.check
            #expect(refused == (other.algorithm == forge.algorithm ? nil : .algorithm))
            let both = try other.verifier(alsoAccepting: forge.algorithm, keys: keys)
            #expect(await refusal(of: token, by: both) == nil)
        }
    }

    @Test(arguments: 0..<count)
    func `a spoiled signature is refused, whatever is wrong with it`(_ index: Int) async throws {
        let forge = try forge(index)
        let verifier = try forge.verifier()
        let parts = try forge.token().split(separator: ".").map(String.init)
        let input = "\(parts[0]).\(parts[1])"
        let good = try #require(Base64URL.decode(parts[2]))
        var spoiled: [[UInt8]] = stride(from: 0, to: good.count, by: max(1, good.count / 64)).map { place in
            var bytes = good
            bytes[place] ^= 1 << UInt8(place % 8)
            return bytes
        }
        spoiled += [
            Array(good.dropLast()), Array(good.prefix(1)), good + [0], [0] + good, Array(good.reversed()),
            [UInt8](repeating: 0, count: good.count), [UInt8](repeating: 0xFF, count: good.count), [0],
        ]
        spoiled += try TokenForge.all().filter { $0.algorithm != forge.algorithm }.map { try $0.signature(of: input) }
        for bytes in spoiled {
            let token = "\(input).\(Base64URL.encode(bytes))"
            #expect(await refusal(of: token, by: verifier)?.check == .signature)
        }
    }

    @Test(arguments: 0..<count)
    func `changed claims, and another key under the same kid, are refused`(_ index: Int) async throws {
        let forge = try forge(index)
        let verifier = try forge.verifier()
        let parts = try forge.token().split(separator: ".").map(String.init)
        for (name, value) in [("sub", "u_2"), ("roles", ["admin"]), ("exp", .integer(9_999_999_999))]
            as [(String, JSONValue)]
        {
            var claims = TokenForge.claims
            claims[name] = value
            let token = "\(parts[0]).\(Base64URL.encode(claims.encoded())).\(parts[2])"
            #expect(await refusal(of: token, by: verifier)?.check == .signature)
        }
        let stranger: TokenForge.Signer =
            switch forge.signer {
            case .es256: .es256(P256.Signing.PrivateKey())
            case .rsa(_, let isPSS): .rsa(try .init(keySize: .bits2048), isPSS: isPSS)
            case .eddsa: .eddsa(Curve25519.Signing.PrivateKey())
            case .mlDSA65: .mlDSA65(try MLDSA65.PrivateKey())
            }
        let forged = TokenForge(kid: forge.kid, algorithm: forge.algorithm, signer: stranger)
        #expect(await refusal(of: try forged.token(), by: verifier)?.check == .signature)
    }

    /// T01, T03 and T09: whatever the header says, the verifier's algorithm and the key's decide.
    @Test(arguments: 0..<count)
    func `another name of an algorithm is refused`(_ index: Int) async throws {
        let forge = try forge(index)
        let verifier = try forge.verifier()
        let names = [
            "none", "None", "", "HS256", "HS512", "RS384", "PS384", "ES384", "ES256K", "Ed25519", "Ed448", "ML-DSA-44",
            "ML-DSA-87", "ml-dsa-65", forge.algorithm.name.lowercased(), forge.algorithm.name + " ",
        ]
        for name in names where name != forge.algorithm.name {
            var header = forge.header
            header["alg"] = .string(name)
            #expect(await refusal(of: try forge.token(header: header), by: verifier)?.check == .algorithm, "\(name)")
        }
        for other in TokenAlgorithm.all where other != forge.algorithm {
            var header = forge.header
            header["alg"] = .string(other.name)
            let token = try forge.token(header: header)
            #expect(await refusal(of: token, by: verifier)?.check == .algorithm)
            // Also where both are accepted for the time of a change: the key is for one of them.
            let both = try forge.verifier(alsoAccepting: other)
            #expect(await refusal(of: token, by: both)?.check == .keyAlgorithm)
        }
    }

    @Test func `one key that is in the set for two RSA algorithms is two keys, each for its own`() async throws {
        let (rs, ps) = (try TokenForge.rs256(), try TokenForge.ps256())
        let keys = KeySource.fixed(try TokenForge.keySet(rs, ps))
        let crossed = TokenForge(kid: ps.kid, algorithm: .rs256, signer: rs.signer)
        #expect(await refusal(of: try crossed.token(), by: try rs.verifier(keys: keys))?.check == .keyAlgorithm)
        #expect(await refusal(of: try ps.token(), by: try ps.verifier(keys: keys)) == nil)
    }

    @Test func `a token may be 8 KiB long, 16 KiB where ML-DSA is accepted, or what was set`() async throws {
        func token(_ forge: TokenForge, bytes: Int) throws -> String {
            var claims = TokenForge.claims
            let pad = (bytes - (try forge.token().utf8.count)) * 3 / 4 - 32
            claims["pad"] = .string(String(repeating: "x", count: pad))
            return try forge.token(claims: claims)
        }
        let (es, ml) = (TokenForge.es256, try TokenForge.mlDSA65())
        #expect(await refusal(of: try token(es, bytes: 8000), by: try es.verifier()) == nil)
        #expect(await refusal(of: try token(es, bytes: 8400), by: try es.verifier())?.check == .size)
        let changing = try es.verifier(alsoAccepting: .mlDSA65)
        #expect(await refusal(of: try token(es, bytes: 8400), by: changing) == nil)
        #expect(await refusal(of: try token(ml, bytes: 16_000), by: try ml.verifier()) == nil)
        #expect(await refusal(of: try token(ml, bytes: 16_600), by: try ml.verifier())?.check == .size)
        func verifier(_ bytes: Int) throws -> TokenVerifier {
            try TokenVerifier(
                issuer: TokenForge.issuer, audience: TokenForge.audience, algorithm: .mlDSA65,
                keys: .fixed(try TokenForge.keySet(ml)), maximumTokenBytes: bytes, now: ManualClock().date)
        }
        #expect(await refusal(of: try ml.token(), by: try verifier(4096))?.check == .size)
        #expect(await refusal(of: try token(ml, bytes: 20_000), by: try verifier(32_768)) == nil)
        for bytes in [0, 1023, 65_537] { #expect(throws: TokenVerifierConfigurationError.self) { try verifier(bytes) } }
    }

    /// OpenID Connect Core §3.1.3.6: by the hash of the algorithm, which ML-DSA does not name.
    @Test(arguments: 0..<count)
    func `the access token beside an ID token is tied to it where the algorithm names a hash`(
        _ index: Int
    ) async throws {
        let forge = try forge(index)
        let bytes = Data("the access token".utf8)
        let hashes = [
            Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(16))),
            Base64URL.encode(Array(SHA512.hash(data: bytes).prefix(32))), nil,
        ]
        let right =
            switch forge.signer {
            case .eddsa: 1
            case .mlDSA65: 2
            default: 0
            }
        for (place, hash) in hashes.enumerated() {
            let token = try forge.idToken { $0["at_hash"] = hash.map(JSONValue.string) }
            let verifier = try forge.idTokenVerifier()
            do {
                _ = try await verifier.verify(
                    token, nonce: .value(TokenForge.nonce), accessToken: "the access token")
                #expect(place == right)
            } catch {
                #expect(place != right && error.check == .accessTokenHash)
            }
        }
    }
}
