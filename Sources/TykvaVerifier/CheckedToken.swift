/// A token whose signature and claims are good by its profile.
struct CheckedToken: Sendable {
    let claims: CheckedClaims

    /// The algorithm of the key that signed it.
    let algorithm: TokenAlgorithm

    /// The epoch of the key set that checked it.
    let epoch: UInt64
}
