package import HTTPTypes
import HummingbirdTesting
package import NIOCore
import Synchronization

/// A client of a server that runs on loopback, with a fixed number of connections that take turns.
///
/// As the client of HummingbirdTesting's `test(.live)`, whose limit of seconds a busy machine exceeds.
package final class LiveClient: Sendable {
    package struct Response: Sendable {
        package let status: HTTPResponse.Status
        package let headers: HTTPFields
        package let body: ByteBuffer
    }

    private static let patience = Duration.seconds(600)
    package let port: Int
    private let connections: [TestClient]
    private let requests = Atomic(0)

    init(port: Int, connections count: Int) async throws {
        self.port = port
        var connections: [TestClient] = []
        for _ in 0..<count { connections.append(try await Self.connection(to: port)) }
        self.connections = connections
    }

    /// The server listens, so the connection comes; what gives up after five seconds is the library.
    private static func connection(to port: Int) async throws -> TestClient {
        while true {
            let client = TestClient(host: "127.0.0.1", port: port, configuration: .init(timeout: patience))
            client.connect()
            do {
                _ = try await client.getChannel()
                return client
            } catch ChannelError.connectTimeout {
                try Task.checkCancellation()
            }
        }
    }

    func close() async {
        for connection in connections { try? await connection.shutdown() }
    }

    @discardableResult
    package func execute<Outcome>(
        uri: String, method: HTTPRequest.Method, headers: HTTPFields = [:], body: ByteBuffer? = nil,
        _ read: (Response) throws -> Outcome = { $0 }
    ) async throws -> Outcome {
        let turn = requests.add(1, ordering: .relaxed).oldValue
        let request = TestClient.Request(uri, method: method, authority: "localhost", headers: headers, body: body)
        let response = try await connections[turn % connections.count].execute(request)
        return try read(
            Response(status: response.status, headers: response.headers, body: response.body ?? ByteBuffer()))
    }
}
