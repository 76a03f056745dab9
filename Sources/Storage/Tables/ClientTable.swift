package import OAuth

extension Statement where Answer == [Client] {
    /// One client by id, or all in the order of their ids; their claim policies come with `clientClaims`.
    package static func clients(_ id: ClientID? = nil) -> Self {
        var filter: SQL = "1 = 1"
        if let id { filter = "id = \(id)" }
        return Self(
            """
            SELECT id, secret_hash, first_party_at, grants, audiences, resource_servers, scope, redirect_uris,
                   post_logout_redirect_uris, created_at, display_name, backchannel_logout_uri, pushed_required_at,
                   jwks, jwks_uri
            FROM client WHERE \(filter) ORDER BY id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try Client(row) } }
    }
}

extension Statement where Answer == [AttributeName] {
    package static func claims(of client: ClientID) -> Self {
        Self("SELECT attribute FROM client_claim WHERE client_id = \(client) ORDER BY attribute") {
            rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try row.identifier("attribute") }
        }
    }
}

extension Statement where Answer == Bool {
    /// Adds a client; false when its id is taken.
    static func insert(_ client: Client) -> Self {
        Self(
            """
            INSERT INTO client (
                id, secret_hash, first_party_at, grants, audiences, resource_servers, scope, redirect_uris,
                post_logout_redirect_uris, created_at, display_name, backchannel_logout_uri, pushed_required_at,
                jwks, jwks_uri)
            VALUES (
                \(client.id), \(client.secretHash), \(client.isFirstParty ? client.createdAt : nil),
                \(words(client.grants.map(\.rawValue))), \(words(client.audiences.map(\.text))),
                \(words(client.resourceServers.map(\.text))), \(client.scope),
                \(words(client.redirectURIs.map(\.text))), \(words(client.postLogoutRedirectURIs.map(\.text))),
                \(client.createdAt), \(client.displayName), \(client.backchannelLogoutURI?.text),
                \(client.requiresPushedRequests ? client.createdAt : nil), \(client.keySet), \(client.keySetURL))
            ON CONFLICT (id) DO NOTHING
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Writes everything of a client but its id and time; false when there is none.
    static func update(_ client: Client) -> Self {
        Self(
            """
            UPDATE client
            SET secret_hash = \(client.secretHash), first_party_at = \(client.isFirstParty ? client.createdAt : nil),
                grants = \(words(client.grants.map(\.rawValue))), audiences = \(words(client.audiences.map(\.text))),
                resource_servers = \(words(client.resourceServers.map(\.text))), scope = \(client.scope),
                redirect_uris = \(words(client.redirectURIs.map(\.text))),
                post_logout_redirect_uris = \(words(client.postLogoutRedirectURIs.map(\.text))),
                display_name = \(client.displayName), backchannel_logout_uri = \(client.backchannelLogoutURI?.text),
                pushed_required_at = \(client.requiresPushedRequests ? client.createdAt : nil),
                jwks = \(client.keySet), jwks_uri = \(client.keySetURL)
            WHERE id = \(client.id)
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    static func removeClient(_ id: ClientID) -> Self {
        Self("DELETE FROM client WHERE id = \(id) RETURNING id") { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Void {
    static func removeClaims(of client: ClientID) -> Self {
        Self("DELETE FROM client_claim WHERE client_id = \(client)")
    }

    static func addClaim(_ attribute: AttributeName, to client: ClientID) -> Self {
        Self("INSERT INTO client_claim (client_id, attribute) VALUES (\(client), \(attribute))")
    }
}
