/// What wrong guesses are counted for (docs/guessing.md).
package enum GuessKind: String, Hashable, Sendable, CaseIterable {
    /// An account, wherever the guesses come from.
    case account
    /// An account, from one network.
    case accountNetwork = "account_network"
    /// An account, in a browser in which its person has signed in before, or in a session of theirs.
    case device
    /// A network, whatever accounts it tries.
    case network
    /// Proofs and authorization codes of a client, from one network; never a client alone, or a stranger could keep an
    /// application out.
    case client
    /// One-time links, from one network.
    case link
    /// Requests for a new password or an account, from one network: each counts, right or wrong.
    case reset

    package var policy: GuessPolicy {
        switch self {
        case .account: GuessPolicy(free: 30, cap: .hours(1))
        case .accountNetwork: GuessPolicy(free: 5, cap: .minutes(15))
        case .device: GuessPolicy(free: 10, cap: .minutes(15))
        case .network: GuessPolicy(free: 50, cap: .minutes(15))
        // 256 random bits are not guessed: this only bounds the work, and ends soon after a wrong secret was put right.
        case .client, .link: GuessPolicy(free: 50, cap: .minutes(1))
        case .reset: GuessPolicy(free: 20, cap: .minutes(15))
        }
    }
}
