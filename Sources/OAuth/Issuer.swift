/// The issuer's identifier: an origin and nothing else (RFC 8414 §2, OIDC Discovery §3).
///
/// Scheme, host and optional port in lower case; no path, query, fragment or trailing slash; at most 128 bytes.
/// The scheme is `https`, or `http` for a loopback host.
package struct Issuer: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 128
    package let text: String
    package let host: String
    package let isSecure: Bool

    /// - Throws: A sentence that says what is wrong.
    package init(_ text: String) throws(InvalidValue) {
        func invalid(_ reason: String) -> InvalidValue { InvalidValue("issuer", reason) }
        guard text.utf8.count <= Self.maximumBytes else {
            throw invalid("it is longer than \(Self.maximumBytes) bytes")
        }
        guard let origin = Origin(text) else {
            throw invalid("it must be https://host or https://host:port, in lower case, with nothing after it")
        }
        guard origin.scheme == "https" || origin.isLoopback else {
            throw invalid("http is for loopback hosts only; use https")
        }
        self.text = text
        self.host = origin.host
        self.isSecure = origin.scheme == "https"
    }

    package var description: String { text }

    /// An address below the issuer, for metadata and links: the `Host` header never decides one.
    package func url(_ path: StaticString) -> String { text + path.description }
}

/// Scheme, host and port of an http(s) address, in lower case.
package struct Origin: Hashable, Sendable {
    package let scheme: String
    package let host: String
    package let port: Int?

    package init?(_ text: String) {
        let scheme: String
        if text.hasPrefix("https://") {
            scheme = "https"
        } else if text.hasPrefix("http://") {
            scheme = "http"
        } else {
            return nil
        }
        guard let (host, port) = Self.split(text.dropFirst(scheme.count + 3)) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    package var isLoopback: Bool {
        host == "localhost" || host == "[::1]"
            || (host.hasPrefix("127.") && host.split(separator: ".").count == 4
                && host.utf8.allSatisfy {
                    $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                })
    }

    /// Host and port of an authority without user information; nil when it has any other form.
    private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var port: Int?
        let hostEnd = authority.hasPrefix("[") ? authority.firstIndex(of: "]") : authority.startIndex
        guard let hostEnd else { return nil }
        if let colon = authority[hostEnd...].firstIndex(of: ":") {
            let digits = authority[authority.index(after: colon)...]
            guard (1...5).contains(digits.utf8.count), !digits.hasPrefix("0"),
                digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = Int(digits), (1...65535).contains(number)
            else { return nil }
            host = authority[..<colon]
            port = number
        }
        guard isHost(host) else { return nil }
        return (String(host), port)
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            return !address.isEmpty
                && address.utf8.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) || $0 == UInt8(ascii: ":")
                        || $0 == UInt8(ascii: ".")
                }
        }
        return !host.isEmpty && !host.hasPrefix(".") && !host.hasSuffix(".") && !host.contains("..")
            && host.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: ".")
            }
    }
}
