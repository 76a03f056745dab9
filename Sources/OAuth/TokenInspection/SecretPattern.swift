import StrictFormats

/// Recognises secrets by their form: other tokens, private keys, password hashes, the keys of well-known services.
enum SecretPattern {
    private static let beginnings = [
        "tkvr_", "tkvc_", "tkvm_", "ghp_", "gho_", "ghu_", "ghs_", "github_pat_", "glpat-", "sk_live_", "rk_live_",
        "xoxb-", "xoxp-", "$2a$", "$2b$", "$2y$", "$argon2", "$5$", "$6$", "$y$", "{SSHA}",
    ]
    private static let leastCharacters = 20

    static func occurs(in text: String) -> Bool {
        if text.contains("PRIVATE KEY-----") { return true }
        let words = text.split { $0.isWhitespace || "\"',;<>".contains($0) }
        return words.contains { isOne($0) }
    }

    private static func isOne(_ word: Substring) -> Bool {
        if isSocialSecurityNumber(word) { return true }
        guard word.utf8.count >= leastCharacters else { return false }
        return beginnings.contains { word.utf8.starts(with: $0.utf8) } || isCloudKey(word) || isToken(word)
    }

    /// A JWT or JWE inside the token; `eyJ` is how `{"` begins in base64.
    private static func isToken(_ word: Substring) -> Bool {
        guard word.utf8.starts(with: "eyJ".utf8) else { return false }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return (parts.count == 3 || parts.count == 5) && Base64URL.decode(parts[0]) != nil
    }

    /// The identifier that stands beside a secret access key.
    private static func isCloudKey(_ word: Substring) -> Bool {
        (word.utf8.starts(with: "AKIA".utf8) || word.utf8.starts(with: "ASIA".utf8)) && word.utf8.count == 20
            && word.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
    }

    private static func isSocialSecurityNumber(_ word: Substring) -> Bool {
        let groups = word.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [3, 2, 4]
            && groups.joined().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
