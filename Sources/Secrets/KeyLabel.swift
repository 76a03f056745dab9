/// What a key derived from the master secret is for; two labels never give the same key.
///
/// A label is a constant of the program without a zero byte, so that label and context cannot run into each other.
package struct KeyLabel: Sendable, Hashable {
    package let text: String

    package init(_ text: StaticString) {
        self.text = text.description
        precondition(!self.text.utf8.contains(0), "a key label has no zero byte")
    }

    /// The MAC of refresh tokens; the context is the issuer.
    package static let refresh = KeyLabel("tykva refresh v1")
    /// Sealed boxes; the context is the box's purpose.
    package static let seal = KeyLabel("tykva seal v1")
    /// What our own pages carry from one to the next; the context is the purpose and the issuer.
    package static let pages = KeyLabel("tykva pages v1")
    /// The value by which a database knows its master secret; no context.
    package static let check = KeyLabel("tykva check v1")
}
