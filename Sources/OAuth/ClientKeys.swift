import StrictFormats

/// The public keys by which a client proves itself (RFC 7523 §2.2; RFC 7591 §2, `jwks` and `jwks_uri`).
package enum ClientKeys: Hashable, Sendable {
    /// A JSON Web Key Set (RFC 7517 §5), as the operator gave it.
    case set(String)
    /// Where the client publishes its set.
    case url(String)

    package static let maximumSetBytes = 16 * 1024
    package static let maximumURLBytes = 512

    /// Refuses what could never prove a client, and what a client must keep to itself; called before it is written.
    ///
    /// - Throws: When the set is no JWKS of at most 16 KiB, holds a private or symmetric key, or no key for ES256,
    ///   RS256, PS256 or EdDSA; when the URL is neither https nor http on a loopback host.
    package func check() throws(InvalidValue) {
        switch self {
        case .set(let json): try Self.check(set: json)
        case .url(let text):
            try FetchedURI.check(text, what: "address of the key set", maximumBytes: Self.maximumURLBytes)
        }
    }

    private static func check(set json: String) throws(InvalidValue) {
        func invalid(_ reason: String) -> InvalidValue { InvalidValue("key set", reason) }
        let limits = JSONLimits(bytes: maximumSetBytes, depth: 8, members: 64)
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: json, limits: limits)
        } catch {
            throw invalid("it is no JSON of at most \(maximumSetBytes) bytes: \(error)")
        }
        guard let keys = document.objectValue?["keys"]?.arrayValue else {
            throw invalid("it is no JSON object with an array \"keys\" (RFC 7517 §5)")
        }
        var usable = 0
        for key in keys {
            guard let key = key.objectValue else { throw invalid("one of its keys is no JSON object") }
            guard !PublicJWK.hasPrivateMember(key) else {
                throw invalid("one of its keys is private or symmetric; give the public keys only")
            }
            if PublicJWK.checksSignatures(key) { usable += 1 }
        }
        guard usable > 0 else { throw invalid("it has no public key for ES256, RS256, PS256 or EdDSA") }
    }
}
