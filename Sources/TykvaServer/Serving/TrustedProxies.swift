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
        let connection = context.remoteAddress?.ipAddress.flatMap(NetworkAddress.init) ?? .unknown
        let address = caller(connection: connection, forwardedFor: request.headers[values: .xForwardedFor])
        return RequestOrigin(
            holder: Holder(address: address, agent: UserAgent(request.headers[.userAgent] ?? "")),
            requestID: "\(context.id)")
    }

    package func caller(connection: NetworkAddress, forwardedFor: [String]) -> NetworkAddress {
        guard contains(connection) else { return connection }
        var nearest = connection
        let hops = forwardedFor.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        for hop in hops.suffix(Self.maximumHops).reversed() {
            guard let address = NetworkAddress(String(hop.filter { $0 != " " })) else { return nearest }
            nearest = address
            guard contains(address) else { return address }
        }
        return nearest
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
