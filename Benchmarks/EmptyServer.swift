import Hummingbird
import Logging

/// What a refresh is compared with: a Hummingbird server that reads a body and gives a fixed answer.
enum EmptyServer {
    static func run(port: Int) async throws {
        let router = Router()
        let answer = String(repeating: "x", count: 1100)
        router.get("/health/ready") { _, _ in "ready" }
        router.post("/token") { request, _ in
            _ = try await request.body.collect(upTo: 16_384)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: answer)))
        }
        var logger = Logger(label: "empty")
        logger.logLevel = .error
        try await Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger
        ).runService()
    }
}
