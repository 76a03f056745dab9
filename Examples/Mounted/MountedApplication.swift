import Foundation
import Hummingbird
import TykvaHummingbird
import TykvaServer
import TykvaVerifier

/// An application that signs people in itself: the whole issuer stands on its own router, and its own routes check
/// tokens like those of any other service.
///
///   DATA      the issuer's data folder, by default mounted-data; `tykva --data` works on it
///   PORT      where it listens on loopback, by default 8084
@main struct MountedApplication {
    static func main() async {
        do {
            try await serve()
        } catch {
            FileHandle.standardError.write(Data("mounted: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func serve() async throws {
        let environment = Environment()
        guard let port = Int(environment.get("PORT") ?? "8084"), (1...65_535).contains(port) else {
            throw ConfigurationError(description: "PORT must be a number from 1 to 65535")
        }
        let address = "http://127.0.0.1:\(port)"
        let issuer = try await TykvaServer(dataFolder: environment.get("DATA") ?? "mounted-data", issuer: address)
        // Without `resource`, a token is for the issuer itself when its client has no audience.
        let verifier = try TokenVerifier(
            issuer: address, audience: address, algorithm: .es256, keys: .discovery, cache: VerifiedTokenCacheLimits())

        let router = Router(context: MountedContext.self)
        issuer.install(on: router)
        router.get("/") { _, _ in "An application of its own. People sign in at /account.\n" }
        let api = router.group("api").add(middleware: BearerTokenMiddleware(verifier: verifier, realm: "mounted"))
        api.get("me") { _, context in
            let token = try context.requireToken()
            return "\(token.preferredUsername ?? token.subject)\n"
        }

        let application = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil),
            services: issuer.services + [verifier])
        do {
            try await application.runService()
        } catch {
            throw ConfigurationError(description: "it cannot serve on 127.0.0.1:\(port): \(error)")
        }
    }
}
