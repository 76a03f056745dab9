import Foundation
import Hummingbird
import Metrics
import PrometheusText
import TykvaHummingbird
import TykvaVerifier

/// A service that shows invoices to accountants. It checks every token by itself.
///
///   ISSUER           the issuer, by default http://127.0.0.1:8080
///   AUDIENCE         what this service is called in tokens, by default https://billing.example
///   ALGORITHM        what the issuer signs with, by default ES256
///   ALSO_ACCEPTING   a second algorithm, while the issuer changes from one to the other; by default none
///   PORT             where it listens on loopback, by default 8082
@main struct BillingService {
    static func main() async {
        do {
            try await serve()
        } catch {
            FileHandle.standardError.write(Data("billing: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func serve() async throws {
        let environment = Environment()
        guard let port = Int(environment.get("PORT") ?? "8082"), (1...65_535).contains(port) else {
            throw ConfigurationError(description: "PORT must be a number from 1 to 65535")
        }

        // What the verifier counts goes where the application's metrics go, so these are set up before it.
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        let verifier = try TokenVerifier(
            issuer: environment.get("ISSUER") ?? "http://127.0.0.1:8080",
            audience: environment.get("AUDIENCE") ?? "https://billing.example",
            algorithm: try algorithm("ALGORITHM", in: environment) ?? .es256,
            alsoAccepting: try algorithm("ALSO_ACCEPTING", in: environment),
            keys: .discovery, cache: VerifiedTokenCacheLimits())

        let router = Router(context: BearerRequestContext.self)
        router.get("health") { _, _ in "ok\n" }
        router.get("metrics") { _, _ in metrics.exposition() }

        let api = router.group().add(middleware: BearerTokenMiddleware(verifier: verifier, realm: "billing"))

        // Any good token for this service is enough to see what it says.
        api.get("me") { _, context in
            let token = try context.requireToken()
            return Me(
                subject: token.subject, name: token.name ?? token.preferredUsername, client: token.clientID,
                scope: token.scope.sorted(), roles: token.roles)
        }

        api.group().add(middleware: RequireRole("accountant")).get("invoices") { _, _ in
            [Invoice(number: "2026-001", amountInCents: 1250), Invoice(number: "2026-002", amountInCents: 99_900)]
        }

        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: "billing"),
            services: [verifier])
        do {
            try await application.runService()
        } catch {
            throw ConfigurationError(description: "it cannot serve on 127.0.0.1:\(port): \(error)")
        }
    }

    /// The algorithm that a setting names, if it is there.
    private static func algorithm(_ name: String, in environment: Environment) throws -> TokenAlgorithm? {
        guard let text = environment.get(name) else { return nil }
        guard let algorithm = TokenAlgorithm(name: text) else {
            let names = TokenAlgorithm.all.map(\.name).joined(separator: ", ")
            throw ConfigurationError(description: "\(name) must be one of \(names)")
        }
        return algorithm
    }
}
