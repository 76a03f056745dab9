/// Who held a token when it was used, as far as a server can see: an address and a User-Agent.
package struct Holder: Hashable, Sendable {
    package let address: NetworkAddress
    package let agent: UserAgent

    package init(address: NetworkAddress, agent: UserAgent) {
        self.address = address
        self.agent = agent
    }

    /// The same network *and* the same agent. A difference is never by itself a theft.
    package func isLike(_ other: Holder) -> Bool {
        address.network == other.address.network && agent == other.agent
    }
}

/// An authenticated client that presents a refresh token, and from where.
package struct RefreshCaller: Hashable, Sendable {
    package let client: ClientID
    /// The thumbprint of the DPoP key that signed the request (RFC 9449 §6), when one did.
    package let dpopThumbprint: String?
    package let holder: Holder

    package init(client: ClientID, dpopThumbprint: String? = nil, holder: Holder) {
        self.client = client
        self.dpopThumbprint = dpopThumbprint
        self.holder = holder
    }
}

/// A User-Agent header: at most 256 bytes, without control characters, compared whole. Empty is a value.
package struct UserAgent: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 256
    package let text: String

    package init(_ header: String) {
        // Nearly all of them are printable ASCII, in which there is nothing to look for.
        if header.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            text = String(decoding: header.utf8.prefix(Self.maximumBytes), as: UTF8.self)
            return
        }
        var text = ""
        var bytes = 0
        for scalar in header.unicodeScalars where !scalar.properties.isControl {
            bytes += UTF8.width(scalar)
            guard bytes <= Self.maximumBytes else { break }
            text.unicodeScalars.append(scalar)
        }
        self.text = text
    }

    package var description: String { text }
}

extension Unicode.Scalar.Properties {
    /// Control and format characters, line and paragraph separators: what could forge a line in a terminal.
    var isControl: Bool {
        switch generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
