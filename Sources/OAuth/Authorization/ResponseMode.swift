/// How the answer to an authorization request travels.
///
/// OAuth 2.0 Multiple Response Type Encoding Practices §2.1; OAuth 2.0 Form Post Response Mode.
package enum ResponseMode: String, CaseIterable, Sendable {
    case query
    case formPost = "form_post"
}
