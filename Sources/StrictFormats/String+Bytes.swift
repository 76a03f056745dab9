extension String {
    /// Whether two strings have the same UTF-8.
    ///
    /// `==` also equates canonically equivalent strings: "K" (U+212A) equals the letter K, so a hostile issuer could
    /// spell an identifier that is not ours and still equals it. Protocol identifiers are compared by this.
    package func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
