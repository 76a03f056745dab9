import StrictFormats

/// A header that needs no reading, because its text is known to pass.
///
/// An issuer writes one and the same header under a key, and there are six orders of its three members. Comparing with
/// them gives the verdict that reading the header would give.
struct ExpectedHeader: Sendable {
    /// The base64url text.
    let text: [UInt8]

    /// The key's place in its set.
    let keyIndex: Int

    /// The `typ` in it; a profile that wants another must not use these headers.
    static let type = "at+jwt"

    /// With more keys than this, reading a header is faster than comparing.
    private static let maximumKeys = 8

    static func all(for keys: [VerificationKey]) -> [ExpectedHeader] {
        guard keys.count <= maximumKeys else { return [] }
        return keys.enumerated().flatMap { index, key in
            let (alg, typ, kid) = (("alg", key.algorithm.name), ("typ", type), ("kid", key.id))
            return [
                [alg, typ, kid], [alg, kid, typ], [typ, alg, kid], [typ, kid, alg], [kid, alg, typ], [kid, typ, alg],
            ].map { ExpectedHeader(text: text(of: $0), keyIndex: index) }
        }
    }

    private static func text(of members: [(String, String)]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in members { writer.member(name, value) }
        writer.endObject()
        return Array(Base64URL.encode(writer.bytes).utf8)
    }
}
