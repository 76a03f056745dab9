import OAuth

extension Client {
    init(_ row: Row) throws(StorageError) {
        self.init(
            id: try row.identifier("id"), authentication: try Self.authentication(row),
            displayName: try row.optionalText("display_name"),
            isFirstParty: try row.optionalInteger("first_party_at") != nil,
            grants: try row.words("grants").compactMap(GrantType.init(rawValue:)),
            audiences: try row.services("audiences"), resourceServers: try row.services("resource_servers"),
            scope: try row.scope("scope"), redirectURIs: try Self.redirectURIs(row, "redirect_uris"),
            postLogoutRedirectURIs: try Self.redirectURIs(row, "post_logout_redirect_uris"),
            backchannelLogoutURI: try row.optionalText("backchannel_logout_uri").map { text throws(StorageError) in
                try BackchannelLogoutURI(stored: text)
            },
            requiresPushedRequests: try row.optionalInteger("pushed_required_at") != nil,
            createdAt: try row.instant("created_at"))
    }

    private static func authentication(_ row: Row) throws(StorageError) -> Authentication {
        if let set = try row.optionalText("jwks") { return .privateKeyJWT(.set(set)) }
        if let url = try row.optionalText("jwks_uri") { return .privateKeyJWT(.url(url)) }
        return try row.optionalBytes("secret_hash").map(Authentication.secret) ?? .none
    }

    private static func redirectURIs(_ row: Row, _ column: String) throws(StorageError) -> [RegisteredRedirectURI] {
        try row.words(column).map { text throws(StorageError) in
            do throws(InvalidValue) {
                return try RegisteredRedirectURI(text)
            } catch {
                throw .corrupt(reason: "column \(column) holds no redirect URI")
            }
        }
    }

    /// Empty for a client with keys, and so no secret's: a node that knows no keys must not take it for a public one.
    var secretHash: [UInt8]? {
        switch authentication {
        case .none: nil
        case .secret(let hash): hash
        case .privateKeyJWT: []
        }
    }

    var keySet: String? {
        if case .privateKeyJWT(.set(let json)) = authentication { json } else { nil }
    }

    var keySetURL: String? {
        if case .privateKeyJWT(.url(let text)) = authentication { text } else { nil }
    }
}

extension BackchannelLogoutURI {
    init(stored text: String) throws(StorageError) {
        do throws(InvalidValue) {
            try self.init(text)
        } catch {
            throw .corrupt(reason: "a stored back-channel logout URI is none")
        }
    }
}
