import HTTPTypes
import Hummingbird
import LiveServing
import Logging
import NIOCore
import OAuth
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized, .timeLimit(.minutes(15))) struct OutgoingRequestsTests {
    private static func rules(private allowsPrivate: Bool = true) throws -> AddressRules {
        AddressRules(issuer: try Issuer("https://auth.example.com"), allowsPrivate: allowsPrivate)
    }

    /// A client's server, that counts who came.
    private static func withServer(_ body: @Sendable (_ port: Int, _ came: Counted) async throws -> Void) async throws {
        let came = Counted()
        let router = Router()
        router.get("/jwks") { request, _ in
            came.note(request.head.authority ?? "")
            return #"{"keys":[]}"#
        }
        router.get("/moved") { _, _ in Response(status: .found, headers: [.location: "/jwks"]) }
        router.get("/large") { _, _ in String(repeating: "a", count: Limits.fetchedBytes + 1) }
        router.get("/broken") { _, _ in Response(status: .internalServerError) }
        router.post("/logout") { request, _ in
            came.note(String(buffer: try await request.body.collect(upTo: 1024)))
            return HTTPResponse.Status.noContent
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        try await Application(router: router, logger: logger).live { client in
            try await body(client.port, came)
        }
    }

    final class Counted: Sendable {
        private let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
        func note(_ text: String) { texts.withLock { $0.append(text) } }
    }

    @Test func `a document is fetched and a form is posted`() async throws {
        try await Self.withServer { port, came in
            let requests = OutgoingRequests(try Self.rules(), patience: .forTests)
            let bytes = try await requests.get(
                "http://127.0.0.1:\(port)/jwks", accept: "application/json")
            #expect(String(decoding: bytes, as: UTF8.self) == #"{"keys":[]}"#)
            try await requests.post("http://localhost:\(port)/logout", form: "logout_token=x")
            #expect(came.all.last == "logout_token=x")
        }
    }

    @Test func `redirects, large answers and errors are refused`() async throws {
        try await Self.withServer { port, came in
            let requests = OutgoingRequests(try Self.rules(), patience: .forTests)
            for path in ["moved", "large", "broken", "nothing"] {
                await #expect(throws: InvalidValue.self) {
                    try await requests.get(
                        "http://127.0.0.1:\(port)/\(path)", accept: "application/json")
                }
            }
            #expect(came.all.isEmpty)
        }
    }

    @Test func `private addresses are refused before anything is sent`() async throws {
        try await Self.withServer { port, came in
            let requests = OutgoingRequests(try Self.rules(private: false), patience: .forTests)
            for host in ["127.0.0.1", "localhost", "[::1]"] {
                await #expect(throws: InvalidValue.self) {
                    try await requests.get(
                        "http://\(host):\(port)/jwks", accept: "application/json")
                }
            }
            #expect(came.all.isEmpty)
        }
    }

    @Test func `the connection goes to the address that was checked, and the name is looked up once`() async throws {
        try await Self.withServer { port, came in
            let lookups = Counted()
            let loopback = try #require(NetworkAddress("127.0.0.1"))
            let requests = OutgoingRequests(try Self.rules(), patience: .forTests) { host in
                lookups.note(host)
                return [loopback]
            }
            _ = try await requests.get("http://localhost:\(port)/jwks", accept: "application/json")
            #expect(lookups.all == ["localhost"])
            #expect(came.all == ["localhost:\(port)"])
            // The server does not listen there, though the system's resolver would have found it.
            let elsewhere = try #require(NetworkAddress("127.0.0.2"))
            let misled = OutgoingRequests(try Self.rules(), patience: .forTests) { _ in [elsewhere] }
            await #expect(throws: (any Error).self) {
                try await misled.get("http://localhost:\(port)/jwks", accept: "application/json")
            }
            #expect(came.all.count == 1)
        }
    }

    @Test func `of several addresses only the allowed ones are tried, the next when one refuses`() async throws {
        try await Self.withServer { port, _ in
            let addresses = try ["169.254.169.254", "127.0.0.2", "127.0.0.1"].map { try #require(NetworkAddress($0)) }
            let requests = OutgoingRequests(try Self.rules(), patience: .forTests) { _ in addresses }
            _ = try await requests.get("http://localhost:\(port)/jwks", accept: "application/json")
            let only = OutgoingRequests(try Self.rules(), patience: .forTests) { _ in [addresses[0]] }
            await #expect(throws: InvalidValue.self) {
                try await only.get("http://localhost:\(port)/jwks", accept: "application/json")
            }
        }
    }

    /// Notes from which port a request came: each connection has its own.
    private struct PeerContext: RequestContext {
        var coreContext: CoreRequestContextStorage
        let peer: String

        init(source: ApplicationRequestContextSource) {
            coreContext = .init(source: source)
            peer = source.channel.remoteAddress?.port.map { "\($0)" } ?? ""
        }
    }

    @Test func `a kept connection carries the next request, and only to an address that was just given and allowed`()
        async throws
    {
        let came = Counted()
        let router = Router(context: PeerContext.self)
        router.post("/hook") { _, context in
            came.note(context.peer)
            return "thanks"
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        try await Application(router: router, logger: logger).live { client in
            let port = client.port
            let addresses = Mutex(
                try ["127.0.0.1", "127.0.0.1", "127.0.0.1", "169.254.169.254", "127.0.0.2"]
                    .map { try #require(NetworkAddress($0)) })
            func post(_ requests: OutgoingRequests) async throws -> UInt {
                try await requests.post(
                    OutgoingURL("http://localhost:\(port)/hook"), body: [1], headers: [],
                    within: .init(seconds: 600, bytes: 0))
            }
            let kept = OutgoingRequests(try Self.rules(), keepsConnections: true, patience: .forTests) { _ in
                [addresses.withLock { $0.removeFirst() }]
            }
            for _ in 0..<3 { #expect(try await post(kept) == 200) }
            #expect(came.all.count == 3)
            #expect(Set(came.all).count == 1)
            // The name leads elsewhere now, while the connection is still open.
            await #expect(throws: InvalidValue.self) { try await post(kept) }
            await #expect(throws: (any Error).self) { try await post(kept) }
            #expect(came.all.count == 3)
            let loopback = try #require(NetworkAddress("127.0.0.1"))
            let new = OutgoingRequests(try Self.rules(), patience: .forTests) { _ in [loopback] }
            for _ in 0..<3 { #expect(try await post(new) == 200) }
            #expect(Set(came.all).count == 1 + 3)
        }
    }

    @Test func `the keys of a client are fetched from where it publishes them`() async throws {
        let key = ClientKey.es256()
        let router = Router()
        router.get("/jwks") { _, _ in key.set() }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        try await Application(router: router, logger: logger).live { published in
            let url = "http://127.0.0.1:\(published.port)/jwks"
            let client = try TestServer.keyed(.url(url))
            for allows in [true, false] {
                try await TestServer.run(configure: { $0.allowsPrivateAddresses = allows }, clients: [client]) {
                    let answer = try await $0.credentials(key.assertion(at: $0.clock.now))
                    #expect(answer.status == (allows ? 200 : 401))
                }
            }
        }
    }
}
