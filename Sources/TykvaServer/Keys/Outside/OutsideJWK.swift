import Crypto
import CryptoExtras
import OAuth
import StrictFormats

/// A private key as a JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2, RFC 9964).
struct OutsideJWK {
    let material: KeyMaterial

    private static let limits = JSONLimits(bytes: OutsideKey.maximumBytes, depth: 8, members: 64)

    /// - Throws: Also when the public half that comes with it is another key's.
    init(_ text: String, for algorithm: SigningAlgorithm?) throws(InvalidValue) {
        let jwk = try Self.object(text)
        if let use = jwk["use"], use != "sig" { throw OutsideKey.invalid("its use is not sig") }
        if let operations = jwk["key_ops"], operations.stringArrayValue?.contains("sign") != true {
            throw OutsideKey.invalid("its key_ops have no sign")
        }
        var named: SigningAlgorithm?
        if let alg = jwk["alg"] {
            named = alg.stringValue.flatMap(SigningAlgorithm.init(rawValue:))
            guard named != nil else { throw OutsideKey.invalid("its alg is none that is known here") }
        }
        let material = try Self.read(jwk, algorithm ?? named)
        guard named == nil || named == material.algorithm else {
            throw OutsideKey.invalid("its alg does not fit its kty, or not what it is to sign with")
        }
        guard let own = try? material.publicMembers() else { throw OutsideKey.invalid("it has no public half") }
        for name in ["crv", "x", "y", "n", "e", "pub"] {
            guard let given = jwk[name] else { continue }
            guard given == own[name] else { throw OutsideKey.invalid("its \(name) is another key's") }
        }
        self.material = material
    }

    private static func object(_ text: String) throws(InvalidValue) -> JSONObject {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: text, limits: limits)
        } catch {
            throw OutsideKey.invalid("it is no JSON: \(error)")
        }
        guard let object = value.objectValue else { throw OutsideKey.invalid("it is no JSON object") }
        guard let keys = object["keys"]?.arrayValue else { return object }
        guard keys.count == 1, let only = keys[0].objectValue else {
            throw OutsideKey.invalid("it is a set of \(keys.count) keys; give one")
        }
        return only
    }

    private static func read(_ jwk: JSONObject, _ algorithm: SigningAlgorithm?) throws(InvalidValue) -> KeyMaterial {
        switch jwk["kty"]?.stringValue {
        case "EC":
            guard jwk["crv"] == "P-256" else { throw OutsideKey.invalid("its curve is not P-256, which ES256 needs") }
            guard let key = try? P256.Signing.PrivateKey(rawRepresentation: try bytes(jwk, "d")) else {
                throw OutsideKey.invalid("its d is no private key of P-256")
            }
            return .es256(key)
        case "OKP":
            guard jwk["crv"] == "Ed25519" else { throw OutsideKey.invalid("its curve is not Ed25519") }
            guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: try bytes(jwk, "d")) else {
                throw OutsideKey.invalid("its d is no private key of Ed25519")
            }
            return .edDSA(key)
        case "AKP":
            guard jwk["alg"] == "ML-DSA-65" else { throw OutsideKey.invalid("its alg is not ML-DSA-65") }
            guard
                let key = try? MLDSA65.PrivateKey(seedRepresentation: try bytes(jwk, "priv"), publicKey: nil)
            else { throw OutsideKey.invalid("its priv is no seed of 32 bytes") }
            return .mlDSA65(key)
        case "RSA": return try OutsideKey.rsa(try rsa(jwk), algorithm)
        case "oct": throw OutsideKey.invalid("it is symmetric: whoever checks tokens with it could make them")
        default: throw OutsideKey.invalid("its kty is none that is known here")
        }
    }

    private static func rsa(_ jwk: JSONObject) throws(InvalidValue) -> _RSA.Signing.PrivateKey {
        guard jwk["oth"] == nil else { throw OutsideKey.invalid("it has more than two primes") }
        let (n, e, d) = (try bytes(jwk, "n"), try bytes(jwk, "e"), try bytes(jwk, "d"))
        let (p, q) = (try bytes(jwk, "p"), try bytes(jwk, "q"))
        guard let key = try? _RSA.Signing.PrivateKey(n: n, e: e, d: d, p: p, q: q) else {
            throw OutsideKey.invalid("it is an RSA key that is broken or below 2048 bits")
        }
        return key
    }

    private static func bytes(_ jwk: JSONObject, _ name: String) throws(InvalidValue) -> [UInt8] {
        guard let bytes = jwk[name]?.stringValue.flatMap({ Base64URL.decode($0) }), !bytes.isEmpty else {
            throw OutsideKey.invalid("it has no \(name) in base64url: a private key has one")
        }
        return bytes
    }
}
