import Crypto
import Foundation

/// A sign-in that has left for the issuer and is not back: what ties its answer to this browser and this request.
struct PendingSignIn: Sendable {
    /// In the cookie of the browser that left, so that nobody is signed in by somebody else's answer (RFC 6749 §10.12).
    let browser: String
    let state = RandomText.make()
    let nonce = RandomText.make()

    /// PKCE's secret (RFC 7636 §4.1).
    let codeVerifier = RandomText.make()
    let began: Date

    /// RFC 7636 §4.2, S256.
    var codeChallenge: String { RandomText.base64URL(SHA256.hash(data: Data(codeVerifier.utf8))) }
}
