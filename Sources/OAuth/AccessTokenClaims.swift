import StrictFormats

/// The claims of an access token (RFC 9068 §2.2), written straight as JSON bytes.
package struct AccessTokenClaims: Sendable {
    package let issuer: Issuer
    package let subject: Subject
    package let audience: Audience
    package let client: ClientID
    package let scope: Scope
    package let issuedAt: Milliseconds
    package let expiresAt: Milliseconds
    package let tokenID: AccessTokenID

    /// Whom a token speaks of.
    package enum Subject: Sendable {
        /// `client_credentials`: the client itself (RFC 9068 §2.2), with no session.
        case client
        case user(UserID, SessionID, Authentication, claims: [PublicClaims.Member])
    }

    /// How and when the person signed in (OIDC Core §2).
    package struct Authentication: Hashable, Sendable {
        package let time: Milliseconds
        /// Methods (RFC 8176), such as `pwd`.
        package let methods: [String]

        package init(time: Milliseconds, methods: [String]) {
            self.time = time
            self.methods = methods
        }
    }

    package init(
        issuer: Issuer, subject: Subject, audience: Audience, client: ClientID, scope: Scope, issuedAt: Milliseconds,
        expiresAt: Milliseconds, tokenID: AccessTokenID
    ) {
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.client = client
        self.scope = scope
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.tokenID = tokenID
    }

    /// The payload. Every text here is of a type whose form needs no JSON escapes, or JSON already.
    package func json() -> [UInt8] {
        var json = JSONObjectBytes(capacity: 768)
        json.string("iss", issuer.text)
        json.string("sub", subjectText)
        if audience.services.count == 1 {
            json.string("aud", audience.services[0].text)
        } else {
            json.strings("aud", audience.services.map(\.text))
        }
        json.integer("exp", expiresAt.seconds)
        json.integer("iat", issuedAt.seconds)
        json.string("jti", tokenID.text)
        json.string("client_id", client.text)
        if !scope.isEmpty { json.string("scope", scope.text) }
        if case .user(_, let session, let authentication, let claims) = subject {
            json.string("sid", session.text)
            json.integer("auth_time", authentication.time.seconds)
            json.strings("amr", authentication.methods)
            for claim in claims { json.raw(claim.name, claim.json) }
        }
        return json.finished()
    }

    private var subjectText: String {
        switch subject {
        case .client: client.text
        case .user(let id, _, _, _): id.text
        }
    }
}

/// A JSON object that is built as bytes. Names and texts must need no escapes; callers' types guarantee it.
private struct JSONObjectBytes {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func string(_ name: String, _ value: String) {
        member(name)
        quoted(value)
    }

    mutating func strings(_ name: String, _ values: [String]) {
        member(name)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            quoted(value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func integer(_ name: String, _ value: Int64) { raw(name, String(value)) }

    mutating func raw(_ name: String, _ json: String) {
        member(name)
        bytes.append(contentsOf: json.utf8)
    }

    func finished() -> [UInt8] { bytes + [UInt8(ascii: "}")] }

    private mutating func member(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        quoted(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }
}
