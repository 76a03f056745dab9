import Foundation
import Hummingbird
import Metrics
import PrometheusText
import TykvaHummingbird
import TykvaVerifier

/// A service that keeps orders. It checks every token by itself; the issuer is asked for its public keys only.
///
///   ISSUER           the issuer, by default http://127.0.0.1:8080
///   AUDIENCE         what this service is called in tokens, by default https://orders.example
///   ALGORITHM        what the issuer signs with, by default ES256
///   ALSO_ACCEPTING   a second algorithm, while the issuer changes from one to the other; by default none
///   PORT             where it listens on loopback, by default 8081
@main struct OrdersService {
    static func main() async {
        do {
            try await serve()
        } catch {
            FileHandle.standardError.write(Data("orders: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func serve() async throws {
        let environment = Environment()
        guard let port = Int(environment.get("PORT") ?? "8081"), (1...65_535).contains(port) else {
            throw ConfigurationError(description: "PORT must be a number from 1 to 65535")
        }

        // What the verifier counts goes where the application's metrics go, so these are set up before it.
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        let verifier = try TokenVerifier(
            issuer: environment.get("ISSUER") ?? "http://127.0.0.1:8080",
            audience: environment.get("AUDIENCE") ?? "https://orders.example",
            algorithm: try algorithm("ALGORITHM", in: environment) ?? .es256,
            alsoAccepting: try algorithm("ALSO_ACCEPTING", in: environment),
            keys: .discovery, cache: VerifiedTokenCacheLimits())

        let orders = OrderBook()
        let router = Router(context: BearerRequestContext.self)
        router.get("health") { _, _ in "ok\n" }
        router.get("metrics") { _, _ in metrics.exposition() }

        let api = router.group().add(middleware: BearerTokenMiddleware(verifier: verifier, realm: "orders"))

        api.group().add(middleware: RequireScope("orders:read")).get("orders") { _, context in
            await orders.list(of: try context.requireToken().subject)
        }

        api.group().add(middleware: RequireScope("orders:write")).post("orders") { request, context in
            let subject = try context.requireToken().subject
            let wanted = try await request.decode(as: NewOrder.self, context: context)
            guard let order = await orders.place(wanted, for: subject) else {
                throw HTTPError(.badRequest, message: "an order names an item and a quantity of 1 to 1000")
            }
            return EditedResponse(status: .created, response: order)
        }

        // The verifier is a service: it fetches the keys before the first request and keeps them fresh.
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: "orders"),
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
