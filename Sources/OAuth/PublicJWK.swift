import StrictFormats

/// Recognises a JWK that can check a signature (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
enum PublicJWK {
    /// Members that a public key never has: RFC 7518 §6.2.2, §6.3.2, §6.4.1 and RFC 9964.
    private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"]

    /// RFC 7518 §3.3 wants 2048 bits at least; larger ones than 8192 only cost time.
    private static let modulusBytes = 256...1024

    static func hasPrivateMember(_ key: JSONObject) -> Bool {
        privateMembers.contains { key[$0] != nil } || key["kty"]?.stringValue == "oct"
    }

    /// Whether it is for ES256, RS256, PS256 or EdDSA, and for signatures.
    static func checksSignatures(_ key: JSONObject) -> Bool {
        if let use = key["use"], use.stringValue != "sig" { return false }
        if let operations = key["key_ops"], operations.stringArrayValue?.contains("verify") != true { return false }
        switch key["kty"]?.stringValue {
        case "EC":
            return isFor(key, ["ES256"]) && key["crv"]?.stringValue == "P-256" && bytes(key, "x")?.count == 32
                && bytes(key, "y")?.count == 32
        case "OKP":
            return isFor(key, ["EdDSA", "Ed25519"]) && key["crv"]?.stringValue == "Ed25519"
                && bytes(key, "x")?.count == 32
        case "RSA":
            guard let modulus = bytes(key, "n")?.drop(while: { $0 == 0 }) else { return false }
            return isFor(key, ["RS256", "PS256"]) && modulusBytes.contains(modulus.count)
                && bytes(key, "e")?.isEmpty == false
        default: return false
        }
    }

    private static func isFor(_ key: JSONObject, _ algorithms: [String]) -> Bool {
        guard let algorithm = key["alg"] else { return true }
        return algorithm.stringValue.map(algorithms.contains) == true
    }

    private static func bytes(_ key: JSONObject, _ name: String) -> [UInt8]? {
        key[name]?.stringValue.flatMap { Base64URL.decode($0) }
    }
}
