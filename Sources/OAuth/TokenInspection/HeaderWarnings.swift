import StrictFormats

/// What the other members of a header give away.
enum HeaderWarnings {
    /// Key management that is broken or breaks easily (RFC 7518 §4.2; RFC 8725 §3.2).
    private static let weakKeyManagement: Set = ["RSA1_5", "none"]

    static func of(_ header: JSONObject?, isEncrypted: Bool) -> [TokenWarning] {
        guard let header else { return [] }
        var warnings: [TokenWarning] = []
        if isEncrypted { warnings += encryptionWarnings(header["alg"]?.stringValue) }
        if isEmpty(header["typ"]) {
            warnings.append(
                TokenWarning(.noType, at: "header.typ", "without a type another kind of token can pass for it"))
        }
        if isEmpty(header["kid"]) {
            warnings.append(TokenWarning(.noKeyID, at: "header.kid", "without a key id, keys cannot be changed safely"))
        }
        for name in ["jku", "x5u", "jwk", "x5c"] where header[name] != nil {
            let sentence = "the token brings its own key; a service that uses it accepts anybody's token"
            warnings.append(TokenWarning(.keyFromToken, at: "header.\(name)", sentence))
        }
        if header["crit"] != nil {
            let sentence = "services that do not know the extension must refuse the token, and some do not"
            warnings.append(TokenWarning(.criticalExtension, at: "header.crit", sentence))
        }
        for name in ["b64", "zip"] where header[name] != nil {
            warnings.append(TokenWarning(.unusualEncoding, at: "header.\(name)", "many services cannot read the token"))
        }
        return warnings
    }

    private static func encryptionWarnings(_ algorithm: String?) -> [TokenWarning] {
        guard let algorithm, !algorithm.isEmpty else {
            return [TokenWarning(.noAlgorithm, at: "header.alg", "the header names no algorithm")]
        }
        guard weakKeyManagement.contains(algorithm) else { return [] }
        return [TokenWarning(.weakAlgorithm, at: "header.alg", "the encryption can be broken by asking its recipient")]
    }

    private static func isEmpty(_ value: JSONValue?) -> Bool {
        value?.stringValue?.isEmpty ?? true
    }
}
