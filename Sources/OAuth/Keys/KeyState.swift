/// Where a signing key is in its life.
package enum KeyState: String, Sendable, CaseIterable {
    /// In the key set, so that verifiers know it before it signs.
    case published
    /// Signs.
    case active
    /// Signs no more; in the key set until the last token it signed has expired.
    case retiring
    /// Out of the key set.
    case gone
}
