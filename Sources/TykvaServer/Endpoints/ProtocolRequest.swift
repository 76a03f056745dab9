import HTTPTypes
import Hummingbird
import NIOCore
import OAuth

/// A form that a client posts to a protocol endpoint, read within its limits.
enum ProtocolRequest {
    private static let formType = "application/x-www-form-urlencoded"

    /// - Throws: `invalid_request`.
    static func form(_ request: Request) async throws -> FormParameters {
        let types = request.headers[values: .contentType]
        guard types.count == 1, let type = types.first?.split(separator: ";").first,
            type.trimmingSpaces().lowercased() == formType
        else { throw OAuthError.invalidRequest("the content type must be application/x-www-form-urlencoded") }
        guard request.uri.query == nil else {
            throw OAuthError.invalidRequest("parameters belong in the body, not in the query")
        }
        do {
            return try FormParameters(await request.body.collect(upTo: Limits.bodyBytes).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw OAuthError.invalidRequest("the request is too large")
        }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
