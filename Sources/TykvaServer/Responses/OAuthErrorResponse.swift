import HTTPTypes
package import Hummingbird
package import Logging
import OAuth
import Secrets
import Storage

/// Renders whatever an endpoint throws as RFC 6749 §5.2 says; the reason goes to the log, never to the client.
package enum OAuthErrorResponse {
    package static func response(to error: any Error, logger: Logger) -> Response {
        if let refusal = error as? GuessRefusal {
            logger.info("refused", metadata: ["error": "too_many_guesses", "reason": "\(refusal)"])
            return tooMany(retryAfterSeconds: refusal.retryAfterSeconds)
        }
        let refusal = oauthError(error)
        log(refusal, error, logger)
        var response = JSONResponse.response(
            #"{"error":"\#(refusal.code.rawValue)","error_description":"\#(refusal.description)"}"#,
            status: status(refusal.code))
        response.headers[.cacheControl] = "no-store"
        if refusal.code == .invalidClient, refusal.challengeBasic {
            response.headers[.wwwAuthenticate] = #"Basic realm="tykva", charset="UTF-8""#
        }
        if let seconds = refusal.retryAfter { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    /// RFC 6585 §4. RFC 6749 has no word of its own for it: the request may be sent again.
    static func tooMany(retryAfterSeconds: Int64) -> Response {
        var response = JSONResponse.response(
            #"{"error":"temporarily_unavailable","error_description":"too many requests; try again later"}"#,
            status: .tooManyRequests)
        response.headers[.cacheControl] = "no-store"
        response.headers[.retryAfter] = String(retryAfterSeconds)
        return response
    }

    private static func status(_ code: OAuthError.Code) -> HTTPResponse.Status {
        switch code {
        case .invalidClient: .unauthorized
        case .temporarilyUnavailable: .serviceUnavailable
        default: .badRequest
        }
    }

    private static func oauthError(_ error: any Error) -> OAuthError {
        switch error {
        case let refusal as OAuthError: refusal
        case StorageError.overloaded(let seconds):
            .temporarilyUnavailable(reason: "the storage queue is full", retryAfter: seconds)
        case let trouble as StorageError:
            .temporarilyUnavailable(reason: "\(trouble)", retryAfter: Limits.storageRetrySeconds)
        case PasswordHasherError.overloaded(let seconds):
            .temporarilyUnavailable(reason: "the password queue is full", retryAfter: seconds)
        default:
            .temporarilyUnavailable(reason: "\(error)", retryAfter: Limits.storageRetrySeconds)
        }
    }

    private static func log(_ refusal: OAuthError, _ error: any Error, _ logger: Logger) {
        let reason = refusal.reason.isEmpty ? "" : ": \(refusal.reason)"
        logger.log(
            level: level(refusal, error), "refused",
            metadata: ["error": "\(refusal.code.rawValue)", "reason": "\(refusal.description)\(reason)"])
    }

    /// What strangers can cause is no error of ours.
    private static func level(_ refusal: OAuthError, _ error: any Error) -> Logger.Level {
        switch error {
        case StorageError.overloaded, PasswordHasherError.overloaded: .warning
        case PasswordHasherError.cancelled, is CancellationError: .info
        default: refusal.code == .temporarilyUnavailable ? .error : .info
        }
    }
}
