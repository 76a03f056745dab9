import OAuth

/// Networks that are not limited as networks: the servers of one's own applications, an office behind one address.
///
/// What is counted for accounts holds for them all the same.
package struct UnlimitedNetworks: Hashable, Sendable {
    package static let loopbackText = "127.0.0.0/8,::1"
    /// Nobody but this machine.
    package static let loopback = UnlimitedNetworks(
        loopbackText.split(separator: ",").compactMap { try? NetworkRange(String($0)) })
    private let networks: [NetworkRange]

    package init(_ networks: [NetworkRange]) { self.networks = networks }

    func contains(_ address: NetworkAddress) -> Bool { networks.contains { $0.contains(address) } }
}
