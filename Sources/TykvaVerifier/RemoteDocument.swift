#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where a document may be fetched from: https, or http on this very machine.
struct RemoteDocument: Sendable, Hashable {
    let url: String

    /// - Parameter name: What the URL is called in an error.
    init(_ url: String, name: String = "the URL of the keys") throws(TokenVerifierConfigurationError) {
        guard url.utf8.count <= 2048, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let parsed = URL(string: url),
            let scheme = parsed.scheme?.lowercased(), let host = parsed.host(percentEncoded: true), !host.isEmpty
        else { throw TokenVerifierConfigurationError("\(name) is not an absolute URL") }
        guard parsed.user == nil, parsed.password == nil, parsed.fragment == nil else {
            throw TokenVerifierConfigurationError("\(name) may have no user, password or fragment")
        }
        guard scheme == "https" || (scheme == "http" && Self.isLoopback(host)) else {
            throw TokenVerifierConfigurationError("\(name) must be https (http on loopback only)")
        }
        self.url = url
    }

    /// The metadata of an issuer (OpenID Connect Discovery §4.1).
    init(metadataOf issuer: String) throws(TokenVerifierConfigurationError) {
        guard !issuer.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw TokenVerifierConfigurationError("the issuer may have no query and no fragment")
        }
        _ = try RemoteDocument(issuer, name: "the issuer")
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        try self.init(base + "/.well-known/openid-configuration", name: "the issuer")
    }

    /// RFC 6761 §6.3 for the name, RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3 for the addresses.
    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1", "[::1]"].contains(host.lowercased()) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && $0.utf8.first != 0x2B }
    }
}
