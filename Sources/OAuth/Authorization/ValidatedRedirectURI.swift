/// A redirect URI that the client registered: the only kind of value that anything is ever redirected to.
///
/// RFC 9700 §2.1 requires simple string comparison; only the port of a loopback address may differ (RFC 8252 §7.3).
/// https://www.rfc-editor.org/rfc/rfc9700.html#section-2.1
package struct ValidatedRedirectURI: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Parameters:
    ///   - requested: The `redirect_uri` as received, percent-decoded once.
    ///   - registered: The URIs that the client registered.
    /// - Returns: Nil when nothing matches; the caller shows a page and does not redirect.
    package init?(_ requested: String, among registered: [RegisteredRedirectURI]) {
        guard requested.utf8.count <= RegisteredRedirectURI.maximumBytes else { return nil }
        let isRegistered = registered.contains { $0.text.utf8.elementsEqual(requested.utf8) }
        guard isRegistered || Self.isLoopback(requested, among: registered) else { return nil }
        text = requested
    }

    package var description: String { text }

    /// What a page's `form-action` names so that a browser lets a form's answer lead there: the origin, or the scheme
    /// of an application's own.
    package var formActionSource: String {
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
            return String(text.prefix { $0 != ":" }) + ":"
        }
        return String(origin)
    }

    /// The host, for people; the scheme of an application's own.
    package var shownHost: String {
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else { return formActionSource }
        return String(origin.drop { $0 != "/" }.dropFirst(2))
    }

    private var origin: Substring {
        let authority = text.utf8.dropFirst(text.hasPrefix("https") ? 8 : 7)
        return text[..<(authority.firstIndex { "/?".utf8.contains($0) } ?? text.endIndex)]
    }

    /// An IP address of the loopback interface, never the name `localhost` (RFC 8252 §8.3): its port is the system's.
    private static func isLoopback(_ requested: String, among registered: [RegisteredRedirectURI]) -> Bool {
        guard let (asked, _) = withoutPort(requested), (try? RegisteredRedirectURI(requested)) != nil else {
            return false
        }
        return registered.contains { withoutPort($0.text).map { $0.0.utf8.elementsEqual(asked.utf8) } ?? false }
    }

    private static func withoutPort(_ text: String) -> (String, port: Substring)? {
        for origin in ["http://127.0.0.1", "http://[::1]"] where text.hasPrefix(origin) {
            var rest = text.dropFirst(origin.count)
            guard rest.first == ":" else { return rest.first == "/" || rest.isEmpty ? (text, "") : nil }
            rest = rest.dropFirst()
            let port = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(port.count)
            guard rest.isEmpty || rest.first == "/" || rest.first == "?" else { return nil }
            return (origin + rest, port)
        }
        return nil
    }
}
