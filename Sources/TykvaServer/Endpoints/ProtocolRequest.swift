import HTTPTypes
import Hummingbird
import NIOCore
import OAuth

/// A form that a client posts to a protocol endpoint, read within its limits.
enum ProtocolRequest {
    private static let formType = "application/x-www-form-urlencoded"

    /// - Throws: `invalid_request`.
    static func form(_ request: Request) async throws -> FormParameters {
        try FormParameters(await formBody(request))
    }

    /// A form of one of our own pages, whose address may have a query.
    ///
    /// - Throws: `NIOTooManyBytesError`, or `OAuthError` for what is no form.
    static func formOfPage(_ request: Request) async throws -> FormParameters {
        try checkType(request)
        return try FormParameters(try await request.body.collect(upTo: Limits.bodyBytes).readableBytesView)
    }

    /// The bytes of a form that comes in the body alone.
    ///
    /// - Throws: `invalid_request`.
    static func formBody(_ request: Request) async throws(OAuthError) -> ByteBufferView {
        try checkType(request)
        guard request.uri.query == nil else {
            throw .invalidRequest("parameters belong in the body, not in the query")
        }
        return try await body(request).readableBytesView
    }

    private static func checkType(_ request: Request) throws(OAuthError) {
        let types = request.headers[values: .contentType]
        guard types.count == 1, let type = types.first?.split(separator: ";", omittingEmptySubsequences: false).first,
            type.trimmingSpaces().lowercased() == formType
        else { throw .invalidRequest("the content type must be application/x-www-form-urlencoded") }
    }

    /// Whatever goes wrong here is the sender's: malformed chunks, the end of the connection, or its deadline.
    private static func body(_ request: Request) async throws(OAuthError) -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: Limits.bodyBytes)
        } catch is NIOTooManyBytesError {
            throw .invalidRequest("the request is too large")
        } catch {
            throw .invalidRequest("the request did not arrive whole", reason: "\(error)")
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
