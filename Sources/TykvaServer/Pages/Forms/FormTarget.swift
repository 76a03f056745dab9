import OAuth

/// Where a form may lead in the end, beside our own origin: the origin or the scheme of a client's redirect URI.
struct FormTarget: Hashable, Sendable {
    /// As sources of `form-action` (CSP3 §2.3.1), divided by spaces; no character of them can end the directive.
    private(set) var source: String
    /// What a person reads: the host, or the scheme of an application on their device.
    let shownHost: String

    /// - Parameter redirectURI: A URI that was found to be the client's.
    /// - Returns: Nil for what is neither http(s) with an ordinary host nor a private-use scheme (RFC 8252 §7.1).
    init?(redirectURI: String) {
        guard let colon = redirectURI.firstIndex(of: ":") else { return nil }
        let scheme = redirectURI[..<colon].lowercased()
        if scheme == "https" || scheme == "http" {
            let rest = redirectURI[redirectURI.index(after: colon)...]
            guard rest.hasPrefix("//") else { return nil }
            let authority = rest.dropFirst(2).prefix { !"/?#".contains($0) }
            let text = "\(scheme)://\(authority)"
            guard let origin = Origin(text) else { return nil }
            // The grammar of sources knows no IPv6 address; only a loopback one can be registered so.
            source = origin.host.hasPrefix("[") ? "\(scheme):" : text
            shownHost = String(authority)
        } else {
            guard scheme.contains("."), let first = scheme.utf8.first, (0x61...0x7A).contains(first),
                scheme.utf8.allSatisfy(Self.isSchemeByte)
            else { return nil }
            source = "\(scheme):"
            shownHost = scheme
        }
    }

    /// The same with every other origin that the client registered: browsers hold `form-action` against each further
    /// redirect, so an application that goes on to another host of its own has to name it.
    init?(redirectURI: String, of client: Client?) {
        self.init(redirectURI: redirectURI)
        var sources = [source]
        for uri in (client?.redirectURIs ?? []) + (client?.postLogoutRedirectURIs ?? []) {
            guard let more = FormTarget(redirectURI: uri.text)?.source, !sources.contains(more) else { continue }
            sources.append(more)
        }
        source = sources.joined(separator: " ")
    }

    init?(_ target: AuthorizationTarget) {
        self.init(redirectURI: target.redirectURI.text, of: target.client)
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || "+-.".utf8.contains(byte)
    }
}
