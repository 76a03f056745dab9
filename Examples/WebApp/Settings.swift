import Hummingbird
import TykvaVerifier

/// What the application is told by its environment.
///
///   ISSUER            the issuer, by default http://127.0.0.1:8080
///   CLIENT_ID         how the issuer knows this application, by default web-app
///   CLIENT_SECRET     its secret, as `tykva client add` printed it; there is no default
///   ALGORITHM         what the issuer signs with, by default ES256
///   PORT              where it listens on loopback, by default 8083
///   BASE_URL          what browsers call it, by default http://127.0.0.1:8083
///   ORDERS_URL        where the orders service is, by default http://127.0.0.1:8081
///   ORDERS_AUDIENCE   what that service is called in tokens, by default https://orders.example
struct Settings: Sendable {
    let issuer: String
    let clientID: String
    let clientSecret: String
    let algorithm: TokenAlgorithm
    let port: Int
    let baseURL: String
    let ordersURL: String
    let ordersAudience: String

    var redirectURI: String { baseURL + "/callback" }
    var signedOutURI: String { baseURL + "/signed-out" }

    init(_ environment: Environment) throws {
        guard let port = Int(environment.get("PORT") ?? "8083"), (1...65_535).contains(port) else {
            throw ConfigurationError(description: "PORT must be a number from 1 to 65535")
        }
        guard let secret = environment.get("CLIENT_SECRET"), !secret.isEmpty else {
            throw ConfigurationError(description: "CLIENT_SECRET is missing; tykva client add prints it")
        }
        guard let algorithm = TokenAlgorithm(name: environment.get("ALGORITHM") ?? "ES256") else {
            throw ConfigurationError(description: "ALGORITHM must be one of \(TokenAlgorithm.all)")
        }
        issuer = environment.get("ISSUER") ?? "http://127.0.0.1:8080"
        clientID = environment.get("CLIENT_ID") ?? "web-app"
        clientSecret = secret
        self.algorithm = algorithm
        self.port = port
        baseURL = environment.get("BASE_URL") ?? "http://127.0.0.1:\(port)"
        ordersURL = environment.get("ORDERS_URL") ?? "http://127.0.0.1:8081"
        ordersAudience = environment.get("ORDERS_AUDIENCE") ?? "https://orders.example"
    }
}
