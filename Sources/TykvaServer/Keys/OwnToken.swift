import OAuth
import Storage
import StrictFormats

/// A token that this deployment signed and that came back: at UserInfo, at introspection, as a hint.
///
/// Signature, kind and issuer are checked; what else must hold is for the caller to say.
struct OwnToken: Sendable {
    let claims: JSONObject

    /// - Returns: Nil for anything that no key of ours signed as this kind of token. An ID token may be of a key that
    ///   has left the key set, for sessions live longer; nothing of a revoked key is believed.
    private init?(_ text: TokenText, kind: TokenKind, keys: KeyRing.Snapshot, issuer: Issuer, at now: Milliseconds) {
        guard text.header["typ"]?.stringValue == kind.rawValue, text.header["crit"] == nil,
            let key = keys.key(text.kid, mayBeGone: kind == .idToken, at: now),
            text.header["alg"]?.stringValue == key.algorithm.rawValue, key.isValid(text.signature, of: text.signed),
            text.claims["iss"]?.stringValue == issuer.text
        else { return nil }
        claims = text.claims
    }

    /// A token that came back, by the keys of this moment.
    ///
    /// - Returns: Nil as `init` does.
    /// - Throws: When storage should be asked, and does not answer.
    static func verified(
        _ text: String, kind: TokenKind, by keys: KeyRing, issuer: Issuer, at now: Milliseconds
    ) async throws(StorageError) -> OwnToken? {
        guard let text = TokenText(text) else { return nil }
        try await keys.renewWhenOld()
        let snapshot = keys.current
        if let token = OwnToken(text, kind: kind, keys: snapshot, issuer: issuer, at: now) { return token }
        // Another node may sign already with a key that this one has not read.
        guard !snapshot.knows(text.kid) else { return nil }
        try await keys.lookUp()
        return OwnToken(text, kind: kind, keys: keys.current, issuer: issuer, at: now)
    }

    var subject: String? { claims["sub"]?.stringValue }
    var client: ClientID? { claims["client_id"]?.stringValue.flatMap(ClientID.init) }
    var session: SessionID? { claims["sid"]?.stringValue.flatMap(SessionID.init) }
    /// Of an access token.
    var id: AccessTokenID? { claims["jti"]?.stringValue.flatMap(AccessTokenID.init) }
    var scope: Scope { claims["scope"]?.stringValue.flatMap { Scope($0) } ?? .empty }

    var audience: [String] {
        claims["aud"]?.stringArrayValue ?? claims["aud"]?.stringValue.map { [$0] } ?? []
    }

    func isLive(at now: Milliseconds) -> Bool {
        (claims["exp"]?.integerValue).map { now.seconds < $0 } ?? false
    }
}

/// The parts of a token in the compact form (RFC 7515 §7.1) that names a key which could be ours; nothing is checked.
private struct TokenText {
    private static let maximumBytes = 16 * 1024
    let header: JSONObject
    let kid: String
    let claims: JSONObject
    let signature: [UInt8]
    /// What the signature is about.
    let signed: ArraySlice<UInt8>

    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Base64URL.decode(parts[2]),
            let kid = header["kid"]?.stringValue.flatMap(KeyID.init)?.text
        else { return nil }
        self.header = header
        self.kid = kid
        self.claims = claims
        self.signature = signature
        signed = bytes[..<parts[1].endIndex]
    }

    private static func object(_ part: ArraySlice<UInt8>) -> JSONObject? {
        Base64URL.decode(part).flatMap { try? JSONValue(parsing: $0, limits: .token) }?.objectValue
    }
}
