import StrictFormats

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A logout token that passed every check: the issuer says that a session, or all of a person's, is over.
///
/// It is made by ``LogoutTokenVerifier`` only. Whoever receives it makes sure that its ``tokenID`` was not there
/// before.
public struct VerifiedLogoutToken: Sendable {
    let claims: CheckedClaims

    /// Who is to be signed out.
    public let target: LogoutTarget

    /// From this moment the verifier refuses the token, so that nobody needs to remember it, in seconds since 1970.
    package let refusedFrom: Double

    /// `iss`.
    public var issuer: String { claims.string("iss") ?? "" }

    /// `jti`: unique to this token, at most 256 bytes.
    public var tokenID: String { claims.string("jti") ?? "" }

    /// `iat`.
    public var issuedAt: Date { claims.issuedAt }

    /// `exp`.
    public var expiresAt: Date { claims.expiresAt }
}

extension VerifiedLogoutToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "VerifiedLogoutToken" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
