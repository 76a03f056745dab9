import HTTPTypes
import Hummingbird

/// RFC 9457: an error that belongs to no protocol endpoint.
enum Problem {
    static func response(_ status: HTTPResponse.Status) -> Response {
        var response = JSONResponse.response(
            #"{"type":"about:blank","title":"\#(status.reasonPhrase)","status":\#(status.code)}"#, status: status)
        response.headers[.contentType] = "application/problem+json"
        if status == .serviceUnavailable { response.headers[.retryAfter] = String(Limits.storageRetrySeconds) }
        return response
    }

    /// RFC 9110 §15.5.6: the path is there, the method is not.
    static func methodNotAllowed(_ allowed: String) -> Response {
        var response = response(.methodNotAllowed)
        response.headers[.allow] = allowed
        return response
    }
}
