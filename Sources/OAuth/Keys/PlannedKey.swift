/// What a plan looks at of a signing key.
package struct PlannedKey: Hashable, Sendable {
    package let id: KeyID
    package let algorithm: SigningAlgorithm
    package let life: KeyLife
    /// When an operator asked that the next rotation comes before its time; of a key that signs.
    package let rotationAskedAt: Milliseconds?
    /// Whether the private half is there no more.
    package let isErased: Bool

    package init(
        id: KeyID, algorithm: SigningAlgorithm, life: KeyLife, rotationAskedAt: Milliseconds? = nil,
        isErased: Bool = false
    ) {
        self.id = id
        self.algorithm = algorithm
        self.life = life
        self.rotationAskedAt = rotationAskedAt
        self.isErased = isErased
    }
}
