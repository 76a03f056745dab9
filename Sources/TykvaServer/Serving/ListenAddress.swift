package import OAuth

/// Where a listener stands: a host or address, and a port.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    /// - Parameter text: `HOST:PORT`, with an IPv6 address in brackets.
    package init(_ text: String) throws(InvalidValue) {
        func invalid() -> InvalidValue {
            InvalidValue(
                "address \(text.prefix(80))", "it must have the form HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")
        }
        guard let colon = text.lastIndex(of: ":") else { throw invalid() }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), let port = Int(digits), (1...65535).contains(port),
            let origin = Origin("http://\(text[..<colon]):\(port)".lowercased())
        else { throw invalid() }
        host = origin.host.hasPrefix("[") ? String(origin.host.dropFirst().dropLast()) : origin.host
        self.port = port
    }

    package var isLoopback: Bool { Origin("http://\(bracketedHost)")?.isLoopback ?? false }

    package var description: String { "\(bracketedHost):\(port)" }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }
}
