import Crypto
import Foundation
import JWTKit
package import OAuth
package import Secrets
package import Storage
package import StrictFormats

/// A private key that can sign: made new, or opened from its row.
package struct SigningKey: Sendable {
    package let id: KeyID
    package let algorithm: SigningAlgorithm
    package let life: KeyLife
    /// The public half as a JWK (RFC 7517), with `kid`, `use` and `alg`.
    package let publicJWK: JSONValue
    private let signer: any JWTAlgorithm
    /// The header of each kind of token of this key, encoded once, with the dot behind it.
    private let encodedHeaders: [TokenKind: [UInt8]]

    /// - Throws: When the sealed private half does not open with the master secret.
    package init(_ row: SigningKeyRow, secrets: MasterSecrets) async throws {
        let box = try SealedBox(bytes: row.sealedPrivate)
        let secret = try box.open(for: .signingKey, associatedData: Array(row.id.text.utf8), with: secrets)
        let key = try secret.withUnsafeBytes { try P256.Signing.PrivateKey(rawRepresentation: $0) }
        try await self.init(key, life: row.life)
    }

    /// A new key with its row, sealed under the active master secret.
    package static func make(life: KeyLife, secrets: MasterSecrets) throws -> SigningKeyRow {
        let key = P256.Signing.PrivateKey()
        let id = try thumbprint(key.publicKey)
        let box = try SealedBox.seal(
            SecretBytes(copying: key.rawRepresentation), for: .signingKey, associatedData: Array(id.text.utf8),
            with: secrets)
        return SigningKeyRow(
            id: id, algorithm: .es256, publicJWK: jwk(key.publicKey, id: id).encodedString, sealedPrivate: box.bytes,
            life: life)
    }

    private init(_ key: P256.Signing.PrivateKey, life: KeyLife) async throws {
        id = try Self.thumbprint(key.publicKey)
        algorithm = .es256
        self.life = life
        publicJWK = Self.jwk(key.publicKey, id: id)
        let collection = JWTKeyCollection()
        let kid = JWKIdentifier(string: id.text)
        await collection.add(ecdsa: try ES256PrivateKey(backing: key), kid: kid)
        signer = try await collection.getKey(for: kid)
        let id = id
        encodedHeaders = Dictionary(
            uniqueKeysWithValues: TokenKind.allCases.map { kind in
                let header = #"{"alg":"ES256","typ":"\#(kind.rawValue)","kid":"\#(id.text)"}"#
                return (kind, Array(Base64URL.encode(Array(header.utf8)).utf8) + [UInt8(ascii: ".")])
            })
    }

    /// The compact form of a token (RFC 7515 §7.1).
    ///
    /// - Parameter payload: The claims as JSON.
    package func sign(_ kind: TokenKind, _ payload: [UInt8]) throws -> String {
        var token = encodedHeaders[kind] ?? []
        token.reserveCapacity(2048)
        token.append(contentsOf: Base64URL.encode(payload).utf8)
        let signature = try signer.sign(token)
        token.append(UInt8(ascii: "."))
        token.append(contentsOf: Base64URL.encode(signature).utf8)
        return String(decoding: token, as: UTF8.self)
    }

    /// Whether this key made a signature.
    package func isValid(_ signature: [UInt8], of signingInput: some Collection<UInt8>) -> Bool {
        (try? signer.verify(signature, signs: Array(signingInput))) ?? false
    }

    /// RFC 7638 §3: SHA-256 of the required members in the order of their names.
    private static func thumbprint(_ key: P256.Signing.PublicKey) throws -> KeyID {
        let (x, y) = coordinates(key)
        let digest = SHA256.hash(data: Array(#"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#.utf8))
        guard let id = KeyID(Base64URL.encode(Array(digest))) else {
            throw InvalidValue("signing key", "its thumbprint is no key id")
        }
        return id
    }

    private static func jwk(_ key: P256.Signing.PublicKey, id: KeyID) -> JSONValue {
        let (x, y) = coordinates(key)
        return .object(
            JSONObject([
                ("kty", .string("EC")), ("use", .string("sig")), ("alg", .string(SigningAlgorithm.es256.rawValue)),
                ("kid", .string(id.text)), ("crv", .string("P-256")), ("x", .string(x)), ("y", .string(y)),
            ]))
    }

    private static func coordinates(_ key: P256.Signing.PublicKey) -> (x: String, y: String) {
        let raw = Array(key.rawRepresentation)
        return (Base64URL.encode(Array(raw.prefix(32))), Base64URL.encode(Array(raw.suffix(32))))
    }
}
