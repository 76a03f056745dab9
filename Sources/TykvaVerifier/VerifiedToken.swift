package import StrictFormats

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A token that passed every check, and what it says.
///
/// It is made by ``TokenVerifier`` only. What it is asked for is read from the claims at that moment; it never prints
/// its contents.
public struct VerifiedToken: Sendable {
    let claims: CheckedClaims

    /// The claims as they were signed: a JSON object in UTF-8.
    public var payload: [UInt8] { claims.members.bytes }

    /// `iss`.
    public var issuer: String { claims.string("iss") ?? "" }

    /// `sub`: the person, or the client when it acts for itself.
    public var subject: String { claims.string("sub") ?? "" }

    /// `client_id`: the application that got the token.
    public var clientID: String { claims.string("client_id") ?? "" }

    /// `jti`: unique to this token.
    public var tokenID: String { claims.string("jti") ?? "" }

    /// `aud`: the services that the token is for.
    public var audience: [String] { claims.audience }

    /// `scope`, taken apart (RFC 6749 §3.3).
    public var scope: Set<String> {
        Set((claims.string("scope") ?? "").split(separator: " ").map(String.init))
    }

    /// `sid`: the sign-in that the token belongs to; nil for a client that acts for itself.
    public var sessionID: String? { claims.string("sid") }

    /// `iat`.
    public var issuedAt: Date { claims.issuedAt }

    /// `exp`.
    public var expiresAt: Date { claims.expiresAt }

    /// `auth_time`: when the person last proved who they are.
    public var authenticatedAt: Date? { claims.date("auth_time") }

    /// `amr`: how they proved it (RFC 8176).
    public var authenticationMethods: [String] { strings("amr") ?? [] }

    /// `roles`; empty when there are none, or when the claim is not an array of strings.
    public var roles: [String] { strings("roles") ?? [] }

    /// `groups`; empty when there are none, or when the claim is not an array of strings.
    public var groups: [String] { strings("groups") ?? [] }

    /// `name`.
    public var name: String? { claims.string("name") }

    /// `preferred_username`.
    public var preferredUsername: String? { claims.string("preferred_username") }

    /// Whether `scope` has this value, byte for byte.
    public func hasScope(_ value: String) -> Bool {
        guard !value.isEmpty, let scope = claims.string("scope")?.utf8 else { return false }
        var start = scope.startIndex
        while true {
            let end = scope[start...].firstIndex(of: UInt8(ascii: " ")) ?? scope.endIndex
            if scope[start..<end].elementsEqual(value.utf8) { return true }
            guard end < scope.endIndex else { return false }
            start = scope.index(after: end)
        }
    }

    /// Whether `roles` has this value, byte for byte.
    public func hasRole(_ value: String) -> Bool {
        roles.contains { $0.utf8.elementsEqual(value.utf8) }
    }
}

extension VerifiedToken {
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

    /// A claim of any kind.
    package func value(_ claim: String) -> JSONValue? { claims.members.value(claim) }

    /// Decodes the claims into a type of the application.
    ///
    /// - Throws: `DecodingError` when the claims do not have the shape of the type.
    public func decodeClaims<Claims: Decodable>(as type: Claims.Type = Claims.self) throws -> Claims {
        try claims.decode(as: type)
    }
}

extension VerifiedToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "VerifiedToken" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
