import StrictFormats

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The claims of a token that passed every check of its profile.
struct CheckedClaims: Sendable {
    let members: JSONMembers

    /// `exp`, `nbf` and `iat` in seconds since 1970.
    let expiry: Double
    let notBefore: Double?
    let issued: Double?

    var expiresAt: Date { Date(timeIntervalSince1970: expiry) }
    var issuedAt: Date { Date(timeIntervalSince1970: issued ?? 0) }

    /// `aud`, whichever of its two forms it has.
    var audience: [String] { strings("aud") ?? string("aud").map { [$0] } ?? [] }

    func string(_ claim: String) -> String? { members.string(claim) }

    func strings(_ claim: String) -> [String]? { members.value(claim)?.stringArrayValue }

    func date(_ claim: String) -> Date? { members.double(claim).map(Date.init(timeIntervalSince1970:)) }

    func decode<Claims: Decodable>(as type: Claims.Type) throws -> Claims {
        try JSONDecoder().decode(type, from: Data(members.bytes))
    }
}
