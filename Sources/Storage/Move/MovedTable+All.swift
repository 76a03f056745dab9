extension MovedTable {
    /// Every table of a deployment, each after those that it refers to.
    ///
    /// Not among them: what belongs to the database and not to the deployment (`localTables`). A test compares both
    /// with the schema of each engine, so a new table or column cannot be forgotten.
    static let all = [
        deployment, masterSecret, signingKey, attribute, account, accountRole, accountAttribute, client, clientClaim,
        session, tokenFamily, authorizationCode, consent, pushedRequest, usedAssertion, event, notice,
        link, device, guess, webhook, webhookEventType, outbox, refreshCount, registration, change,
    ]

    /// The history of the schema, leases of nodes that run on this database, and moves into it.
    static let localTables: Set<String> = ["schema_migration", "periodic_work", "moved_from", "move_progress"]

    static let deployment = MovedTable(
        "deployment", key: [.integer("id")],
        [.text("issuer"), .integer("created_at"), .integer("dev_at"), .integer("restore_epoch")])

    static let masterSecret = MovedTable(
        "master_secret", key: [.integer("number")], [.bytes("check_value"), .integer("registered_at")])

    static let signingKey = MovedTable(
        "signing_key", key: [.text("id")],
        [
            .text("algorithm"), .text("public_jwk"), .bytes("sealed_private"), .integer("published_at"),
            .integer("active_at"), .integer("retiring_at"), .integer("gone_at"),
        ])

    static let attribute = MovedTable(
        "attribute", key: [.text("name")], [.text("class"), .text("type"), .integer("built_in_at")], isSeeded: true)

    static let account = MovedTable(
        "account", key: [.text("id")],
        [
            .text("name"), .text("name_key"), .text("display_name"), .text("email"), .text("email_key"),
            .integer("email_verified_at"), .text("password_hash"), .text("claims"), .integer("created_at"),
            .integer("disabled_at"), .integer("signed_in_at"), .text("language"),
        ])

    static let accountRole = MovedTable("account_role", key: [.text("account_id"), .text("role")])

    static let accountAttribute = MovedTable(
        "account_attribute", key: [.text("account_id"), .text("name")], [.text("value")])

    static let client = MovedTable(
        "client", key: [.text("id")],
        [
            .bytes("secret_hash"), .integer("first_party_at"), .text("grants"), .text("audiences"),
            .text("resource_servers"), .text("scope"), .text("redirect_uris"), .text("post_logout_redirect_uris"),
            .integer("created_at"), .text("display_name"), .text("backchannel_logout_uri"),
            .integer("pushed_required_at"), .text("jwks"), .text("jwks_uri"),
        ])

    static let clientClaim = MovedTable("client_claim", key: [.text("client_id"), .text("attribute")])

    static let session = MovedTable(
        "session", key: [.text("id")],
        [
            .text("account_id"), .integer("created_at"), .integer("expires_at"), .integer("auth_time"), .text("amr"),
            .text("created_address"), .text("created_agent"), .integer("families"), .integer("signed_out_at"),
            .integer("ended_at"), .text("end_reason"), .bytes("cookie_hash"), .integer("browser_idle_expires_at"),
            .integer("browser_expires_at"), .integer("seen_at"), .text("seen_address"), .text("seen_agent"),
        ])

    static let tokenFamily = MovedTable(
        "token_family", key: [.bytes("id")],
        [
            .text("account_id"), .text("client_id"), .text("session_id"), .text("scope"), .text("audience"),
            .text("dpop_jkt"), .integer("generation"), .integer("token_key"), .integer("auth_time"), .text("amr"),
            .integer("created_at"), .integer("rotated_at"), .integer("idle_expires_at"), .integer("expires_at"),
            .text("created_address"), .text("created_agent"), .text("rotated_address"), .text("rotated_agent"),
            .text("previous_address"), .text("previous_agent"), .integer("fast_forward_epoch"), .integer("ended_at"),
            .text("end_reason"), .text("requested_claims"),
        ])

    static let authorizationCode = MovedTable(
        "authorization_code", key: [.bytes("hash")],
        [
            .text("client_id"), .text("account_id"), .text("session_id"), .text("redirect_uri"),
            .text("code_challenge"), .text("scope"), .text("resources"), .text("nonce"), .text("id_token_claims"),
            .text("userinfo_claims"), .integer("auth_time"), .text("amr"), .integer("created_at"),
            .integer("expires_at"), .integer("used_at"), .bytes("family_id"),
        ])

    static let consent = MovedTable(
        "consent", key: [.text("account_id"), .text("client_id")], [.text("scope"), .integer("granted_at")])

    static let pushedRequest = MovedTable(
        "pushed_request", key: [.bytes("hash")],
        [
            .text("client_id"), .text("parameters"), .integer("created_at"), .integer("expires_at"),
            .integer("opened_at"),
        ])

    static let usedAssertion = MovedTable("used_assertion", key: [.bytes("key")], [.integer("expires_at")])

    static let event = MovedTable(
        "event", key: [.text("id")],
        [
            .integer("at"), .text("type"), .text("account_id"), .text("client_id"), .text("session_id"),
            .bytes("family_id"), .text("address"), .text("agent"), .text("request_id"), .text("detail"),
            .text("once_key"),
        ])

    static let notice = MovedTable(
        "notice", key: [.text("event_id")],
        [
            .text("account_id"), .text("kind"), .integer("created_at"), .integer("read_at"), .text("answer"),
            .integer("answered_at"),
        ])

    static let link = MovedTable(
        "link", key: [.bytes("hash")],
        [
            .text("purpose"), .text("account_id"), .text("event_id"), .text("email"), .integer("created_at"),
            .integer("expires_at"),
        ])

    static let device = MovedTable(
        "device", key: [.text("account_id"), .bytes("hash")],
        [.integer("first_seen_at"), .integer("last_seen_at"), .text("address"), .text("agent")])

    static let guess = MovedTable(
        "guess", key: [.bytes("key")],
        [
            .text("kind"), .bytes("account_key"), .integer("failures"), .integer("last_failed_at"),
            .integer("expires_at"),
        ])

    static let webhook = MovedTable(
        "webhook", key: [.text("id")],
        [
            .text("url"), .integer("private_allowed_at"), .integer("created_at"), .integer("disabled_at"),
            .integer("gone_at"), .bytes("sealed_secret"), .bytes("sealed_old_secret"), .integer("old_secret_until"),
            .integer("succeeded_at"), .integer("failed_at"), .text("last_error"), .integer("given_up"),
        ])

    static let webhookEventType = MovedTable("webhook_event_type", key: [.text("webhook_id"), .text("type")])

    static let outbox = MovedTable(
        "outbox", key: [.text("id")],
        [
            .text("event_id"), .text("kind"), .text("payload"), .integer("created_at"), .integer("next_attempt_at"),
            .integer("attempts"), .integer("leased_until"), .integer("given_up_at"), .text("client_id"),
            .text("session_id"), .text("last_error"), .integer("delivered_at"), .text("account_id"),
            .text("webhook_id"),
        ])

    static let refreshCount = MovedTable(
        "refresh_count", key: [.text("client_id"), .integer("day"), .text("node")],
        [
            .integer("rotated"), .integer("retried"), .integer("raced"), .integer("theft_late"),
            .integer("theft_stale"), .integer("fast_forwarded"), .integer("stranger"), .integer("longest_retry"),
        ])

    static let registration = MovedTable(
        "registration", key: [.text("id")],
        [
            .bytes("link_hash"), .text("email"), .text("email_key"), .text("display_name"), .text("language"),
            .text("query"), .integer("created_at"), .integer("expires_at"), .integer("closed_at"),
        ])

    static let change = MovedTable("change", key: [.integer("id")], [.integer("number")], isSeeded: true)
}
