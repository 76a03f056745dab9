package import Secrets

/// Under which wrong guesses are counted: SHA-256 of the kind and of whom or what they concern.
///
/// Names are hashed whether or not somebody has them, so that rows are of one size. They can be guessed from the
/// hashes: who reads the store reads the accounts too.
package struct GuessKey: Hashable, Sendable {
    package let kind: GuessKind
    package let hash: TokenHash
    /// Of the account's own key, or of its id, for what goes with it when its records are cleared; nil where no account
    /// is concerned.
    package let account: TokenHash?

    private init(_ kind: GuessKind, _ parts: [[UInt8]], account: TokenHash? = nil) {
        self.kind = kind
        hash = Self.hash(kind, parts)
        self.account = kind == .account ? hash : account
    }

    /// - Parameter name: What somebody signs in with, whether or not there is such an account.
    package static func account(_ name: UserName) -> GuessKey { GuessKey(.account, [Array(name.key.utf8)]) }

    package static func account(_ name: UserName, from address: NetworkAddress) -> GuessKey {
        GuessKey(.accountNetwork, [Array(name.key.utf8), address.network], account: account(name).hash)
    }

    /// - Parameter device: Of the browser's cookie.
    package static func device(_ device: TokenHash, of name: UserName) -> GuessKey {
        GuessKey(.device, [Array(name.key.utf8), device.bytes], account: account(name).hash)
    }

    /// Somebody who is signed in and gives their password again.
    package static func session(_ session: SessionID, of user: UserID) -> GuessKey {
        GuessKey(.device, [Array(session.text.utf8)], account: accountKey(of: user))
    }

    /// What records go with whose keys are not made of a name: those of sessions.
    package static func accountKey(of user: UserID) -> TokenHash { hash(.device, [Array(user.text.utf8)]) }

    package static func network(_ address: NetworkAddress) -> GuessKey { GuessKey(.network, [address.network]) }

    /// - Parameter client: Nil for all that are not registered.
    package static func client(_ client: ClientID?, from address: NetworkAddress) -> GuessKey {
        GuessKey(.client, [Array((client?.text ?? "").utf8), address.network])
    }

    package static func link(from address: NetworkAddress) -> GuessKey { GuessKey(.link, [address.network]) }

    package static func reset(from address: NetworkAddress) -> GuessKey { GuessKey(.reset, [address.network]) }

    package static func register(from address: NetworkAddress) -> GuessKey { GuessKey(.register, [address.network]) }

    /// Each part with its length before it, so that no two lists of parts are one text.
    private static func hash(_ kind: GuessKind, _ parts: [[UInt8]]) -> TokenHash {
        var bytes = Array(kind.rawValue.utf8)
        for part in parts {
            bytes.append(0)
            bytes += [UInt8(truncatingIfNeeded: part.count >> 8), UInt8(truncatingIfNeeded: part.count)]
            bytes += part
        }
        return TokenHash(of: bytes)
    }
}

/// In the order in which they are locked.
extension GuessKey: Comparable {
    package static func < (one: GuessKey, other: GuessKey) -> Bool {
        one.hash.bytes.lexicographicallyPrecedes(other.hash.bytes)
    }
}
