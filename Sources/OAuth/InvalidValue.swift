/// A value that an operator gave and that cannot be taken: what it was for, and why not.
///
/// The sentence is for the operator's own eyes; it never holds a secret, because secrets have types of their own.
package struct InvalidValue: Error, Hashable, CustomStringConvertible {
    package let what: String
    package let reason: String

    package init(_ what: String, _ reason: String) {
        self.what = what
        self.reason = reason
    }

    package var description: String { "\(what): \(reason)" }
}
