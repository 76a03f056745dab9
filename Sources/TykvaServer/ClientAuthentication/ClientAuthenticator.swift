package import OAuth
import Secrets
import Storage

/// Decides whether a client is the one it says it is (RFC 6749 §2.3, §3.2.1).
package struct ClientAuthenticator: Sendable {
    private let directory: ClientDirectory

    package init(_ directory: ClientDirectory) { self.directory = directory }

    /// - Throws: `invalid_client`, in the same words for an unknown client and a wrong secret.
    package func authenticate(_ presented: PresentedCredentials) async throws -> Client {
        func refuse(_ reason: String) -> OAuthError {
            .invalidClient(reason: reason, challengeBasic: presented.usedBasic)
        }
        guard let client = try await directory.client(presented.client) else { throw refuse("unknown client") }
        switch (client.authentication, presented.secret) {
        case (.none, nil):
            return client
        case (.none, _):
            // A client that sends a secret where none is registered is not the client that was registered.
            guard presented.usedBasic, presented.secret == "" else { throw refuse("a public client sent a secret") }
            return client
        case (.privateKeyJWT, _):
            throw refuse("the client must authenticate by private_key_jwt")
        case (.secret, nil):
            throw refuse("a confidential client sent no secret")
        case (.secret(let hash), let secret?):
            guard let stored = TokenHash(bytes: hash), TokenHash(of: secret) == stored else {
                throw refuse("wrong client secret")
            }
            return client
        }
    }
}
