import HTTPTypes
import Hummingbird
import LiveServing
import Logging
import NIOCore
import OAuth
import StrictFormats
import TestSupport
import Testing
// As an application sees it: only what is public.
import TykvaServer

private struct ApplicationContext: IssuerRequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}

@Suite(.serialized, .timeLimit(.minutes(15))) struct MountingTests {
    private static let issuer = "https://auth.example.com"

    private static func logger() -> Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    private static func mounted(_ folder: String) async throws -> TykvaServer {
        try await TykvaServer(dataFolder: folder, issuer: issuer, logger: logger())
    }

    /// A program that another test is about to start holds what was open here until it is loaded: a lock too.
    private static func mountedAgain(_ folder: String) async throws -> TykvaServer {
        while true {
            if let server = try? await mounted(folder) { return server }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private static func serve(
        _ server: TykvaServer, _ body: @Sendable (LiveClient) async throws -> Void
    ) async throws {
        let router = Router(context: ApplicationContext.self)
        server.install(on: router)
        router.get("/") { _, _ in "mine" }
        let application = Application(router: router, services: server.services, logger: logger())
        try await application.live { try await body($0) }
    }

    @Test func `an application serves the issuer beside its own routes`() async throws {
        let folder = try TemporaryFolder()
        try await Self.serve(try await Self.mounted(folder.path)) { http in
            let metadata = try await http.execute(uri: "/.well-known/openid-configuration", method: .get) { Answer($0) }
            #expect(metadata.json?["issuer"]?.stringValue == Self.issuer)
            #expect(metadata.headers[.xContentTypeOptions] == "nosniff")
            let ready = try await http.execute(uri: "/health/ready", method: .get) { Answer($0) }
            #expect(ready.status == 200)
            let token = try await http.execute(uri: "/token", method: .post) { Answer($0) }
            #expect(token.error == "invalid_request")
            let account = try await http.execute(uri: "/account", method: .get) { Answer($0) }
            #expect(account.status == 303)
            let own = try await http.execute(uri: "/", method: .get) { Answer($0) }
            #expect(own.text == "mine" && own.headers[.xContentTypeOptions] == nil)
            let nothing = try await http.execute(uri: "/nothing", method: .get) { Answer($0) }
            #expect(nothing.status == 404 && nothing.headers[.xContentTypeOptions] == nil)
        }
    }

    @Test func `a data folder is served once at a time, and again afterwards`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("data")
        try await Self.serve(try await Self.mounted(path)) { _ in
            await #expect(throws: InvalidValue.self) { try await Self.mounted(path) }
        }
        try await Self.serve(try await Self.mountedAgain(path)) { http in
            let ready = try await http.execute(uri: "/health/ready", method: .get) { Answer($0) }
            #expect(ready.status == 200)
        }
    }

    @Test func `an issuer or a folder that cannot be is refused`() async throws {
        let folder = try TemporaryFolder()
        for issuer in ["http://auth.example.com", "https://auth.example.com/", "auth"] {
            await #expect(throws: InvalidValue.self) {
                try await TykvaServer(dataFolder: folder.path, issuer: issuer, logger: Self.logger())
            }
        }
        await #expect(throws: InvalidValue.self) { try await Self.mounted(folder.file("a/b")) }
        try await Self.serve(try await Self.mounted(folder.path)) { _ in }
        await #expect(throws: InvalidValue.self) {
            try await TykvaServer(
                dataFolder: folder.path, issuer: "https://other.example.com", logger: Self.logger())
        }
    }
}
