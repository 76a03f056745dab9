import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TykvaVerifier

/// The authorization code flow with PKCE, from the application's side.
///
/// OpenID Connect Core §3.1, RFC 7636 (PKCE, always S256), RFC 9207 (`iss` in the answer). The issuer's metadata is
/// read each time: sign-ins are rare, and so nothing grows stale.
struct CodeFlow: Sendable {
    private static let scope = "openid profile orders:read"
    private static let maximumAnswerBytes = 64 * 1024

    private let settings: Settings
    private let idTokens: IDTokenVerifier
    private let calls: OutgoingCalls
    let now: @Sendable () -> Date

    init(
        _ settings: Settings, keys: RemoteJWKSet, calls: OutgoingCalls, now: @escaping @Sendable () -> Date
    ) throws {
        self.settings = settings
        self.calls = calls
        self.now = now
        idTokens = try IDTokenVerifier(
            issuer: settings.issuer, clientID: settings.clientID, algorithm: settings.algorithm, keys: .remote(keys),
            now: now)
    }

    /// Where the browser goes to sign in (OpenID Connect Core §3.1.2.1).
    func authorizationURL(_ pending: PendingSignIn) async throws -> String {
        let query = Form.encode([
            ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", settings.redirectURI),
            ("scope", Self.scope), ("resource", settings.ordersAudience), ("state", pending.state),
            ("nonce", pending.nonce), ("code_challenge", pending.codeChallenge), ("code_challenge_method", "S256"),
        ])
        return try await endpoints().authorizationEndpoint + "?" + query
    }

    /// Turns the issuer's answer into a sign-in (OpenID Connect Core §3.1.3).
    ///
    /// - Parameters:
    ///   - answer: The parameters with which the browser came back, each of which came once.
    ///   - pending: What the answer's `state` belongs to.
    func finish(_ answer: [String: String], _ pending: PendingSignIn) async throws -> SignIn {
        // First of all: an answer of another issuer must not make us send its code to ours, or ours to it.
        guard answer["iss"] == settings.issuer else { throw CodeFlowError.invalid("iss is not the issuer") }
        if let error = answer["error"] { throw CodeFlowError.refused(error) }
        guard let code = answer["code"] else { throw CodeFlowError.invalid("there is no code") }
        let tokens = try await redeem([
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", settings.redirectURI),
            ("code_verifier", pending.codeVerifier),
        ])
        return try await signIn(tokens, nonce: .value(pending.nonce))
    }

    /// New tokens for a sign-in whose access token has expired (RFC 6749 §6).
    func refresh(_ signIn: SignIn) async throws -> SignIn {
        guard let token = signIn.refreshToken else { throw CodeFlowError.refused("no refresh token") }
        let tokens = try await redeem([("grant_type", "refresh_token"), ("refresh_token", token)])
        return try await self.signIn(tokens, nonce: .refreshed(signIn.person), before: signIn)
    }

    /// Where the browser goes to sign out everywhere (OpenID Connect RP-Initiated Logout §2).
    func signOutURL(_ signIn: SignIn) async throws -> String {
        let query = Form.encode([
            ("id_token_hint", signIn.idToken), ("client_id", settings.clientID),
            ("post_logout_redirect_uri", settings.signedOutURI),
        ])
        return try await endpoints().endSessionEndpoint + "?" + query
    }

    private func signIn(_ tokens: TokenAnswer, nonce: ExpectedNonce, before: SignIn? = nil) async throws -> SignIn {
        guard tokens.tokenType.lowercased() == "bearer" else { throw CodeFlowError.invalid("token_type is not Bearer") }
        var (person, idToken) = (before?.person, before?.idToken)
        // A refresh may come without an ID token; a sign-in may not.
        if let text = tokens.idToken {
            do {
                person = try await idTokens.verify(text, nonce: nonce, accessToken: tokens.accessToken)
            } catch let error where error.check == .keysUnavailable {
                throw CodeFlowError.issuerUnavailable("\(error)")
            } catch {
                throw CodeFlowError.invalid("\(error)")
            }
            idToken = text
        }
        guard let person, let idToken else { throw CodeFlowError.invalid("there is no ID token") }
        return SignIn(
            person: person, idToken: idToken, accessToken: tokens.accessToken,
            accessTokenExpiresAt: now().addingTimeInterval(Double(tokens.expiresIn ?? 60)),
            refreshToken: tokens.refreshToken ?? before?.refreshToken)
    }

    /// One request to the token endpoint. Both halves of the credentials are form-encoded first (RFC 6749 §2.3.1).
    private func redeem(_ members: [(String, String)]) async throws -> TokenAnswer {
        let credentials = "\(Form.escape(settings.clientID)):\(Form.escape(settings.clientSecret))"
        var request = HTTPClientRequest(url: try await endpoints().tokenEndpoint)
        request.method = .POST
        request.headers.add(name: "authorization", value: "Basic \(Data(credentials.utf8).base64EncodedString())")
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "accept", value: "application/json")
        request.body = .bytes(ByteBuffer(string: Form.encode(members)))
        let (status, body) = try await answer(to: request)
        switch status {
        case 200:
            guard let tokens = try? JSONDecoder().decode(TokenAnswer.self, from: body) else {
                throw CodeFlowError.invalid("the token endpoint's answer cannot be read")
            }
            return tokens
        case 400..<500:
            let error = try? JSONDecoder().decode(TokenError.self, from: body)
            throw CodeFlowError.refused(error?.error ?? "status \(status)")
        default: throw CodeFlowError.issuerUnavailable("the token endpoint answers \(status)")
        }
    }

    private func endpoints() async throws -> IssuerEndpoints {
        let request = HTTPClientRequest(url: settings.issuer + "/.well-known/openid-configuration")
        let (status, body) = try await answer(to: request)
        guard status == 200, let endpoints = try? JSONDecoder().decode(IssuerEndpoints.self, from: body) else {
            throw CodeFlowError.issuerUnavailable("its metadata cannot be read, status \(status)")
        }
        guard endpoints.issuer == settings.issuer else {
            throw CodeFlowError.invalid("the metadata is of the issuer \(endpoints.issuer)")
        }
        return endpoints
    }

    private func answer(to request: HTTPClientRequest) async throws -> (status: UInt, body: Data) {
        do {
            let response = try await calls.execute(request)
            let body = try await response.body.collect(upTo: Self.maximumAnswerBytes)
            return (response.status.code, Data(body.readableBytesView))
        } catch {
            throw CodeFlowError.issuerUnavailable("\(error)")
        }
    }
}
