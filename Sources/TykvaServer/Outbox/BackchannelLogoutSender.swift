import OAuth
import Storage

/// Tells an application that a session is over (OIDC Back-Channel Logout §2.5): a signed token, posted as a form.
struct BackchannelLogoutSender: Sendable {
    let tokens: TokenIssuer
    let requests: OutgoingRequests

    /// - Throws: When it did not arrive, with a reason for the operator's eyes.
    func send(_ notice: BackchannelLogoutNotice, at now: Milliseconds) async throws {
        try await tokens.prepareToSign()
        // Signed now: a notice that waited for an hour would be refused as too old.
        let token = try tokens.logoutToken(for: notice.user, notice.session, client: notice.client, at: now)
        try await requests.post(notice.uri.text, form: "logout_token=\(token)")
    }
}
