import OAuth
import Secrets
import Storage

/// Leads an authorization request on: to the next of our pages, or back to the application.
struct AuthorizationFlow: Sendable {
    let issuer: Issuer
    let database: any Database
    let secrets: SecretRing

    enum Outcome: Sendable {
        /// The address of a page of ours.
        case page(String)
        case answer(AuthorizationResponse)
    }

    /// Decides what comes next and does it.
    ///
    /// - Parameters:
    ///   - session: Who is signed in in this browser.
    ///   - hasConsented: The person has just agreed to everything that is asked.
    func advance(
        _ opened: OpenedRequest, session: BrowserSession?, hasConsented: Bool = false, at now: Milliseconds
    ) async throws -> Outcome {
        switch try await step(opened, session: session, hasConsented: hasConsented, at: now) {
        case .refuse(let error): return try await refuse(error, opened)
        case .signIn: return page(.signIn, opened, at: now)
        case .selectAccount: return page(.selectAccount, opened, at: now)
        case .consent: return page(.consent, opened, at: now)
        case .issueCode:
            guard let session else { return page(.signIn, opened, at: now) }
            return try await issueCode(opened, session, at: now)
        }
    }

    /// What comes next, and nothing done yet.
    func step(
        _ opened: OpenedRequest, session: BrowserSession?, hasConsented: Bool = false, at now: Milliseconds
    ) async throws -> AuthorizationStep {
        var circumstances = AuthorizationCircumstances(now: now)
        circumstances.session = session.map { .init(user: $0.user, authTime: $0.authentication.time) }
        circumstances.startedAt = opened.ticket?.startedAt
        circumstances.hasChosenAccount = opened.ticket?.hasChosenAccount ?? false
        circumstances.hasConsented = hasConsented
        circumstances.expectedSubject = opened.expectedSubject
        let client = opened.request.client
        if let session, !client.isFirstParty, !hasConsented {
            circumstances.consented = try await database.read { tx throws(StorageError) in
                try tx.run(.consent(of: session.user, to: client.id))?.scope
            }
        }
        return opened.request.step(circumstances)
    }

    /// Tells the application, which answers a pushed request like a code does.
    ///
    /// - Throws: `AuthorizationError` when it was answered already.
    func refuse(_ error: OAuthError, _ opened: OpenedRequest) async throws -> Outcome {
        if let pushed = opened.pushed, try await !database.once(.removePushedRequest(pushed)) {
            throw Self.answeredAlready
        }
        return .answer(AuthorizationResponse(error, to: opened.request.target, issuer: issuer))
    }

    private static let answeredAlready = AuthorizationError.page(
        .request, .invalidRequestURI(reason: "it was answered already"))

    private func page(_ place: OpenedRequest.Place, _ opened: OpenedRequest, at now: Milliseconds) -> Outcome {
        .page(opened.address(place, key: secrets.ticketKey, at: now))
    }

    /// RFC 6749 §4.1.2: 256 bits, bound to client, redirect URI, PKCE and session.
    private func issueCode(
        _ opened: OpenedRequest, _ session: BrowserSession, at now: Milliseconds
    ) async throws -> Outcome {
        let request = opened.request
        let value = OneTimeValue.random(.authorizationCode)
        let code = NewAuthorizationCode(
            hash: value.hash, client: request.client.id, user: session.user, session: session.id,
            redirectURI: request.target.redirectURI.text, codeChallenge: request.challenge.text, scope: request.scope,
            resources: request.resources, nonce: request.nonce, idTokenClaims: request.claims.idToken.map(\.text),
            userInfoClaims: request.claims.userInfo.map(\.text), authentication: session.authentication, createdAt: now,
            expiresAt: now + Limits.codeLifetime)
        switch try await database.writeAgain({ tx throws(StorageError) in
            try issue(code, of: opened, in: tx)
        }) {
        case .issued: break
        case .consentIsOver:
            guard request.prompts.contains(.none) else { return page(.consent, opened, at: now) }
            return try await refuse(.consentRequired, opened)
        case .requestIsOver:
            throw Self.answeredAlready
        case .sessionIsOver:
            // Since it was read: the person signs in again, and nothing is lost.
            guard request.prompts.contains(.none) else { return page(.signIn, opened, at: now) }
            return try await refuse(.loginRequired, opened)
        }
        return .answer(AuthorizationResponse(code: value.revealedText(), to: request.target, issuer: issuer))
    }

    private enum Issue {
        case issued, consentIsOver, sessionIsOver, requestIsOver
    }

    /// Lock order: consent, session, code. A withdrawal waits for the code and removes it, or is seen.
    private func issue(
        _ code: NewAuthorizationCode, of opened: OpenedRequest, in tx: any Transaction
    ) throws(StorageError) -> Issue {
        let request = opened.request
        try tx.mustBelong(to: issuer)
        if !request.client.isFirstParty {
            guard try tx.takeConsent(of: code.user, to: code.client, covering: request.consentScope) else {
                return .consentIsOver
            }
        }
        guard try tx.issue(code) else { return .sessionIsOver }
        // Whoever takes the row answers the request; to anybody else the code is never told.
        if let pushed = opened.pushed, try !tx.run(.removePushedRequest(pushed)) { return .requestIsOver }
        return .issued
    }
}
