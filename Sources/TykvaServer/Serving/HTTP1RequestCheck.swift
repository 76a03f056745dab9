import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Refuses HTTP/1 requests that two programs on the way could read in two ways: with 400 and the end of the connection.
///
/// RFC 9112 §3.2 asks for exactly one `Host`. Of the forms of a target only the origin form is taken (§3.2.1), so that
/// what a proxy's rule for a path sees is what the router sees; this is no proxy, and needs no other.
/// https://www.rfc-editor.org/rfc/rfc9112.html#section-3.2
final class HTTP1RequestCheck: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var hasRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasRefused else { return }
        if case .head(let head) = unwrapInboundIn(data), let fault = Self.fault(head) {
            hasRefused = true
            context.fireErrorCaught(fault)
            return
        }
        context.fireChannelRead(data)
    }

    private static func fault(_ head: HTTPRequestHead) -> HTTPParserError? {
        guard head.uri.utf8.first == UInt8(ascii: "/") else { return .invalidURL }
        let hosts = head.headers["host"].count
        let mayHaveNone = head.version.major < 1 || head.version.major == 1 && head.version.minor == 0
        return hosts == 1 || hosts == 0 && mayHaveNone ? nil : .invalidHeaderToken
    }
}

/// Stands behind the translation from HTTP/1, puts the check before it, and leaves; HTTP/2 has no such translation.
final class HTTP1RequestCheckPlacement: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        if let translation = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) {
            do {
                try pipeline.addHandler(HTTP1RequestCheck(), position: .before(translation))
            } catch {
                // Unchecked nothing is served.
                context.close(promise: nil)
            }
        }
        pipeline.removeHandler(self, promise: nil)
    }
}
