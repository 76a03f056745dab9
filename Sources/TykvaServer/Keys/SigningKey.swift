package import OAuth
package import Secrets
package import Storage
import StrictFormats

/// A private key that can sign, opened from its row.
package struct SigningKey: Sendable {
    package let id: KeyID
    package let algorithm: SigningAlgorithm
    package let life: KeyLife
    private let signer: KeySigner
    /// The header of each kind of token of this key, encoded once, with the dot behind it.
    private let encodedHeaders: [TokenKind: [UInt8]]

    /// Longest signatures and claims that are usual, so that a token is not copied as it grows.
    private static let usualTokenBytes = 2048
    private static let usualPostQuantumTokenBytes = 6144

    /// - Throws: `InvalidValue` with one sentence that names the key, when its private half is not there, does not open
    ///   with the master secret, or is another key's.
    package init(_ row: SigningKeyRow, secrets: MasterSecrets) async throws(InvalidValue) {
        do {
            let material = try Self.open(row, secrets)
            guard KeyThumbprint.of(try material.publicMembers()) == row.id else {
                throw InvalidValue("signing key", "its private half is another key's")
            }
            signer = try await KeySigner(material, id: row.id)
        } catch let error as InvalidValue {
            throw InvalidValue("signing key \(row.id)", error.reason)
        } catch let error as SealedBoxError {
            throw InvalidValue("signing key \(row.id)", "it does not open: \(error)")
        } catch {
            throw InvalidValue("signing key \(row.id)", "it does not open: what was sealed is no such key")
        }
        id = row.id
        algorithm = row.algorithm
        life = row.life
        encodedHeaders = Dictionary(
            uniqueKeysWithValues: TokenKind.allCases.map { kind in
                let header = #"{"alg":"\#(row.algorithm.rawValue)","typ":"\#(kind.rawValue)","kid":"\#(row.id.text)"}"#
                return (kind, Array(Base64URL.encode(Array(header.utf8)).utf8) + [UInt8(ascii: ".")])
            })
    }

    private static func open(_ row: SigningKeyRow, _ secrets: MasterSecrets) throws -> KeyMaterial {
        guard !row.sealedPrivate.isEmpty else { throw InvalidValue("signing key", "its private half was deleted") }
        let box = try SealedBox(bytes: row.sealedPrivate)
        let secret = try box.open(for: .signingKey, associatedData: Array(row.id.text.utf8), with: secrets)
        return try secret.withUnsafeBytes { try KeyMaterial(row.algorithm, stored: $0) }
    }

    /// What is wrong with a stored key that is needed, as far as can be told without opening it: a sentence each.
    package static func faults(of row: SigningKeyRow, at now: Milliseconds) -> [String] {
        guard row.life.state(at: now) != .gone else { return [] }
        var faults: [String] = []
        do throws(InvalidValue) { _ = try PublicKey(row) } catch { faults.append("\(error)") }
        if row.sealedPrivate.isEmpty { faults.append("signing key \(row.id): its private half is not there") }
        return faults
    }

    /// A new key with its row, sealed under the active master secret.
    package static func make(
        _ algorithm: SigningAlgorithm, life: KeyLife, secrets: MasterSecrets
    ) throws -> SigningKeyRow {
        try row(try KeyMaterial.make(algorithm), life: life, secrets: secrets)
    }

    /// A key with its row, sealed under the active master secret.
    static func row(_ material: KeyMaterial, life: KeyLife, secrets: MasterSecrets) throws -> SigningKeyRow {
        let members = try material.publicMembers()
        guard let id = KeyThumbprint.of(members) else { throw InvalidValue("signing key", "it has no thumbprint") }
        var jwk: JSONObject = [
            "kty": members["kty"] ?? .null, "use": "sig", "alg": .string(material.algorithm.rawValue),
            "kid": .string(id.text),
        ]
        for member in members.members { jwk[member.name] = member.value }
        let box = try SealedBox.seal(
            material.stored, for: .signingKey, associatedData: Array(id.text.utf8), with: secrets)
        return SigningKeyRow(
            id: id, algorithm: material.algorithm, publicJWK: JSONValue.object(jwk).encodedString,
            sealedPrivate: box.bytes, life: life)
    }

    /// The compact form of a token (RFC 7515 §7.1).
    ///
    /// - Parameter payload: The claims as JSON.
    package func sign(_ kind: TokenKind, _ payload: [UInt8]) throws -> String {
        var token = encodedHeaders[kind] ?? []
        token.reserveCapacity(algorithm == .mlDSA65 ? Self.usualPostQuantumTokenBytes : Self.usualTokenBytes)
        token.append(contentsOf: Base64URL.encode(payload).utf8)
        let signature = try signer.sign(token)
        token.append(UInt8(ascii: "."))
        token.append(contentsOf: Base64URL.encode(signature).utf8)
        return String(decoding: token, as: UTF8.self)
    }
}
