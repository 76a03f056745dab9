import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import NIOCertificateReloading
import NIOCore
import NIOSSL
import OAuth

/// What stands between a socket and the router: limits and deadlines of connections, and TLS.
enum Listeners {
    static func plain() -> HTTPServerBuilder { .http1(configuration: http1()) }

    static func secure(_ certificate: ServingCertificate) throws -> HTTPServerBuilder {
        var http2 = HTTP2ChannelConfiguration(
            idleTimeout: .seconds(Limits.requestSeconds), gracefulCloseTimeout: .seconds(Limits.shutdownSeconds),
            streamConfiguration: http1())
        // The initialiser does not take it over.
        http2.maxAgeTimeout = .hours(1)
        var configuration = try TLSConfiguration.makeServerConfiguration(certificateReloader: certificate.reloader)
        // RFC 8996: the default goes back to 1.0.
        configuration.minimumTLSVersion = .tlsv12
        let tls = TLSChannelConfiguration(tlsConfiguration: configuration)
        return HTTPServerBuilder { [http2] responder in
            HandshakeDeadline(
                base: try HTTP2UpgradeChannel(
                    tlsChannelConfiguration: tls, configuration: http2, responder: responder),
                seconds: Limits.handshakeSeconds)
        }
    }

    /// Of an HTTP/1 connection, and of a stream of HTTP/2.
    private static func http1() -> HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                RequestDeadline(seconds: Limits.requestSeconds), HTTP1RequestCheckPlacement(),
            ],
            idleTimeout: .seconds(Limits.requestSeconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Limits.headerBytes, maxHeaderListSize: Limits.headerBytes,
                maxHeaderFieldCount: Limits.headerCount))
    }
}
