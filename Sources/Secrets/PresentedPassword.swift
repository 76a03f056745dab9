/// What somebody typed at sign-in, normalised as `Password` is, and bounded only from above.
///
/// There is no lower bound: an older or imported password may be shorter. What is too long matches nothing and still
/// costs a hash, so that the time of an answer tells nothing.
package final class PresentedPassword: Sendable, Redacted {
    let utf8: SecretBytes
    let isWithinBounds: Bool

    package init(_ text: String) {
        let normalized = PasswordText.normalized(text)
        self.isWithinBounds = normalized != nil
        self.utf8 = SecretBytes(brieflyCopying: (normalized ?? "").utf8)
    }
}
