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
    /// Requests for a new password, from one network: each counts.
    case reset
    /// Requests for an account, from one network: each counts.
    case register

    package var policy: GuessPolicy {
        switch self {
        case .account: GuessPolicy(free: 30, cost: .doublingPause(cap: .hours(1)))
        case .accountNetwork: GuessPolicy(free: 5, cost: .doublingPause(cap: .minutes(15)))
        case .device: GuessPolicy(free: 10, cost: .doublingPause(cap: .minutes(15)))
        case .network: GuessPolicy(free: 100, cost: .oneEvery(.minutes(1)))
        // 256 random bits are not guessed: this only bounds the work, and a right one is never refused.
        case .client, .link: GuessPolicy(free: 50, cost: .oneEvery(.minutes(1)))
        case .reset, .register: GuessPolicy(free: 20, cost: .oneEvery(.minutes(1)))
        }
    }
}
