/// A set of keys, and a number that changes with it.
struct KeySnapshot: Sendable {
    let set: JWKSet
    let epoch: UInt64
}
