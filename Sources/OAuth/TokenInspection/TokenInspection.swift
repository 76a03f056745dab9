import StrictFormats

/// What a text that claims to be a token says, without trusting any of it.
///
/// No signature is checked. What it shows tells what a token's readers can read, and what may be wrong with it.
package struct TokenInspection: Sendable {
    package enum Kind: String, Sendable, Hashable {
        /// A signed JWT, or one that says it is (RFC 7519).
        case jwt
        /// Five parts: only the one for whom it is encrypted can read the contents (RFC 7516).
        case encrypted
        case refreshToken = "refresh-token"
        case clientSecret = "client-secret"
        case masterSecret = "master-secret"
        case opaque
    }

    /// A time among the claims.
    package struct Time: Sendable, Hashable {
        package let claim: String
        package let instant: Milliseconds
    }

    /// Longer texts are not taken apart.
    package static let maximumBytes = 262_144
    package static let maximumWarnings = 100

    package let kind: Kind
    /// One sentence: what the text is.
    package let summary: String
    package let byteCount: Int
    package let header: InspectedPart?
    package let claims: InspectedPart?
    /// Nil when there is no signature part, or none that can be decoded.
    package let signatureByteCount: Int?
    /// `iat`, `nbf`, `auth_time` and `exp`, where they are times.
    package let times: [Time]
    package let warnings: [TokenWarning]

    /// Takes a text apart. White space around it and a leading `Bearer` are ignored.
    package init(of text: String, now: Milliseconds) {
        let token = Self.trimmed(text)
        let credential = TykvaCredential(token)
        byteCount = token.utf8.count
        let parts = token.split(separator: ".", maxSplits: 5, omittingEmptySubsequences: false)
        var warnings = Self.sizeWarnings(byteCount)
        let isCompact =
            byteCount <= Self.maximumBytes && credential == nil && token.utf8.first != UInt8(ascii: "{")
        switch isCompact ? parts.count : 0 {
        case 3:
            let header = InspectedPart(encoded: parts[0])
            let claims = InspectedPart(encoded: parts[1])
            let signature = Base64URL.decode(parts[2]) ?? LenientBase64.decode(parts[2])
            kind = .jwt
            summary = Self.jwtSummary(header, hasSignature: !parts[2].isEmpty)
            warnings += Self.faults(of: header, "header") + Self.faults(of: claims, "claims")
            if Base64URL.decode(parts[2]) == nil {
                let sentence = "it is not canonical base64url without padding; a strict reader refuses the token"
                warnings.append(TokenWarning(.malformed, at: "signature", sentence))
            }
            warnings += SignatureWarnings.of(header.value, signature: signature, encoded: parts[2])
            warnings += HeaderWarnings.of(header.value, isEncrypted: false)
            warnings += ClaimWarnings.of(claims, now: now)
            (self.header, self.claims, signatureByteCount) = (header, claims, signature?.count)
            times = ClaimWarnings.times(claims.value)
        case 5:
            let header = InspectedPart(encoded: parts[0])
            kind = .encrypted
            summary = "an encrypted token (JWE): only its recipient can read what is in it"
            warnings += Self.faults(of: header, "header") + HeaderWarnings.of(header.value, isEncrypted: true)
            (self.header, claims, signatureByteCount, times) = (header, nil, nil, [])
        default:
            kind = credential?.kind ?? .opaque
            summary = credential?.summary ?? Self.opaqueSummary(token, parts: parts.count)
            if let credential { warnings.append(TokenWarning(.isSecret, credential.advice)) }
            (header, claims, signatureByteCount, times) = (nil, nil, nil, [])
        }
        self.warnings = Self.bounded(warnings)
    }

    private static func trimmed(_ text: String) -> Substring {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        var token = Substring(text.utf8.drop(while: isBlank))
        if token.utf8.count > 7, token.prefix(7).lowercased() == "bearer " {
            token = Substring(token.utf8.dropFirst(7).drop(while: isBlank))
        }
        while let last = token.utf8.last, isBlank(last) { token = Substring(token.utf8.dropLast()) }
        return token
    }

    private static func jwtSummary(_ header: InspectedPart, hasSignature: Bool) -> String {
        if header.value == nil { return "three parts as of a JWT, but the first is no header" }
        return hasSignature ? "a signed JWT; its signature was not checked" : "a JWT without a signature"
    }

    private static func opaqueSummary(_ token: Substring, parts: Int) -> String {
        if token.isEmpty { return "nothing: the input is empty" }
        if token.utf8.count > maximumBytes { return "too long to be a token: more than \(maximumBytes) bytes" }
        if token.utf8.first == UInt8(ascii: "{") { return "JSON and no token: give the token alone" }
        if parts > 1 { return "no token: a JWT has three parts, an encrypted one five, and this has another number" }
        return "an opaque token of \(token.utf8.count) bytes: only its issuer knows what it stands for"
    }

    private static func sizeWarnings(_ byteCount: Int) -> [TokenWarning] {
        if byteCount > 8_192 {
            return [
                TokenWarning(
                    .veryLarge, "it has \(byteCount) bytes: above 8 KiB many servers refuse the header it travels in")
            ]
        }
        guard byteCount > 4_096 else { return [] }
        return [
            TokenWarning(.large, "it has \(byteCount) bytes: above 4 KiB it fits no cookie and costs every request")
        ]
    }

    private static func faults(of part: InspectedPart, _ name: String) -> [TokenWarning] {
        part.fault.map { [TokenWarning(.malformed, at: name, "\($0); a strict reader refuses the token")] } ?? []
    }

    private static func bounded(_ warnings: [TokenWarning]) -> [TokenWarning] {
        guard warnings.count > maximumWarnings else { return warnings }
        let rest = warnings.count - maximumWarnings
        return warnings.prefix(maximumWarnings) + [TokenWarning(.more, "\(rest) more warnings are left out")]
    }
}
