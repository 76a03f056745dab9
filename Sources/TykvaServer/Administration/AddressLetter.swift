/// What is sent to an address that an operator gives and nobody has proved: one letter, with a link.
package enum AddressLetter: Hashable, Sendable {
    /// With a link that confirms the address.
    case confirmation
    /// With a link to choose a first password, which confirms the address too.
    case invitation
}
