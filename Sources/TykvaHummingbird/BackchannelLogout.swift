import HTTPTypes
public import Hummingbird
import Logging
public import TykvaVerifier

/// Receives the issuer's logout tokens and tells the application whom to sign out.
///
/// OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8. The issuer calls this route itself, from its own network
/// address and without any cookie; the token is the whole proof.
///
/// ```swift
/// let receiver = BackchannelLogout(verifier: logoutTokens) { target in
///     switch target {
///     case .session(let sid, _): await sessions.end(sid: sid)
///     case .everySession(let sub): await sessions.endAll(of: sub)
///     }
/// }
/// router.post("backchannel-logout", use: receiver.handle)
/// ```
///
/// An application of several processes needs sessions that all of them see; which process the issuer reaches is chance.
/// https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest
public struct BackchannelLogout: Sendable {
    /// Bytes of the longest form: a token of 8 KiB and whatever stands beside it.
    static let maximumFormBytes = 16 * 1024

    /// When the issuer is to come again after an answer of 503.
    private static let retryAfterSeconds = 5

    private let verifier: LogoutTokenVerifier
    private let seen: SeenLogoutTokens
    private let signOut: @Sendable (LogoutTarget) async throws -> Void

    /// Makes a receiver.
    ///
    /// - Parameters:
    ///   - verifier: Checks the tokens. Add it to the application's services, so that its keys are fresh.
    ///   - rememberedTokens: How many tokens are remembered until they expire, each in about half a KiB. More of them
    ///     within that time are answered with 503, and the issuer comes again.
    ///   - signOut: Ends the application's sessions. It may be called for sessions that are gone already. When it
    ///     throws, the answer is 503 and the token may come again.
    public init(
        verifier: LogoutTokenVerifier, rememberedTokens: Int = 10_000,
        signOut: @escaping @Sendable (LogoutTarget) async throws -> Void
    ) {
        self.verifier = verifier
        self.seen = SeenLogoutTokens(capacity: rememberedTokens)
        self.signOut = signOut
    }

    /// Answers one request: 200 when the sessions are ended, 400 when the token is not good, 503 when the issuer should
    /// come again.
    @concurrent public func handle(_ request: Request, context: some RequestContext) async throws -> Response {
        do {
            try await receive(request)
            return Response(status: .ok, headers: [.cacheControl: "no-store"])
        } catch {
            // A refused token is worth a look: only the issuer has a reason to call.
            context.logger.warning("logout token refused", metadata: ["reason": "\(error.reason)"])
            return error.response
        }
    }

    private func receive(_ request: Request) async throws(LogoutRefusal) {
        let token = try await LogoutTokenForm.token(in: request, upTo: Self.maximumFormBytes)
        let verified = try await verify(token)
        switch seen.begin(verified.tokenID, until: verified.refusedFrom, now: verifier.now()) {
        case .first: break
        case .replayed: throw .invalid("the jti was there before")
        case .full: throw .unavailable("too many logout tokens to remember", retryAfterSeconds: Self.retryAfterSeconds)
        }
        do {
            try await signOut(verified.target)
        } catch {
            seen.forget(verified.tokenID)
            throw .unavailable(
                "the application could not sign out: \(error)", retryAfterSeconds: Self.retryAfterSeconds)
        }
    }

    private func verify(_ token: String) async throws(LogoutRefusal) -> VerifiedLogoutToken {
        do {
            return try await verifier.verify(token)
        } catch {
            if let seconds = error.retryAfterSeconds {
                throw .unavailable(error.description, retryAfterSeconds: seconds)
            }
            throw .invalid(error.description)
        }
    }
}
