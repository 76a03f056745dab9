/// One user of an import, or why there is none, and where it stands.
package struct ImportEntry: Sendable {
    /// The line on which it begins, from 1.
    package let line: Int
    /// How long it is.
    package let bytes: Int
    package let user: Result<ImportedUser, ImportRefusal>
}
