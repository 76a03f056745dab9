/// How long what access tokens may say of a user can be: name, roles, groups and public attributes together.
///
/// It is looked at when they are written, so issuing a token never fails for its size, and so that no token is longer
/// than verifiers and proxies take.
package struct ClaimLimit: Hashable, Sendable {
    /// With the largest an ES256 token fits 6.5 KiB, and one of an RSA key of 8192 bits 8, which verifiers take; one of
    /// ML-DSA-65 10.5 of 16.
    package static let bounds = 1024...3584
    /// With it an ES256 token fits 4.25 KiB, and one of ML-DSA-65 8.5 KiB.
    package static let standard = ClaimLimit(unchecked: 2048)

    /// As JSON, and four more for each member.
    package let bytes: Int

    private init(unchecked bytes: Int) { self.bytes = bytes }

    /// Whoever has more from before, when it was another, keeps it and can lose of it.
    package func orAsLong(as claims: PublicClaims) -> ClaimLimit { ClaimLimit(unchecked: max(bytes, claims.bytes)) }

    /// For what is measured, not written.
    package static let none = ClaimLimit(unchecked: .max)

    /// - Throws: When it is out of its bounds.
    package init(bytes: Int) throws(InvalidValue) {
        guard Self.bounds.contains(bytes) else {
            throw InvalidValue(
                "claim limit", "it must be \(Self.bounds.lowerBound) to \(Self.bounds.upperBound) bytes")
        }
        self.bytes = bytes
    }
}
