/// What comes next for an authorization request: the one place where sessions, prompts and consent meet.
package enum AuthorizationStep: Sendable {
    /// Told to the application (OIDC Core §3.1.2.6).
    case refuse(OAuthError)
    case signIn
    case selectAccount
    case consent
    case issueCode
}

/// What is known when the next step is decided.
package struct AuthorizationCircumstances: Sendable {
    /// Who is signed in in this browser, and since when.
    package var session: SignedIn?
    /// What this person has consented to for this client; nil for nothing.
    package var consented: Scope?
    /// When this request first led to a page of ours; nil when it comes straight from the application.
    package var startedAt: Milliseconds?
    /// The person has just confirmed which account to go on with.
    package var hasChosenAccount = false
    /// The person has just agreed.
    package var hasConsented = false
    /// Whom the application expects: the subject of its `id_token_hint`, or of its `claims`.
    package var expectedSubject: String?
    package var now: Milliseconds

    package struct SignedIn: Hashable, Sendable {
        package let user: UserID
        package let authTime: Milliseconds

        package init(user: UserID, authTime: Milliseconds) {
            self.user = user
            self.authTime = authTime
        }
    }

    package init(now: Milliseconds) { self.now = now }
}

extension AuthorizationRequest {
    /// Decides the next step (OIDC Core §3.1.2.3, §3.1.2.4). Pure: every page and every button asks it again.
    package func step(_ circumstances: AuthorizationCircumstances) -> AuthorizationStep {
        let mayAsk = !prompts.contains(.none)
        guard let session = circumstances.session else { return mayAsk ? .signIn : .refuse(.loginRequired) }
        let isFresh = circumstances.startedAt.map { session.authTime >= $0 } ?? false
        if let expected = circumstances.expectedSubject, expected != session.user.text {
            // Somebody else has just signed in: asking again would never end.
            return mayAsk && !isFresh ? .signIn : .refuse(.loginRequired)
        }
        if needsSignIn(session, isFresh: isFresh, at: circumstances.now) {
            return mayAsk ? .signIn : .refuse(.loginRequired)
        }
        if prompts.contains(.selectAccount), !isFresh, !circumstances.hasChosenAccount { return .selectAccount }
        if !client.isFirstParty, !circumstances.hasConsented {
            let isCovered = circumstances.consented.map(consentScope.isSubset(of:)) ?? false
            if !isCovered { return mayAsk ? .consent : .refuse(.consentRequired) }
            if prompts.contains(.consent) { return .consent }
        }
        return .issueCode
    }

    /// Asked for once: what a person takes for the pages after it does not count, up to five minutes.
    private func needsSignIn(
        _ session: AuthorizationCircumstances.SignedIn, isFresh: Bool, at now: Milliseconds
    ) -> Bool {
        let age = now.since(session.authTime)
        let isJustNow = isFresh && age <= Self.pageTime.wholeMilliseconds
        if prompts.contains(.login), !isJustNow { return true }
        guard let maximumAge else { return false }
        return age > maximumAge * 1000 && !isJustNow
    }

    private static let pageTime = Duration.minutes(5)
}
