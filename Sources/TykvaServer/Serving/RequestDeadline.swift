import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection (or an HTTP/2 stream) whose peer has not sent a whole request, or not taken an answer, in time.
///
/// And one whose peer has its answer already, a refusal, and still sends more of the request than is read for courtesy.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let allowed: TimeAmount
    private var deadline: Scheduled<Void>?
    private var turn = PeerTurn()
    /// Of the request that is being read, after its answer.
    private var discardedBytes = 0

    init(seconds: Int64) { allowed = .seconds(seconds) }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { apply(.start, context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        apply(.start, context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            guard turn.waiting < Limits.pipelinedRequests else {
                context.close(promise: nil)
                return
            }
            discardedBytes = 0
            apply(turn.requestBegins(), context)
        case .body(let bytes):
            if turn.isAnsweredEarly { discardedBytes += bytes.readableBytes }
            guard discardedBytes <= Limits.discardedBytes else {
                context.close(promise: nil)
                return
            }
        case .end: apply(turn.requestEnds(), context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            // An informational answer is followed by the answer itself (RFC 9110 §15.2).
            if head.status.kind != .informational { apply(turn.answerBegins(), context) }
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            let taken = promise ?? context.eventLoop.makePromise()
            taken.futureResult.assumeIsolated().whenSuccess { self.apply(self.turn.answerIsTaken(), context) }
            context.write(data, promise: taken)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        apply(.stop, context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { apply(.stop, context) }

    private func apply(_ clock: PeerTurn.Clock, _ context: ChannelHandlerContext) {
        guard clock != .keep else { return }
        deadline?.cancel()
        deadline = nil
        guard clock == .start, context.channel.isActive else { return }
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: allowed) { channel.close(promise: nil) }
    }
}
