/// Whether a guess is looked at.
package enum GuessDecision: Hashable, Sendable {
    case admit
    case wait(until: Milliseconds)
}
