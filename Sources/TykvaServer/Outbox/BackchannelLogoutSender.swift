import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import OAuth
import Storage

/// Tells an application that a session is over (OIDC Back-Channel Logout §2.5): a signed token, posted as a form.
struct BackchannelLogoutSender: Sendable {
    private static let deadline = TimeAmount.seconds(5)
    let tokens: TokenIssuer
    let client: HTTPClient

    /// - Throws: When it did not arrive, with a reason for the operator's eyes.
    func send(_ notice: BackchannelLogoutNotice, at now: Milliseconds) async throws {
        // Signed now: a notice that waited for an hour would be refused as too old.
        let token = try tokens.logoutToken(for: notice.user, notice.session, client: notice.client, at: now)
        var request = HTTPClientRequest(url: notice.uri.text)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: "logout_token=\(token)"))
        let response = try await client.execute(request, deadline: .now() + Self.deadline)
        guard (200...299).contains(response.status.code) else {
            throw InvalidValue(notice.uri.text, "it answered \(response.status.code)")
        }
    }
}
