/// The forms in which users come from elsewhere (docs/importing.md).
package enum ImportFormat: String, Sendable, CaseIterable {
    /// One JSON object a line, of our own.
    case jsonl
    /// The export of a Keycloak realm.
    case keycloak
}
