package import StrictFormats

/// Reads one JSON Web Key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2, RFC 9964).
struct JWKReader {
    let document: JSONObject
    let index: Int

    /// Members that a public key never has: RFC 7518 §6.2.2, §6.3.2, §6.4.1 and RFC 9964.
    private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"]

    /// Bits of an RSA modulus: RFC 7518 §3.3 wants 2048 at least; larger ones only cost time.
    private static let modulusBits = 2048...8192

    /// The key's id, after what makes the whole set bad; nil when it has none and so cannot be found.
    func keyID() throws(JWKSetError) -> String? {
        for name in Self.privateMembers where document[name] != nil {
            throw JWKSetError("key \(index) has the private member \(name)")
        }
        guard let type = document["kty"]?.stringValue else { throw JWKSetError("key \(index) has no kty") }
        guard type != "oct" else { throw JWKSetError("key \(index) is symmetric") }
        switch document["kid"] {
        case nil: return nil
        case .string(let id) where !id.isEmpty: return id
        default: throw JWKSetError("key \(index) has a kid that is empty or no text")
        }
    }

    /// The key, or nil when it is not for checking signatures that we know.
    func key(id: String) throws(JWKSetError) -> VerificationKey? {
        guard try isForSignatures(), let algorithm = try algorithm() else { return nil }
        return try key(id: id, for: algorithm)
    }

    /// The key, for an algorithm that the caller has chosen.
    func key(id: String, for algorithm: TokenAlgorithm) throws(JWKSetError) -> VerificationKey {
        switch algorithm.kind {
        case .es256:
            try require("kty", "EC")
            try require("crv", "P-256")
            let x = try bytes("x", count: 32)
            return try make(id, algorithm) { try .init(p256: x, try bytes("y", count: 32)) }
        case .rs256, .ps256:
            try require("kty", "RSA")
            let modulus = try bytes("n")
            let exponent = try bytes("e")
            try check(modulus: modulus, exponent: exponent)
            return try make(id, algorithm) {
                try .init(modulus: modulus, exponent: exponent, isPSS: algorithm == .ps256)
            }
        case .eddsa:
            try require("kty", "OKP")
            try require("crv", "Ed25519")
            let point = try bytes("x", count: 32)
            return try make(id, algorithm) { try .init(ed25519: point) }
        case .mlDSA65:
            try require("kty", "AKP")
            let encoded = try bytes("pub", count: VerificationKey.Material.mlDSA65Bytes)
            return try make(id, algorithm) { try .init(mlDSA65: encoded) }
        }
    }

    /// RFC 7517 §4.2 and §4.3.
    func isForSignatures() throws(JWKSetError) -> Bool {
        switch document["use"] {
        case nil: break
        case .string(let use): guard use == "sig" else { return false }
        default: throw JWKSetError("key \(index) has a use that is no text")
        }
        guard let operations = document["key_ops"] else { return true }
        guard let names = operations.stringArrayValue else {
            throw JWKSetError("key \(index) has key_ops that are no texts")
        }
        return names.contains("verify")
    }

    /// RFC 7517 §4.4: optional there, required here, or a token could choose how its key is used.
    private func algorithm() throws(JWKSetError) -> TokenAlgorithm? {
        switch document["alg"] {
        case nil: return nil
        case .string(let name): return TokenAlgorithm(name: name)
        default: throw JWKSetError("key \(index) has an alg that is no text")
        }
    }

    private func require(_ name: String, _ value: String) throws(JWKSetError) {
        guard document[name] == .string(value) else {
            throw JWKSetError("key \(index) has an alg that does not fit its \(name)")
        }
    }

    private func bytes(_ name: String, count: Int? = nil) throws(JWKSetError) -> [UInt8] {
        guard let text = document[name]?.stringValue, let bytes = Base64URL.decode(text), !bytes.isEmpty else {
            throw JWKSetError("key \(index) has no \(name) in base64url")
        }
        guard count == nil || bytes.count == count else {
            throw JWKSetError("key \(index) has \(name) of a wrong length")
        }
        return bytes
    }

    /// RFC 7518 §6.3.1 (no leading zero) and FIPS 186-5 §5.4 (an odd exponent, 2¹⁶ < e).
    private func check(modulus: [UInt8], exponent: [UInt8]) throws(JWKSetError) {
        let bits = modulus.count * 8 - modulus[0].leadingZeroBitCount
        guard modulus[0] != 0, exponent[0] != 0 else {
            throw JWKSetError("key \(index) has a number with leading zeros")
        }
        guard Self.modulusBits.contains(bits) else {
            throw JWKSetError(
                "key \(index) is an RSA key of \(bits) bits, and \(Self.modulusBits.lowerBound) are needed")
        }
        let value = exponent.count <= 4 ? exponent.reduce(0) { $0 << 8 | UInt64($1) } : 0
        guard value > 1 << 16, value % 2 == 1 else { throw JWKSetError("key \(index) has a weak or unusable exponent") }
    }

    private func make(
        _ id: String, _ algorithm: TokenAlgorithm, _ material: () throws -> VerificationKey.Material
    ) throws(JWKSetError) -> VerificationKey {
        do {
            return VerificationKey(id: id, algorithm: algorithm, material: try material())
        } catch let error as JWKSetError {
            throw error
        } catch {
            throw JWKSetError("key \(index) is not a valid public key")
        }
    }
}

extension VerificationKey {
    /// One public key of its own, with its `kid` and `alg`.
    package init(jwk: JSONObject) throws(JWKSetError) {
        let reader = JWKReader(document: jwk, index: 0)
        guard let id = try reader.keyID(), let key = try reader.key(id: id) else {
            throw JWKSetError("the key is not for signatures that are known here")
        }
        self = key
    }
}
