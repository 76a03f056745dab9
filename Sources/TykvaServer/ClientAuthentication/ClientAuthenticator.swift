import HTTPTypes
package import Hummingbird
package import OAuth
import Secrets
import Storage
import TykvaVerifier

/// Decides whether a client is the one it says it is (RFC 6749 §2.3, §3.2.1; RFC 7523 §3).
package struct ClientAuthenticator: Sendable {
    private let directory: ClientDirectory
    private let keySets: ClientKeySets
    private let database: any Database
    private let issuer: Issuer
    private let clock: DeploymentClock
    private let guesses: NetworkGuesses

    init(
        _ directory: ClientDirectory, keySets: ClientKeySets, database: any Database, issuer: Issuer,
        clock: DeploymentClock, guesses: NetworkGuesses
    ) {
        self.directory = directory
        self.keySets = keySets
        self.database = database
        self.issuer = issuer
        self.clock = clock
        self.guesses = guesses
    }

    /// - Parameters:
    ///   - endpoint: The path of the endpoint, which an assertion may name as its audience.
    ///   - origin: Where the request comes from: what is wrong counts for the client from this network alone.
    /// - Throws: `invalid_client`, in the same words for an unknown client, a wrong secret and a wrong assertion;
    ///   `invalid_request` when it authenticates in two ways; `GuessRefusal` for a wrong one after too many of them. A
    ///   right one is never refused: neighbours who guess keep no client out.
    package func client(
        of request: Request, _ form: FormParameters, at endpoint: StaticString, from origin: RequestOrigin
    ) async throws -> Client {
        let presented = try PresentedCredentials(authorization: request.headers[values: .authorization], form: form)
        do {
            return try await authenticate(presented, at: endpoint)
        } catch let wrong as WrongProof {
            try await guesses.failed(.client(wrong.client), from: origin.holder.address, at: clock.now())
            throw wrong.refusal
        }
    }

    /// A proof that may have been guessed at. What else is wrong about a request, or was used before, does not count.
    private struct WrongProof: Error {
        /// Nil for one that is not registered.
        let client: ClientID?
        let refusal: OAuthError
    }

    private func authenticate(_ presented: PresentedCredentials, at endpoint: StaticString) async throws -> Client {
        func refuse(_ reason: String) -> OAuthError {
            .invalidClient(reason: reason, challengeBasic: presented.usedBasic)
        }
        guard let client = try await directory.client(presented.client) else {
            throw WrongProof(client: nil, refusal: refuse("unknown client"))
        }
        switch (client.authentication, presented.proof) {
        case (.none, .none): break
        // Some libraries send an empty secret by Basic for a client that has none.
        case (.none, .secret("")) where presented.usedBasic: break
        case (.none, _):
            // A client that proves itself where no proof is registered is not the client that was registered.
            throw refuse("a public client sent a secret or an assertion")
        case (.secret(let hash), .secret(let secret)):
            guard let stored = TokenHash(bytes: hash), TokenHash(of: secret) == stored else {
                throw WrongProof(client: client.id, refusal: refuse("wrong client secret"))
            }
        case (.secret, .none): throw refuse("a confidential client sent no secret")
        case (.secret, .assertion): throw refuse("the client must authenticate by its secret")
        case (.privateKeyJWT(let keys), .assertion(let assertion)):
            try await check(assertion, of: client.id, keys, at: endpoint)
        case (.privateKeyJWT, _): throw refuse("the client must authenticate by private_key_jwt")
        }
        return client
    }

    /// RFC 7523 §3. The keys are looked for only when the rest is right, and `jti` counts only when the signature is:
    /// nobody else can make us fetch for nothing, or use up a client's assertion.
    private func check(
        _ assertion: ClientAssertion, of client: ClientID, _ keys: ClientKeys, at endpoint: StaticString
    ) async throws {
        let now = clock.now()
        do throws(InvalidValue) {
            let audiences = [issuer.text, issuer.url("/token"), issuer.url(endpoint)]
            try assertion.check(audiences: audiences, at: now)
        } catch {
            throw OAuthError.invalidClient(reason: "\(error)")
        }
        switch await keySets.key(id: assertion.keyID, for: assertion.algorithm, of: client, keys) {
        case .key(let key):
            guard assertion.isSigned(by: key) else {
                throw WrongProof(
                    client: client,
                    refusal: .invalidClient(reason: "the signature of the client assertion is wrong"))
            }
        case .unknown: throw OAuthError.invalidClient(reason: "no key of the client fits its assertion")
        case .ambiguous: throw OAuthError.invalidClient(reason: "several keys of the client fit its assertion")
        }
        // A client id holds no bar.
        let use = TokenHash(of: "\(client)|\(assertion.id)")
        let expiry = assertion.expiresAt + ClientAssertion.clockSkew
        guard try await database.once(.useAssertion(use, expiresAt: expiry, at: now)) else {
            throw OAuthError.invalidClient(reason: "the client assertion was used before")
        }
    }
}
