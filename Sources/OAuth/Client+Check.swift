extension Client {
    package enum Limits {
        package static let entriesPerList = 32
        package static let displayNameBytes = 128
    }

    /// Refuses combinations that would be unsafe or could never work; called before a client is written.
    package func check() throws(InvalidValue) {
        if case .privateKeyJWT(let keys) = authentication { try keys.check() }
        try checkGrants()
        try checkRedirectURIs()
        for list in [audiences.count, resourceServers.count, redirectURIs.count, postLogoutRedirectURIs.count]
        where list > Limits.entriesPerList {
            throw refusal("a list may have \(Limits.entriesPerList) entries at most")
        }
        if let displayName { _ = try Self.checkedDisplayName(displayName) }
    }

    /// A display name in NFC, of at most 128 bytes without control characters; nil when it is empty.
    package static func checkedDisplayName(_ text: String) throws(InvalidValue) -> String? {
        let name = try Printable.text(text, what: "name of a client", maximumBytes: Limits.displayNameBytes)
        return name.isEmpty ? nil : name
    }

    private func checkGrants() throws(InvalidValue) {
        if grants.contains(.password), !isFirstParty {
            throw refusal("the password grant is for first-party clients only: it needs --first-party, or other grants")
        }
        if grants.contains(.clientCredentials), authentication.isPublic {
            throw refusal("a public client has no credentials, so it cannot have the client_credentials grant")
        }
        if grants.contains(.refreshToken), !grants.contains(.password), !grants.contains(.authorizationCode) {
            throw refusal(
                "the refresh_token grant needs another one that begins a session: authorization_code or password")
        }
    }

    private func checkRedirectURIs() throws(InvalidValue) {
        let usesCodes = grants.contains(.authorizationCode)
        if usesCodes, redirectURIs.isEmpty {
            throw refusal("the authorization_code grant sends people back somewhere: it needs --redirect-uri")
        }
        if !usesCodes, !redirectURIs.isEmpty {
            throw refusal("a redirect URI is of use with the authorization_code grant only: it needs that grant too")
        }
        if !postLogoutRedirectURIs.isEmpty, redirectURIs.isEmpty {
            throw refusal("people who never came by a redirect URI cannot be sent after signing out: it needs one")
        }
        if requiresPushedRequests, !usesCodes {
            throw refusal("pushed requests are of use with the authorization_code grant only: it needs that grant too")
        }
    }

    private func refusal(_ reason: String) -> InvalidValue { InvalidValue("client \(id)", reason) }
}
