package import OAuth
import Storage

/// Until when wrong guesses hold up sign-ins of a user.
package struct HoldUp: Hashable, Sendable {
    /// In browsers that are not known, from everywhere; nil when nothing does.
    package private(set) var everywhere: Milliseconds?
    /// From some networks, the longest.
    package private(set) var someNetworks: Milliseconds?
    /// In a browser or session of theirs, by its own wrong guesses, the longest.
    package private(set) var ownBrowser: Milliseconds?

    init(_ guesses: [AccountGuesses], at now: Milliseconds) {
        for guess in guesses {
            guard case .wait(let until) = guess.kind.policy.decide(guess.record, inFlight: 0, at: now) else { continue }
            switch guess.kind {
            case .account: everywhere = max(everywhere ?? until, until)
            case .accountNetwork: someNetworks = max(someNetworks ?? until, until)
            case .device: ownBrowser = max(ownBrowser ?? until, until)
            case .network, .client, .link, .reset, .register: break
            }
        }
    }
}
