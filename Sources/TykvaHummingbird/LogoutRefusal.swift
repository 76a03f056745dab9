import HTTPTypes
import Hummingbird

/// Why a logout request was not fulfilled: an answer that says little, and a reason for the log.
///
/// OpenID Connect Back-Channel Logout 1.0 §2.8: 400 with an error in JSON, and never kept by a cache.
struct LogoutRefusal: Error {
    private let status: HTTPResponse.Status
    private let body: StaticString
    private let retryAfterSeconds: Int?
    let reason: String

    private init(_ status: HTTPResponse.Status, _ body: StaticString, _ reason: String, retryAfterSeconds: Int? = nil) {
        self.status = status
        self.body = body
        self.reason = reason
        self.retryAfterSeconds = retryAfterSeconds
    }

    static func invalid(_ reason: String) -> LogoutRefusal {
        LogoutRefusal(
            .badRequest, #"{"error":"invalid_request","error_description":"The logout token is not valid."}"#, reason)
    }

    static func malformed(_ reason: String) -> LogoutRefusal {
        LogoutRefusal(
            .badRequest,
            #"{"error":"invalid_request","error_description":"The request must be a form with one logout_token."}"#,
            reason)
    }

    static func unavailable(_ reason: String, retryAfterSeconds: Int) -> LogoutRefusal {
        LogoutRefusal(
            .serviceUnavailable,
            #"{"error":"temporarily_unavailable","error_description":"The logout cannot be done at the moment."}"#,
            reason, retryAfterSeconds: retryAfterSeconds)
    }

    var response: Response {
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        if let retryAfterSeconds { headers[.retryAfter] = "\(retryAfterSeconds)" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: "\(body)")))
    }
}
