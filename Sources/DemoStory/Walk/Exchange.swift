import OAuth
import StrictFormats

/// An answer that this server gave to one of the story's calls.
struct Exchange: Sendable {
    static let maximumBytes = 64 * 1024
    let status: Int
    let phrase: String
    /// `WWW-Authenticate` (RFC 6750 §3).
    let challenge: String?
    let body: String
    let at: Milliseconds

    /// The body, when it is a JSON object.
    var object: JSONObject? {
        try? JSONValue(parsing: body, limits: .document).objectValue
    }
}

/// The tokens of a successful answer of the token endpoint (RFC 6749 §5.1).
struct IssuedTokens: Sendable {
    let access: String
    let refresh: String

    init?(_ answer: Exchange) {
        guard answer.status == 200, let object = answer.object,
            let access = object["access_token"]?.stringValue, let refresh = object["refresh_token"]?.stringValue
        else { return nil }
        self.access = access
        self.refresh = refresh
    }
}
