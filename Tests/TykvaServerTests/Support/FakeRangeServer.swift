import Crypto
import HTTPTypes
import Hummingbird
import LiveServing
import Logging
import NIOCore
import Synchronization
import Testing

@testable import TykvaServer

/// A server of leaked passwords' hashes that knows one password, and misbehaves when it is told to.
final class FakeRangeServer: Sendable {
    enum Behaviour: CaseIterable, Sendable {
        case good, padding, garbage, slow, dripping, large, broken, moved
    }

    static let leaked = "correct horse battery staple"

    private let state = Mutex((behaviour: Behaviour.good, came: [String](), isPaddingAsked: true, isOver: false))
    private let listed = Insecure.SHA1.hash(data: Array(leaked.utf8)).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()

    /// The prefixes that were asked for.
    var came: [String] { state.withLock { $0.came } }
    /// Whether each question asked for padding.
    var isPaddingAsked: Bool { state.withLock { $0.isPaddingAsked } }
    var prefix: String { String(listed.prefix(5)) }

    /// Whether the test that is kept waiting has ended.
    private var isOver: Bool { state.withLock { $0.isOver } }

    func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    /// - Parameter body: Gets the server and its URL.
    static func run(_ body: @Sendable (FakeRangeServer, LeakedPasswordsURL) async throws -> Void) async throws {
        let server = FakeRangeServer()
        let router = Router()
        router.get("/range/:prefix") { request, context in
            try await server.answer(context.parameters.require("prefix"), request)
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        try await Application(router: router, logger: logger).live { client in
            let port = client.port
            defer { server.state.withLock { $0.isOver = true } }
            try await body(server, LeakedPasswordsURL("http://127.0.0.1:\(port)/range"))
        }
    }

    private func answer(_ prefix: String, _ request: Request) async throws -> Response {
        let isPaddingAsked = HTTPField.Name("add-padding").flatMap { request.headers[$0] } == "true"
        let behaviour = state.withLock { state in
            state.came.append(prefix)
            state.isPaddingAsked = state.isPaddingAsked && isPaddingAsked
            return state.behaviour
        }
        let other = String(repeating: "0A", count: 17) + "F"
        let suffix = listed.hasPrefix(prefix) ? String(listed.dropFirst(5)) : String(other.reversed())
        switch behaviour {
        case .good: return text("\(other):12\r\n\(suffix):3\r\n\(other):0\r\n")
        case .padding: return text("\(other):12\r\n\(suffix):0\r\n")
        case .garbage: return text("<html><body>Welcome to the hotel</body></html>")
        case .large: return text(String(repeating: "\(other):1\r\n", count: 1 + Limits.leakedRangeBytes / 39))
        case .broken: return Response(status: .internalServerError)
        case .moved: return Response(status: .found, headers: [.location: "/range/\(prefix)"])
        case .slow:
            while !isOver { try await Task.sleep(for: .milliseconds(20)) }
            return text("")
        case .dripping:
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    while !self.isOver {
                        try await writer.write(ByteBuffer(string: "\(other):1\r\n"))
                        try await Task.sleep(for: .milliseconds(300))
                    }
                    try await writer.finish(nil)
                })
        }
    }

    private func text(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain"], body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
