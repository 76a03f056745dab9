package import OAuth

/// Where a mail server listens, as a URL says it: `smtp://host:port` or `smtps://host:port`.
///
/// Without a port, 587 and 465: those at which servers take mail from programs and people (RFC 6409, RFC 8314).
package struct SMTPAddress: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Sendable {
        /// Speaks first, and then TLS (STARTTLS, RFC 3207).
        case smtp
        /// TLS from the first byte (RFC 8314 §3.3).
        case smtps

        fileprivate var standardPort: Int { self == .smtp ? 587 : 465 }
    }

    private static let maximumBytes = 300

    package let scheme: Scheme
    /// In lower case; an IPv6 address in its brackets.
    package let host: String
    package let port: Int
    package let isLoopback: Bool

    /// - Throws: A sentence that says what is wrong, without the URL: somebody may have put a password into it.
    package init(_ url: String) throws(InvalidValue) {
        func invalid(_ reason: String) -> InvalidValue { InvalidValue("mail server", reason) }
        guard url.utf8.count <= Self.maximumBytes else { throw invalid("it is longer than \(Self.maximumBytes) bytes") }
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let scheme = Scheme(rawValue: parts[0].lowercased()) else {
            throw invalid("it must be smtp://HOST:PORT or smtps://HOST:PORT")
        }
        guard !parts[1].contains("@") else {
            throw invalid("user and password do not belong in the URL: give smtp_user and smtp_password_file")
        }
        // The form of an authority is that of any URL's.
        guard let origin = Origin("http://\(parts[1].lowercased())") else {
            throw invalid("it must be smtp://HOST:PORT or smtps://HOST:PORT, with nothing after it")
        }
        self.scheme = scheme
        host = origin.host
        port = origin.port ?? scheme.standardPort
        isLoopback = origin.isLoopback
    }

    /// Host and port.
    package var description: String { "\(host):\(port)" }
}
