package import Secrets

/// The keys of refresh tokens by number, one for each master secret; the active one makes new tokens.
package struct RefreshKeys: Sendable {
    package let activeNumber: UInt8
    private let keys: [UInt8: TokenMAC]

    /// - Parameters:
    ///   - secrets: Every master secret this node can read.
    ///   - issuer: Part of the derivation, so that a staging copy cannot mint for production.
    package init(secrets: MasterSecrets, issuer: Issuer) {
        activeNumber = secrets.activeNumber
        var keys: [UInt8: TokenMAC] = [:]
        for number in secrets.numbers {
            keys[number] = secrets[number: number].map { TokenMAC($0, issuer: issuer.text) }
        }
        self.keys = keys
    }

    package subscript(number: UInt8) -> TokenMAC? { keys[number] }
}
