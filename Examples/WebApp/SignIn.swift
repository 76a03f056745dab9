import Foundation
import TykvaVerifier

/// Who signed in, and the tokens that came with it.
struct SignIn: Sendable {
    let person: VerifiedIDToken

    /// The ID token's text, for the sign-out at the issuer.
    let idToken: String
    let accessToken: String
    let accessTokenExpiresAt: Date
    let refreshToken: String?
}
