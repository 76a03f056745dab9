package import OAuth
import StrictFormats

/// What the logout token for one client is made of when it is sent (OIDC Back-Channel Logout §2.4).
package struct BackchannelLogoutNotice: Hashable, Sendable {
    package let client: ClientID
    package let user: UserID
    package let session: SessionID
    /// Where the client wanted it when the session ended.
    package let uri: BackchannelLogoutURI

    package init(client: ClientID, user: UserID, session: SessionID, uri: BackchannelLogoutURI) {
        self.client = client
        self.user = user
        self.session = session
        self.uri = uri
    }

    /// Reads the payload of a message; nil when it is none of this kind.
    package init?(payload: String) {
        guard let object = try? JSONValue(parsing: payload, limits: .token).objectValue,
            let client = object["client_id"]?.stringValue.flatMap(ClientID.init),
            let user = object["sub"]?.stringValue.flatMap(UserID.init),
            let session = object["sid"]?.stringValue.flatMap(SessionID.init),
            let uri = object["uri"]?.stringValue.flatMap({ try? BackchannelLogoutURI($0) })
        else { return nil }
        self.init(client: client, user: user, session: session, uri: uri)
    }

    package var payload: String {
        JSONValue.object(
            JSONObject([
                ("client_id", .string(client.text)), ("sub", .string(user.text)), ("sid", .string(session.text)),
                ("uri", .string(uri.text)),
            ])
        ).encodedString
    }
}
