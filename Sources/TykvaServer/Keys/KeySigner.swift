import Crypto
import JWTKit
import OAuth

/// Signs with a private key: by JWTKit, and for ML-DSA-65 by swift-crypto, for JWTKit's is for newer systems only.
enum KeySigner: Sendable {
    case jwt(any JWTAlgorithm)
    case mlDSA65(MLDSA65.PrivateKey)

    init(_ material: KeyMaterial, id: KeyID) async throws {
        let (collection, kid) = (JWTKeyCollection(), JWKIdentifier(string: id.text))
        switch material {
        case .es256(let key): await collection.add(ecdsa: try ES256PrivateKey(backing: key), kid: kid)
        case .rs256(let key):
            await collection.add(rsa: try Insecure.RSA.PrivateKey(backing: key), digestAlgorithm: .sha256, kid: kid)
        case .ps256(let key):
            await collection.add(pss: try Insecure.RSA.PrivateKey(backing: key), digestAlgorithm: .sha256, kid: kid)
        case .edDSA(let key): await collection.add(eddsa: EdDSA.PrivateKey(backing: key), kid: kid)
        case .mlDSA65(let key):
            self = .mlDSA65(key)
            return
        }
        self = .jwt(try await collection.getKey(for: kid))
    }

    func sign(_ bytes: [UInt8]) throws -> [UInt8] {
        switch self {
        case .jwt(let algorithm): try algorithm.sign(bytes)
        // RFC 9964: the pure variant, with an empty context.
        case .mlDSA65(let key): Array(try key.signature(for: bytes))
        }
    }
}
