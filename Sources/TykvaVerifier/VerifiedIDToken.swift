import StrictFormats

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// An ID token that passed every check: who signed in, when and how.
///
/// It is made by ``IDTokenVerifier`` only, and it never prints its contents. A person is `issuer` and `subject`
/// together; names and addresses change hands.
public struct VerifiedIDToken: Sendable {
    let claims: CheckedClaims

    /// The claims as they were signed: a JSON object in UTF-8.
    public var payload: [UInt8] { claims.members.bytes }

    /// `iss`.
    public var issuer: String { claims.string("iss") ?? "" }

    /// `sub`: the person.
    public var subject: String { claims.string("sub") ?? "" }

    /// `aud`: the clients that the token is for.
    public var audience: [String] { claims.audience }

    /// `sid`: the session at the issuer; a logout token names it (OpenID Connect Back-Channel Logout §2.4).
    public var sessionID: String? { claims.string("sid") }

    /// `nonce`.
    public var nonce: String? { claims.string("nonce") }

    /// `iat`.
    public var issuedAt: Date { claims.issuedAt }

    /// `exp`: until when the token may be accepted; it does not limit the application's own session.
    public var expiresAt: Date { claims.expiresAt }

    /// `auth_time`: when the person last proved who they are.
    public var authenticatedAt: Date? { claims.date("auth_time") }

    /// `acr`: what that proof was worth.
    public var authenticationContext: String? { claims.string("acr") }

    /// `amr`: how they proved it (RFC 8176).
    public var authenticationMethods: [String] { claims.strings("amr") ?? [] }

    /// `name`.
    public var name: String? { claims.string("name") }

    /// `preferred_username`.
    public var preferredUsername: String? { claims.string("preferred_username") }

    /// `email`.
    public var email: String? { claims.string("email") }

    /// `email_verified`; false when the issuer does not say.
    public var isEmailVerified: Bool { claims.members.value("email_verified")?.boolValue ?? false }
}

extension VerifiedIDToken {
    /// The names of all claims, in the order in which they stand.
    public var claimNames: [String] { claims.members.names }

    /// A claim that is a string.
    public func string(_ claim: String) -> String? { claims.string(claim) }

    /// A claim that is an array of strings and nothing else.
    public func strings(_ claim: String) -> [String]? { claims.strings(claim) }

    /// A claim that is a number without fraction or exponent, within 64 bits.
    public func integer(_ claim: String) -> Int64? { claims.members.integer(claim) }

    /// A claim that is any number.
    public func number(_ claim: String) -> Double? { claims.members.double(claim) }

    /// A claim that is `true` or `false`.
    public func bool(_ claim: String) -> Bool? { claims.members.value(claim)?.boolValue }

    /// Decodes the claims into a type of the application.
    ///
    /// - Throws: `DecodingError` when the claims do not have the shape of the type.
    public func decodeClaims<Claims: Decodable>(as type: Claims.Type = Claims.self) throws -> Claims {
        try claims.decode(as: type)
    }
}

extension VerifiedIDToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "VerifiedIDToken" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
