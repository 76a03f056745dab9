import Crypto
import CryptoExtras
import Foundation
import OAuth
import Secrets
import StrictFormats
import Testing

@testable import TykvaServer

@Suite struct OutsideKeyTests {
    private typealias Files = OutsideKeyFiles

    static func key(_ text: String, for algorithm: SigningAlgorithm? = nil) throws -> OutsideKey {
        try OutsideKey(Array(text.utf8), for: algorithm)
    }

    private func refusal(_ text: String, for algorithm: SigningAlgorithm? = nil) -> String? {
        do throws(InvalidValue) {
            _ = try OutsideKey(Array(text.utf8), for: algorithm)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(
        arguments: [
            (Files.ed25519, nil, SigningAlgorithm.edDSA), (Files.p256, nil, .es256), (Files.p256SEC1, nil, .es256),
            (Files.rsa2048, .rs256, .rs256), (Files.rsa2048PKCS1, .ps256, .ps256), (Files.ed25519, .edDSA, .edDSA),
            ("  \r\n" + Files.ed25519.replacing("\n", with: "\r\n") + "\r\n", nil, .edDSA),
        ] as [(String, SigningAlgorithm?, SigningAlgorithm)])
    func `keys of openssl are read`(
        _ pem: String, _ wanted: SigningAlgorithm?, _ algorithm: SigningAlgorithm
    ) async throws {
        let key = try Self.key(pem, for: wanted)
        #expect(key.algorithm == algorithm)
        let secrets = MasterSecrets(.random())
        let row = try SigningKey.row(key.material, life: KeyLife(publishedAt: Milliseconds(0)), secrets: secrets)
        let token = try await SigningKey(row, secrets: secrets).sign(.accessToken, [0x7B, 0x7D])
        #expect(try PublicKey(row).isSigner(of: token))
    }

    @Test(
        arguments: [
            (Files.rsa1024, SigningAlgorithm.rs256, "1024 bits"), (Files.rsa2048, nil, "--algorithm"),
            (Files.weakRSAJWK, nil, "below 2048 bits"),
            (Files.rsa2048, .es256, "--algorithm"), (Files.rsaPSS, .ps256, "plain RSA"), (Files.p384, nil, "P-256"),
            (Files.secp256k1, nil, "P-256"), (Files.ed448, nil, "Ed448"), (Files.x25519, nil, "not known"),
            (Files.encrypted, nil, "passphrase"), (Files.publicKey, nil, "no private key"),
            (Files.ed25519 + "\n" + Files.p256, nil, "2 private keys"), (Files.ed25519, .es256, "not for ES256"),
            (Files.ed25519.replacing("MC4C", with: "!!!!"), nil, "broken"), ("", nil, "no private key"),
            ("nonsense", nil, "no private key"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", nil, "not known"),
            ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", nil, "broken"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", nil, "OPENSSH"),
            ("-----BEGIN -----", nil, "no private key"),
        ] as [(String, SigningAlgorithm?, String)])
    func `keys of another kind, curve or strength are refused with the reason`(
        _ pem: String, _ algorithm: SigningAlgorithm?, _ reason: String
    ) {
        #expect(refusal(pem, for: algorithm)?.contains(reason) == true, "\(refusal(pem, for: algorithm) ?? "taken")")
    }

    @Test(arguments: 0..<64)
    func `a cut or spoiled file traps nothing`(_ seed: Int) {
        for pem in [Files.ed25519, Files.p256, Files.rsa2048, Files.p256SEC1] {
            let bytes = Array(pem.utf8)
            _ = try? OutsideKey(Array(bytes.prefix(bytes.count * seed / 64)), for: .rs256)
            var spoiled = bytes
            spoiled[bytes.count * seed / 64] ^= 0x11
            _ = try? OutsideKey(spoiled, for: .rs256)
        }
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `a private JWK is read, and one whose halves do not fit is refused`(_ algorithm: SigningAlgorithm) throws {
        let (material, other) = (try KeyMaterial.make(algorithm), try KeyMaterial.make(algorithm))
        let jwk = try Self.document(of: material)
        let read = try Self.key(JSONValue.object(jwk).encodedString)
        #expect(read.algorithm == algorithm)
        #expect(try read.material.publicMembers() == material.publicMembers())
        let set = JSONValue.object(["keys": [.object(jwk)]]).encodedString
        #expect(try Self.key(set).algorithm == algorithm)
        let foreign = try other.publicMembers()
        for name in ["x", "y", "n", "pub"] where jwk[name] != nil {
            var mixed = jwk
            mixed[name] = foreign[name]
            #expect(refusal(JSONValue.object(mixed).encodedString) != nil, "\(name)")
        }
        for (name, value) in [
            ("use", "enc"), ("key_ops", ["verify"]), ("alg", "ES384"), ("alg", .null), ("kty", "oct"), ("kty", nil),
            ("d", nil), ("priv", nil), ("d", "AA"), ("priv", "AA"), ("crv", "P-384"), ("crv", "X25519"), ("p", nil),
        ] as [(String, JSONValue?)] {
            guard value != nil || jwk[name] != nil else { continue }
            // An extra member that its type does not have changes nothing.
            guard jwk[name] != nil || ["use", "key_ops"].contains(name) else { continue }
            var spoiled = jwk
            spoiled[name] = value
            #expect(refusal(JSONValue.object(spoiled).encodedString) != nil, "\(name)")
        }
    }

    /// The library that reads it looks at neither its curve nor its point.
    @Test func `an EC key whose point is another key's is refused`() throws {
        let (one, two) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        var der = Array(one.derRepresentation)
        #expect(refusal(Self.pem(der)) == nil)
        der.replaceSubrange((der.count - 64)..., with: Array(two.publicKey.rawRepresentation))
        #expect(refusal(Self.pem(der)) != nil)
    }

    @Test func `an Ed25519 key whose public half is another key's is refused`() throws {
        let (one, two) = (Curve25519.Signing.PrivateKey(), Curve25519.Signing.PrivateKey())
        func pair(_ publicHalf: Curve25519.Signing.PublicKey) -> [UInt8] {
            [0x30, 0x51, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
                + one.rawRepresentation + [0x81, 0x21, 0x00] + publicHalf.rawRepresentation
        }
        #expect(refusal(Self.pem(pair(one.publicKey))) == nil)
        #expect(refusal(Self.pem(pair(two.publicKey)))?.contains("another key's") == true)
    }

    @Test func `an ML-DSA key is read from PKCS 8, with and without the expanded key`() throws {
        let seed = [UInt8](0..<32)
        let head: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12]
        let alone = [0x30, 0x34, 0x02, 0x01, 0x00, 0x30, 0x0B] + head + [0x04, 0x22, 0x80, 0x20] + seed
        let expected = try MLDSA65.PrivateKey(seedRepresentation: seed, publicKey: nil).publicKey.rawRepresentation
        let both =
            [0x30, 0x82, 0x0F, 0xFE, 0x02, 0x01, 0x00, 0x30, 0x0B] + head
            + [0x04, 0x82, 0x0F, 0xEA, 0x30, 0x82, 0x0F, 0xE6, 0x04, 0x20] + seed + [0x04, 0x82, 0x0F, 0xC0]
            + expected.prefix(32) + [UInt8](repeating: 7, count: 4000)
        for der in [alone, both] {
            let key = try Self.key(Self.pem(der))
            #expect(try key.material.publicMembers()["pub"] == .string(Base64URL.encode(Array(expected))))
            #expect(refusal(Self.pem(Array(der.dropLast()))) != nil)
        }
        var mixed = both
        mixed[mixed.count - 4032] ^= 1
        #expect(refusal(Self.pem(mixed))?.contains("another key's") == true)
        var larger = alone
        larger[17] = 0x13
        #expect(refusal(Self.pem(larger))?.contains("another size") == true)
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `a public key is printed in PEM that others read`(_ algorithm: SigningAlgorithm) throws {
        let material = try KeyMaterial.make(algorithm)
        let secrets = MasterSecrets(.random())
        let row = try SigningKey.row(material, life: KeyLife(publishedAt: Milliseconds(0)), secrets: secrets)
        let pem = try PublicKey(row).pem
        #expect(pem.hasPrefix("-----BEGIN PUBLIC KEY-----\n") && pem.hasSuffix("\n-----END PUBLIC KEY-----\n"))
        switch material {
        case .es256(let key): #expect(pem == key.publicKey.pemRepresentation + "\n")
        case .rs256(let key), .ps256(let key):
            let read = try _RSA.Signing.PublicKey(pemRepresentation: pem)
            #expect(read.derRepresentation == key.publicKey.derRepresentation)
        case .edDSA(let key):
            let der = try #require(Data(base64Encoded: pem.split(separator: "\n")[1].description))
            #expect(der.count == 44 && der.suffix(32) == key.publicKey.rawRepresentation)
        case .mlDSA65: #expect(pem.split(separator: "\n").dropFirst().dropLast().joined().utf8.count == 2632)
        }
    }

    static func pem(_ der: [UInt8]) -> String {
        "-----BEGIN PRIVATE KEY-----\n\(Data(der).base64EncodedString())\n-----END PRIVATE KEY-----\n"
    }

    static func jwk(of material: KeyMaterial) throws -> [UInt8] {
        JSONValue.object(try document(of: material)).encoded()
    }

    private static func document(of material: KeyMaterial) throws -> JSONObject {
        var jwk = try material.publicMembers()
        func text(_ bytes: some Sequence<UInt8>) -> JSONValue { .string(Base64URL.encode(Array(bytes))) }
        switch material {
        case .es256(let key): jwk["d"] = text(key.rawRepresentation)
        case .edDSA(let key): jwk["d"] = text(key.rawRepresentation)
        case .mlDSA65(let key): jwk["priv"] = text(key.seedRepresentation)
        case .rs256(let key), .ps256(let key):
            // PKCS #1: version, n, e, d, p, q, … (RFC 8017 A.1.2).
            let numbers = integers(Array(key.derRepresentation))
            for (index, name) in ["d", "p", "q"].enumerated() {
                jwk[name] = text(numbers[index + 3].drop { $0 == 0 })
            }
        }
        return jwk
    }

    /// The integers of a DER sequence.
    private static func integers(_ der: [UInt8]) -> [ArraySlice<UInt8>] {
        var rest = der[...]
        func length() -> Int {
            let first = Int(rest.removeFirst())
            guard first >= 0x80 else { return first }
            return (0..<(first & 0x7F)).reduce(0) { length, _ in length << 8 | Int(rest.removeFirst()) }
        }
        rest.removeFirst()
        _ = length()
        var numbers: [ArraySlice<UInt8>] = []
        while rest.first == 0x02 {
            rest.removeFirst()
            let count = length()
            numbers.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return numbers
    }
}
