import OAuth
import Testing

/// A registered client and requests of it, for the tests of this folder.
enum AuthorizationSample {
    static let issuer = try! Issuer("https://auth.example.com")
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let callback = "https://app.example.com/callback"

    static func client(
        isFirstParty: Bool = false, grants: [GrantType] = [.authorizationCode, .refreshToken],
        redirectURIs: [String] = [callback], scope: String = "openid profile email orders:read offline_access"
    ) throws -> Client {
        Client(
            id: try #require(ClientID("app")), authentication: .none, isFirstParty: isFirstParty, grants: grants,
            audiences: [], scope: try #require(Scope(scope)),
            redirectURIs: try redirectURIs.map { uri throws(InvalidValue) in try RegisteredRedirectURI(uri) },
            createdAt: Milliseconds(0))
    }

    /// A good request's parameters, with some of them changed or, with nil, left out.
    static func query(_ changes: [String: String?] = [:], and more: String = "") -> String {
        var values: [String: String?] = [
            "client_id": "app", "redirect_uri": callback, "response_type": "code", "scope": "openid profile",
            "state": "st", "nonce": "no", "code_challenge": challenge, "code_challenge_method": "S256",
        ]
        for (name, value) in changes { values[name] = value }
        let pairs = values.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\(name)=\(percentEncoded($0))" }
        }
        return pairs.joined(separator: "&") + more
    }

    static func request(
        _ changes: [String: String?] = [:], and more: String = "", client: Client? = nil
    ) throws -> AuthorizationRequest {
        let parameters = try FormParameters(authorizationRequest: query(changes, and: more).utf8)
        let target = try AuthorizationTarget(parameters, client: try client ?? Self.client())
        return try AuthorizationRequest(parameters, target: target, issuer: issuer)
    }

    /// How a request is refused: with which word, and whether the application is told.
    static func refusal(
        _ changes: [String: String?] = [:], and more: String = "", client: Client? = nil
    ) throws -> Refusal? {
        do {
            _ = try request(changes, and: more, client: client)
            return nil
        } catch let error as AuthorizationError {
            switch error {
            case .page(_, let error): return .page(error.code)
            case .redirect(let error, let target): return .redirect(error.code, state: target.state)
            }
        }
    }

    enum Refusal: Equatable {
        case page(OAuthError.Code)
        case redirect(OAuthError.Code, state: String?)
    }
}
