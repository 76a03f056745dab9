package import OAuth

/// Which addresses the issuer itself connects to when a client's registration says where.
///
/// A URL that was registered in good faith may lead inside one day: its name is then looked up to an address of the
/// operator's own network, and the issuer would ask there in a stranger's place. So only public addresses are allowed.
package struct AddressRules: Sendable {
    /// Networks of the operator's own are allowed (`allow_private_addresses`).
    private let allowsPrivate: Bool
    /// In development, where the issuer itself is on loopback, a URL may say loopback in so many words.
    private let allowsLoopbackByName: Bool

    init(_ configuration: ServerConfiguration) {
        self.init(issuer: configuration.issuer, allowsPrivate: configuration.allowsPrivateAddresses)
    }

    /// - Parameter issuer: Nil when it is not known yet.
    package init(issuer: Issuer?, allowsPrivate: Bool) {
        self.allowsPrivate = allowsPrivate
        allowsLoopbackByName = issuer.flatMap { Origin($0.text) }?.isLoopback ?? false
    }

    /// - Parameters:
    ///   - address: What the host was looked up to.
    ///   - host: The host as the URL has it.
    func allows(_ address: NetworkAddress, of host: Origin) -> Bool {
        switch Self.kind(of: address) {
        case .open: true
        case .own: allowsPrivate || (allowsLoopbackByName && address.isLoopback && host.isLoopback)
        case .never: false
        }
    }

    enum Kind: Hashable, Sendable {
        /// Can be reached from anywhere (IANA's special-purpose registries say nothing else).
        case open
        /// Of this machine or a network of its owner's.
        case own
        /// Nobody's server: link-local addresses (where clouds keep their metadata), multicast, reserved ones.
        case never
    }

    static func kind(of address: NetworkAddress) -> Kind {
        if address.bytes.count == 4 { return kind(ofIPv4: address) }
        guard address.bytes.count == 16 else { return .never }
        if address.isLoopback || uniqueLocal.contains(address) { return .own }
        // RFC 6052 §2.1: an IPv4 address in other clothes.
        if translated.contains(address) {
            let four = address.bytes.suffix(4).map(String.init).joined(separator: ".")
            return NetworkAddress(four).map(kind(ofIPv4:)) ?? .never
        }
        guard globalUnicast.contains(address) else { return .never }
        return notGlobal.contains { $0.contains(address) } ? .never : .open
    }

    private static func kind(ofIPv4 address: NetworkAddress) -> Kind {
        if ownIPv4.contains(where: { $0.contains(address) }) { return .own }
        return neverIPv4.contains { $0.contains(address) } ? .never : .open
    }

    /// RFC 1122 §3.2.1.3 (loopback), RFC 1918, RFC 6598.
    private static let ownIPv4 = ranges([
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
    ])
    /// RFC 6890 §2.2.2 and those that it names; multicast and what is above it.
    private static let neverIPv4 = ranges([
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    ])
    /// RFC 4193.
    private static let uniqueLocal = range("fc00::/7")
    /// RFC 6052.
    private static let translated = range("64:ff9b::/96")
    /// RFC 4291 §2.4: all that was given out so far.
    private static let globalUnicast = range("2000::/3")
    /// Teredo and other protocols (RFC 2928), documentation (RFC 3849, RFC 9637), 6to4 (RFC 3056).
    private static let notGlobal = ranges(["2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16"])

    private static func ranges(_ texts: [String]) -> [NetworkRange] { texts.map(range) }

    private static func range(_ text: String) -> NetworkRange {
        guard let range = try? NetworkRange(text) else { preconditionFailure("\(text) is no network") }
        return range
    }
}
