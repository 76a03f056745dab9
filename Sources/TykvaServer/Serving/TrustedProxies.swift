import HTTPTypes
import Hummingbird
package import OAuth

/// The networks whose connections may name the caller by `X-Forwarded-For`.
///
/// The header is read from the right: the first address outside these networks is the caller.
package struct TrustedProxies: Hashable, Sendable {
    package static let none = TrustedProxies(networks: [])
    private static let maximumHops = 32
    private let networks: [NetworkRange]

    package init(networks: [NetworkRange]) { self.networks = networks }

    package var isEmpty: Bool { networks.isEmpty }

    func origin(of request: Request, _ context: some IssuerRequestContext) -> RequestOrigin {
        RequestOrigin(
            holder: Holder(
                address: caller(of: request, context), agent: UserAgent(request.headers[.userAgent] ?? "")),
            requestID: "\(context.id)")
    }

    /// The address that a request comes from.
    func caller(of request: Request, _ context: some IssuerRequestContext) -> NetworkAddress {
        caller(connection: peer(context), forwardedFor: request.headers[values: .xForwardedFor])
    }

    /// Whether the connection comes from one of these networks.
    func isPeer(_ context: some IssuerRequestContext) -> Bool { contains(peer(context)) }

    private func peer(_ context: some IssuerRequestContext) -> NetworkAddress {
        context.remoteAddress?.ipAddress.flatMap(NetworkAddress.init) ?? .unknown
    }

    package func caller(connection: NetworkAddress, forwardedFor: [String]) -> NetworkAddress {
        guard contains(connection) else { return connection }
        var nearest = connection
        // Elements of a list may be empty (RFC 9110 §5.6.1.2).
        let hops = forwardedFor.flatMap { field in field.split(separator: ",") }
            .map { hop in String(hop.filter { $0 != " " && $0 != "\t" }) }.filter { !$0.isEmpty }
        for hop in hops.suffix(Self.maximumHops).reversed() {
            guard let address = Self.address(hop) else { return nearest }
            nearest = address
            guard contains(address) else { return address }
        }
        return nearest
    }

    /// `203.0.113.9`, `203.0.113.9:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`: all are in use.
    private static func address(_ hop: String) -> NetworkAddress? {
        if let address = NetworkAddress(hop) { return address }
        guard let end = hop.firstIndex(of: hop.hasPrefix("[") ? "]" : ":") else { return nil }
        let isBracketed = hop[end] == "]"
        let text = isBracketed ? hop[..<end].dropFirst() : hop[..<end]
        let rest = isBracketed ? hop[hop.index(after: end)...] : hop[end...]
        guard rest.isEmpty || rest.hasPrefix(":") && isPort(rest.dropFirst()),
            text.contains(":") == isBracketed
        else { return nil }
        return NetworkAddress(String(text))
    }

    private static func isPort(_ text: Substring) -> Bool {
        (1...5).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private func contains(_ address: NetworkAddress) -> Bool { networks.contains { $0.contains(address) } }
}

/// A range of addresses in CIDR notation (RFC 4632 §3.1): `10.0.0.0/8`, `fd00::/8`, or one address.
package struct NetworkRange: Hashable, Sendable {
    private let bytes: [UInt8]
    private let prefixLength: Int

    package init(_ text: String) throws(InvalidValue) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ NetworkAddress(String($0)) }), parts.count <= 2 else {
            throw InvalidValue("network \(text.prefix(64))", "it must have the form 10.0.0.0/8 or fd00::/8")
        }
        bytes = address.bytes
        guard parts.count == 2 else {
            prefixLength = bytes.count * 8
            return
        }
        guard parts[1].utf8.count <= 3, let length = Int(parts[1]), (0...bytes.count * 8).contains(length) else {
            throw InvalidValue("network \(text.prefix(64))", "the number after the slash is out of range")
        }
        prefixLength = length
    }

    package func contains(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == bytes.count else { return false }
        let whole = prefixLength / 8
        guard address.bytes.prefix(whole) == bytes.prefix(whole) else { return false }
        let rest = prefixLength % 8
        return rest == 0 || (address.bytes[whole] ^ bytes[whole]) >> (8 - rest) == 0
    }
}

extension HTTPField.Name {
    // A constant name of valid form.
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
    static let requestID = HTTPField.Name("X-Request-Id")!
}
