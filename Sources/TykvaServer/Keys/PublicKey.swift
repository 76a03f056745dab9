package import OAuth
package import Storage
package import StrictFormats
import TykvaVerifier

/// The public half of a signing key: what verifiers get, and what checks our own tokens.
package struct PublicKey: Sendable {
    package let id: KeyID
    package let algorithm: SigningAlgorithm
    package private(set) var life: KeyLife
    /// With `kid`, `use` and `alg` (RFC 7517 §4).
    package let jwk: JSONObject
    private let key: VerificationKey

    /// - Throws: `InvalidValue` with one sentence that names the key, when what is stored is not it.
    package init(_ row: SigningKeyRow) throws(InvalidValue) {
        do {
            guard let jwk = try JSONValue(parsing: row.publicJWK, limits: .token).objectValue,
                KeyThumbprint.of(jwk) == row.id, jwk["kid"] == .string(row.id.text),
                jwk["alg"] == .string(row.algorithm.rawValue)
            else { throw InvalidValue("signing key", "its public half is damaged, or another key's") }
            key = try VerificationKey(jwk: jwk)
            self.jwk = jwk
        } catch {
            throw InvalidValue("signing key \(row.id)", "its public half is damaged, or another key's")
        }
        id = row.id
        algorithm = row.algorithm
        life = row.life
    }

    /// The same key at another point of its life.
    func `in`(_ life: KeyLife) -> PublicKey {
        var key = self
        key.life = life
        return key
    }

    /// Whether the private half of this key made a signature.
    package func isValid(_ signature: [UInt8], of signingInput: ArraySlice<UInt8>) -> Bool {
        key.isValid(signature: signature, of: signingInput)
    }
}

extension PublicKey {
    /// Whether a token in compact form is of this key.
    func isSigner(of token: String) throws -> Bool {
        let jws = try CompactJWS(token, maximumBytes: CompactJWS.maximumPostQuantumBytes)
        return isValid(jws.signature, of: jws.signingInput)
    }
}
