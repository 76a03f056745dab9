import StrictFormats

/// The public keys by which a client signs its assertions (RFC 7523 §3).
///
/// A key may come without `kid` and `alg` (RFC 7517 §4.4 and §4.5 make both optional): it is then good for what its
/// type can do. A set with a private or symmetric key is refused whole; keys that are broken, weak or not for us are
/// passed over.
package struct AssertionKeys: Sendable {
    package static let maximumBytes = 64 * 1024
    private static let limits = JSONLimits(bytes: maximumBytes, depth: 8, members: 1024)

    /// With an empty `id` where there is no `kid`.
    private let keys: [VerificationKey]

    /// What a search ends with.
    package enum Finding: Sendable {
        case key(VerificationKey)
        /// A set of another moment may have it.
        case unknown
        /// There are several, and nothing says which.
        case ambiguous
    }

    /// - Parameter json: A JSON Web Key Set of at most 64 KiB and 64 keys.
    package init(json: [UInt8]) throws(JWKSetError) {
        let set: JSONValue
        do {
            set = try JSONValue(parsing: json, limits: Self.limits)
        } catch {
            throw JWKSetError("\(error)")
        }
        guard let documents = set.objectValue?["keys"]?.arrayValue else {
            throw JWKSetError("there is no array of keys")
        }
        guard documents.count <= JWKSet.maximumKeys else {
            throw JWKSetError("there are \(documents.count) keys, more than \(JWKSet.maximumKeys)")
        }
        var keys: [VerificationKey] = []
        for (index, document) in documents.enumerated() {
            guard let document = document.objectValue else { throw JWKSetError("key \(index) is not an object") }
            let reader = JWKReader(document: document, index: index)
            let id = try reader.keyID() ?? ""
            guard (try? reader.isForSignatures()) == true else { continue }
            for algorithm in Self.algorithms(of: document) {
                if let key = try? reader.key(id: id, for: algorithm) { keys.append(key) }
            }
        }
        self.keys = keys
    }

    /// The one key for an algorithm: of a `kid`, or the only one where none is named on one of the sides.
    package func key(id: String?, for algorithm: TokenAlgorithm) -> Finding {
        let fitting = keys.filter { $0.algorithm == algorithm }
        guard let id else { return Self.only(fitting) }
        let named = fitting.filter { $0.id.utf8.elementsEqual(id.utf8) }
        if named.isEmpty, fitting.allSatisfy({ $0.id.isEmpty }) { return Self.only(fitting) }
        return Self.only(named)
    }

    private static func only(_ keys: [VerificationKey]) -> Finding {
        guard let first = keys.first else { return .unknown }
        return keys.count == 1 ? .key(first) : .ambiguous
    }

    private static func algorithms(of document: JSONObject) -> [TokenAlgorithm] {
        switch document["alg"] {
        case nil: break
        // RFC 9864 §2.2: what `EdDSA` means here, by its newer name.
        case .string("Ed25519"): return [.eddsa]
        case .string(let name): return TokenAlgorithm(assertionName: name).map { [$0] } ?? []
        default: return []
        }
        switch document["kty"]?.stringValue {
        case "EC": return [.es256]
        case "OKP": return [.eddsa]
        case "RSA": return [.rs256, .ps256]
        default: return []
        }
    }
}

extension TokenAlgorithm {
    /// Of a client's assertion: all but ML-DSA-65, whose keys and signatures are too long for a registration.
    package init?(assertionName name: String) {
        guard let algorithm = TokenAlgorithm(name: name), algorithm != .mlDSA65 else { return nil }
        self = algorithm
    }
}
