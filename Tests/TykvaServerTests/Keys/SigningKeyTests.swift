import Crypto
import CryptoExtras
import Foundation
import OAuth
import Secrets
import Storage
import StrictFormats
import Testing
import TykvaVerifier

@testable import TykvaServer

@Suite struct SigningKeyTests {
    private let secrets = MasterSecrets(.random())
    private let life = KeyLife(publishedAt: Milliseconds(1_800_000_000_000))

    private func row(_ algorithm: SigningAlgorithm) throws -> SigningKeyRow {
        try SigningKey.make(algorithm, life: life, secrets: secrets)
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `a key signs what verifiers of its algorithm take, and nothing else`(_ algorithm: SigningAlgorithm)
        async throws
    {
        let row = try row(algorithm)
        let key = try await SigningKey(row, secrets: secrets)
        let claims = JSONObject([
            ("iss", "https://auth.example.com"), ("sub", "u_1"), ("aud", "api"), ("exp", 1_800_000_300),
            ("iat", 1_800_000_000), ("jti", "t"), ("client_id", "web"),
        ])
        let token = try key.sign(.accessToken, claims.encoded())
        let header = try #require(
            token.split(separator: ".").first.flatMap { Base64URL.decode(String($0)) }
                .flatMap { try? JSONValue(parsing: $0, limits: .token) }?.objectValue)
        #expect(header["alg"] == .string(algorithm.rawValue))
        #expect(header["kid"] == .string(row.id.text))
        let set = try JWKSet(json: PublicKeySet([try PublicKey(row)]).json)
        #expect(set.keyIDs == [row.id.text])
        for other in TokenAlgorithm.all {
            let verifier = try TokenVerifier(
                issuer: "https://auth.example.com", audience: "api", algorithm: other, keys: .fixed(set),
                now: { Date(timeIntervalSince1970: 1_800_000_000) })
            do {
                _ = try await verifier.verify(token)
                #expect(other.name == algorithm.rawValue)
            } catch {
                #expect(other.name != algorithm.rawValue, "\(error)")
                #expect(error.check == .algorithm)
            }
        }
        #expect(try PublicKey(row).isSigner(of: token))
        #expect(try !PublicKey(try self.row(algorithm)).isSigner(of: token))
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `a public key has the members of its type and no private one`(_ algorithm: SigningAlgorithm) throws {
        let jwk = try PublicKey(try row(algorithm)).jwk
        let members: [SigningAlgorithm: Set<String>] = [
            .es256: ["crv", "x", "y"], .rs256: ["n", "e"], .ps256: ["n", "e"], .edDSA: ["crv", "x"], .mlDSA65: ["pub"],
        ]
        #expect(Set(jwk.names) == Set(["kty", "alg", "use", "kid"]).union(members[algorithm] ?? []))
        if jwk["kty"] == "RSA" {
            let modulus = try #require(jwk["n"]?.stringValue.flatMap { Base64URL.decode($0) })
            #expect(modulus.count == 384 && modulus[0] >= 0x80)
            #expect(jwk["e"] == "AQAB")
        }
    }

    /// RFC 7638 §3.1, RFC 8037 A.3, and the key id of RFC 9964's example, whose seed is 32 zero bytes.
    @Test func `thumbprints are those of the specifications`() throws {
        let rsa: JSONObject = [
            "kty": "RSA",
            "n": """
            0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB\
            ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8\
            KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_\
            xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw
            """,
            "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        ]
        #expect(KeyThumbprint.of(rsa)?.text == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        let ed25519: JSONObject = [
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        ]
        #expect(KeyThumbprint.of(ed25519)?.text == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        let zeros = [UInt8](repeating: 0, count: 32)
        let mlDSA = KeyMaterial.mlDSA65(try MLDSA65.PrivateKey(seedRepresentation: zeros, publicKey: nil))
        let id = KeyThumbprint.of(try mlDSA.publicMembers())
        #expect(id?.text == "Suiu29qbfuaBaR4Ats-c6XQBePB_OpAxAwcTR_0KXVM")
        #expect(KeyThumbprint.of(["kty": "oct", "k": "AA"]) == nil)
        #expect(KeyThumbprint.of(["kty": "OKP", "crv": "Ed25519"]) == nil)
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `a damaged key is refused by its name`(_ algorithm: SigningAlgorithm) async throws {
        let row = try row(algorithm)
        let other = try self.row(algorithm)
        var spoiled = row.sealedPrivate
        spoiled[spoiled.count / 2] ^= 1
        for bytes in [spoiled, [], [1], Array(row.sealedPrivate.dropLast()), other.sealedPrivate] {
            await #expect(throws: InvalidValue.self) {
                _ = try await SigningKey(Self.copy(row, sealedPrivate: bytes), secrets: secrets)
            }
        }
        let stranger = MasterSecrets(.random())
        let error = await #expect(throws: InvalidValue.self) { _ = try await SigningKey(row, secrets: stranger) }
        #expect(error?.what == "signing key \(row.id)")
        for jwk in [other.publicJWK, "", "{}", "x", row.publicJWK.replacing("sig", with: "enc")] {
            #expect(throws: InvalidValue.self) { _ = try PublicKey(Self.copy(row, publicJWK: jwk)) }
        }
    }

    /// A private half that opens, and is not the one of its row.
    @Test func `a private half of another key is refused`() async throws {
        let row = try row(.es256)
        let box = try SealedBox.seal(
            KeyMaterial.make(.es256).stored, for: .signingKey, associatedData: Array(row.id.text.utf8), with: secrets)
        let error = await #expect(throws: InvalidValue.self) {
            _ = try await SigningKey(Self.copy(row, sealedPrivate: box.bytes), secrets: secrets)
        }
        #expect(error?.reason.contains("another key's") == true)
    }

    private static func copy(
        _ row: SigningKeyRow, publicJWK: String? = nil, sealedPrivate: [UInt8]? = nil
    ) -> SigningKeyRow {
        SigningKeyRow(
            id: row.id, algorithm: row.algorithm, publicJWK: publicJWK ?? row.publicJWK,
            sealedPrivate: sealedPrivate ?? row.sealedPrivate, life: row.life)
    }
}
