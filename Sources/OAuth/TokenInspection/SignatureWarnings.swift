import StrictFormats

/// What algorithm and signature of a JWT give away.
enum SignatureWarnings {
    /// The bytes of a signature by algorithm (RFC 7518 §3.4, RFC 8037 §3.1, RFC 9964).
    private static let lengths = [
        "ES256": 64, "ES384": 96, "ES512": 132, "ES256K": 64, "Ed25519": 64, "Ed448": 114, "ML-DSA-44": 2_420,
        "ML-DSA-65": 3_309, "ML-DSA-87": 4_627,
    ]
    private static let rsa: Set = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
    private static let hmac: Set = ["HS256", "HS384", "HS512"]
    private static let weak: Set = ["RS1", "HS1", "HS256/64", "MD5", "RSMD5", "RSA1_5"]
    /// Of a 2048-bit key, the least that RFC 7518 §3.3 allows.
    private static let leastRSABytes = 256

    static func of(_ header: JSONObject?, signature: [UInt8]?, encoded: Substring) -> [TokenWarning] {
        guard let header else { return [] }
        guard let algorithm = header["alg"]?.stringValue, !algorithm.isEmpty else {
            return [TokenWarning(.noAlgorithm, at: "header.alg", "the header names no signature algorithm")]
        }
        if algorithm.lowercased() == "none" {
            return [TokenWarning(.unsigned, at: "header.alg", "the token is not signed: anybody can write one")]
        }
        if hmac.contains(algorithm) {
            let sentence = "a shared secret signs the token, so that every service that checks can also forge"
            return [TokenWarning(.hmac, at: "header.alg", sentence)]
        }
        if weak.contains(algorithm.uppercased()) {
            return [TokenWarning(.weakAlgorithm, at: "header.alg", "the signature algorithm is broken")]
        }
        return lengthWarnings(algorithm, count: signature?.count, isEmpty: encoded.isEmpty)
    }

    private static func lengthWarnings(_ algorithm: String, count: Int?, isEmpty: Bool) -> [TokenWarning] {
        let isKnown = rsa.contains(algorithm) || lengths[algorithm] != nil || algorithm == "EdDSA"
        guard isKnown else {
            return [
                TokenWarning(.unknownAlgorithm, at: "header.alg", "the signature algorithm is not a registered one")
            ]
        }
        guard !isEmpty, let count else {
            return [TokenWarning(.wrongSignatureLength, at: "signature", "the signature is missing or not base64url")]
        }
        if rsa.contains(algorithm) {
            guard count < leastRSABytes else { return [] }
            return [TokenWarning(.weakKey, at: "signature", "it was made with an RSA key of less than 2048 bits")]
        }
        let isRight = algorithm == "EdDSA" ? count == 64 || count == 114 : count == lengths[algorithm]
        guard !isRight else { return [] }
        return [
            TokenWarning(.wrongSignatureLength, at: "signature", "its length is not that of the algorithm's signatures")
        ]
    }
}
