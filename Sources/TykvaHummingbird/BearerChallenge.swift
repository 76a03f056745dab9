public import HTTPTypes
public import Hummingbird

/// A refusal in the words of RFC 6750 §3: a status, a `WWW-Authenticate` challenge, and nothing about why.
///
/// Thrown from a middleware or a handler it becomes the answer.
/// https://www.rfc-editor.org/rfc/rfc6750.html#section-3
public struct BearerChallenge: Error, HTTPResponseError, Sendable {
    /// The status of the answer.
    public let status: HTTPResponse.Status

    /// The error code; nil when the request brought no token, for then there is no error to name (§3.1).
    public let error: String?

    /// The scope values that would have been enough.
    public let scope: [String]

    /// Seconds after which asking again makes sense.
    public let retryAfterSeconds: Int?

    private let text: StaticString

    /// The name of the protected part; the middleware puts its own here.
    var realm = BearerChallenge.defaultRealm

    static let defaultRealm = "api"

    private init(
        _ status: HTTPResponse.Status, error: String?, _ text: StaticString, scope: [String] = [],
        retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.error = error
        self.text = text
        self.scope = scope
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// 401 without an error code: the request brought no token.
    public static let tokenMissing = BearerChallenge(.unauthorized, error: nil, "An access token is needed.")

    /// 400: the token does not stand where and as it must.
    public static let invalidRequest = BearerChallenge(
        .badRequest, error: "invalid_request", "The Authorization header is malformed.")

    /// 401: the token was refused. Every reason looks the same.
    public static let invalidToken = BearerChallenge(
        .unauthorized, error: "invalid_token", "The access token is not valid.")

    /// 403: the token is good and not enough.
    ///
    /// - Parameter scope: The scope values that would have been enough; none when something else is missing.
    public static func insufficientScope(_ scope: [String] = []) -> BearerChallenge {
        BearerChallenge(.forbidden, error: "insufficient_scope", "The access token does not allow this.", scope: scope)
    }

    /// 503: the token cannot be checked now, which is not its fault.
    public static func temporarilyUnavailable(retryAfterSeconds: Int) -> BearerChallenge {
        BearerChallenge(
            .serviceUnavailable, error: nil, "The access token cannot be checked at the moment.",
            retryAfterSeconds: retryAfterSeconds)
    }

    /// The answer: the status, the challenge or `Retry-After`, and one constant sentence.
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"]
        if let retryAfterSeconds {
            headers[.retryAfter] = "\(retryAfterSeconds)"
        } else {
            headers[.wwwAuthenticate] = challenge
        }
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: "\(text)\n")))
    }

    /// RFC 9110 §11.6.1 and RFC 6750 §3.
    var challenge: String {
        var challenge = "Bearer realm=\"\(Self.quotable(realm))\""
        if let error { challenge += ", error=\"\(error)\", error_description=\"\(text)\"" }
        if !scope.isEmpty { challenge += ", scope=\"\(Self.quotable(scope.joined(separator: " ")))\"" }
        return challenge
    }

    /// What may stand between quotes without an escape (RFC 6750 §3).
    private static func quotable(_ text: String) -> String {
        String(decoding: text.utf8.filter { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }, as: UTF8.self)
    }
}
