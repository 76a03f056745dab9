import StrictFormats

/// The public keys of an issuer (RFC 7517 §5).
///
/// A set with a private or symmetric key, with two keys of one `kid`, or with a weak or broken key is refused whole:
/// its issuer is not well. Keys that are merely not for us (an algorithm that we do not know, another `use`, no `alg`,
/// no `kid`) are passed over.
/// https://www.rfc-editor.org/rfc/rfc7517.html#section-5
public struct JWKSet: Sendable {
    /// Keys of one set, used or not.
    static let maximumKeys = 64

    let keys: [VerificationKey]

    /// The headers that an issuer is going to write, for keys few enough to compare with each.
    private let expectedHeaders: [ExpectedHeader]

    /// Reads a set.
    ///
    /// - Parameter json: A JSON Web Key Set in UTF-8, at most 256 KiB, with at most 64 keys.
    /// - Throws: ``JWKSetError`` when it is not one, or holds what no public set may hold.
    public init(json: [UInt8]) throws(JWKSetError) {
        let set: JSONValue
        do {
            set = try JSONValue(parsing: json, limits: .document)
        } catch {
            throw JWKSetError("\(error)")
        }
        guard let documents = set.objectValue?["keys"]?.arrayValue else {
            throw JWKSetError("there is no array of keys")
        }
        guard documents.count <= Self.maximumKeys else {
            throw JWKSetError("there are \(documents.count) keys, more than \(Self.maximumKeys)")
        }
        var keys: [VerificationKey] = []
        var ids: Set<[UInt8]> = []
        for (index, document) in documents.enumerated() {
            guard let document = document.objectValue else { throw JWKSetError("key \(index) is not an object") }
            let reader = JWKReader(document: document, index: index)
            guard let id = try reader.keyID() else { continue }
            guard ids.insert(Array(id.utf8)).inserted else { throw JWKSetError("key \(index) has the kid of another") }
            if let key = try reader.key(id: id) { keys.append(key) }
        }
        self.keys = keys
        self.expectedHeaders = ExpectedHeader.all(for: keys)
    }

    /// Reads a set.
    ///
    /// - Parameter json: A JSON Web Key Set, at most 256 KiB, with at most 64 keys.
    /// - Throws: ``JWKSetError`` when it is not one, or holds what no public set may hold.
    public init(json: String) throws(JWKSetError) {
        try self.init(json: Array(json.utf8))
    }

    /// The `kid` of each key that can check a signature.
    public var keyIDs: [String] { keys.map(\.id) }

    func key(id: String) -> VerificationKey? {
        keys.first { $0.id.hasSameBytes(as: id) }
    }

    /// Whether a key of this set is the last of several: an issuer that publishes successors appends them.
    func isLast(_ key: VerificationKey) -> Bool {
        keys.count > 1 && keys[keys.count - 1].id.hasSameBytes(as: key.id)
    }

    /// The key of a header that is, byte for byte, one that an issuer was expected to write for this profile.
    func key(expectedHeader header: ArraySlice<UInt8>, profile: TokenProfile) -> VerificationKey? {
        guard profile.types[0] == ExpectedHeader.type else { return nil }
        return expectedHeaders.first { $0.text.count == header.count && $0.text[...] == header }
            .map { keys[$0.keyIndex] }
    }
}

extension JWKSet: Equatable {
    /// Whether both sets check the same signatures, in whichever order their keys stand.
    public static func == (left: JWKSet, right: JWKSet) -> Bool {
        left.keys.count == right.keys.count
            && left.keys.allSatisfy { key in right.keys.contains { $0.isSame(as: key) } }
    }
}
