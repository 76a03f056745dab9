import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import OAuth
import StrictFormats

/// Tells an application that a session is over (OIDC Back-Channel Logout §2.5): a signed token, posted as a form.
struct BackchannelLogoutSender: Sendable {
    private static let deadline = TimeAmount.seconds(5)
    let tokens: TokenIssuer
    let client: HTTPClient

    /// - Throws: When it did not arrive, with a reason for the operator's eyes.
    func send(_ payload: String, at now: Milliseconds) async throws {
        let notice = try Notice(payload)
        // Signed now: a notice that waited for an hour would be refused as too old.
        let token = try tokens.logoutToken(for: notice.user, notice.session, client: notice.client, at: now)
        var request = HTTPClientRequest(url: notice.uri)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: "logout_token=\(token)"))
        let response = try await client.execute(request, deadline: .now() + Self.deadline)
        guard (200...299).contains(response.status.code) else {
            throw InvalidValue(notice.uri, "it answered \(response.status.code)")
        }
    }

    private struct Notice {
        let client: ClientID
        let user: UserID
        let session: SessionID
        let uri: String

        init(_ payload: String) throws {
            let members = try JSONValue(parsing: payload, limits: .token).objectValue
            guard let client = members?["client_id"]?.stringValue.flatMap(ClientID.init),
                let user = members?["sub"]?.stringValue.flatMap(UserID.init),
                let session = members?["sid"]?.stringValue.flatMap(SessionID.init),
                let uri = members?["uri"]?.stringValue
            else { throw InvalidValue("outbox message", "its payload is malformed") }
            self.client = client
            self.user = user
            self.session = session
            self.uri = uri
        }
    }
}
