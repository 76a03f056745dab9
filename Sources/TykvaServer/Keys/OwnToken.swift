import OAuth
import Storage
import StrictFormats

/// A token that this deployment signed and that came back: at UserInfo, at introspection, as a hint.
///
/// Signature, kind and issuer are checked; what else must hold is for the caller to say.
struct OwnToken: Sendable {
    private static let maximumBytes = 16 * 1024
    let claims: JSONObject

    /// - Returns: Nil for anything that no key of ours signed as this kind of token. An ID token may be of a key that
    ///   has left the key set, for sessions live longer; nothing of a revoked key is believed.
    private init?(_ text: String, kind: TokenKind, keys: KeyRing.Snapshot, issuer: Issuer, at now: Milliseconds) {
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { return nil }
        guard header["typ"]?.stringValue == kind.rawValue, header["crit"] == nil,
            let kid = header["kid"]?.stringValue,
            let key = keys.key(kid, mayBeGone: kind == .idToken, at: now),
            header["alg"]?.stringValue == key.algorithm.rawValue,
            key.isValid(signature, of: bytes[..<(parts[1].endIndex)]), claims["iss"]?.stringValue == issuer.text
        else { return nil }
        self.claims = claims
    }

    /// A token that came back, by the keys of this moment.
    ///
    /// - Returns: Nil as `init` does.
    /// - Throws: When storage should be asked, and does not answer.
    static func verified(
        _ text: String, kind: TokenKind, by keys: KeyRing, issuer: Issuer, at now: Milliseconds
    ) async throws(StorageError) -> OwnToken? {
        guard let kid = keyID(of: text) else { return nil }
        try await keys.renewWhenOld()
        let snapshot = keys.current
        if let token = OwnToken(text, kind: kind, keys: snapshot, issuer: issuer, at: now) { return token }
        // Another node may sign already with a key that this one has not read.
        guard !snapshot.knows(kid) else { return nil }
        try await keys.lookUp()
        return OwnToken(text, kind: kind, keys: keys.current, issuer: issuer, at: now)
    }

    /// What a header names, where it could be a key of ours.
    private static func keyID(of text: String) -> String? {
        guard text.utf8.count <= maximumBytes, let header = text.utf8.firstIndex(of: UInt8(ascii: ".")) else {
            return nil
        }
        return object(Array(text.utf8[..<header])[...])?["kid"]?.stringValue.flatMap(KeyID.init)?.text
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

    private static func object(_ part: ArraySlice<UInt8>) -> JSONObject? {
        Base64URL.decode(part).flatMap { try? JSONValue(parsing: $0, limits: .token) }?.objectValue
    }
}
