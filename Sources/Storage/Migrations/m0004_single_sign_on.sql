-- Single sign-on: browser sessions, authorization codes, consent, and what goes out when somebody signs out.
--
-- Nodes of the version before go on beside this step. Its order is that of their locks: a sign-in takes account,
-- session, token_family; a refresh takes token_family and session at once. So no sign-in is under way after the first
-- table (its foreign keys wait for all that write to account), and a refresh waits before it holds anything.

-- What a person has allowed an application, so that they are not asked again.
CREATE TABLE consent (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, client_id)
);
CREATE INDEX consent_client ON consent (client_id);

-- The claims by name that the request wanted from UserInfo (OIDC Core §5.5), words; null for none.
ALTER TABLE token_family ADD COLUMN requested_claims TEXT;

-- The browser's side of a session; all null where no browser has one. SHA-256 of the cookie's 256 random bits.
ALTER TABLE session ADD COLUMN cookie_hash BYTEA;
ALTER TABLE session ADD COLUMN browser_idle_expires_at BIGINT;
ALTER TABLE session ADD COLUMN browser_expires_at BIGINT;
ALTER TABLE session ADD COLUMN seen_at BIGINT;
ALTER TABLE session ADD COLUMN seen_address TEXT;
ALTER TABLE session ADD COLUMN seen_agent TEXT;
CREATE UNIQUE INDEX session_cookie ON session (cookie_hash);

ALTER TABLE client ADD COLUMN display_name TEXT;
ALTER TABLE client ADD COLUMN backchannel_logout_uri TEXT;
ALTER TABLE client ADD COLUMN pushed_required_at BIGINT;
-- The public keys of a client that authenticates by private_key_jwt, by value or by address. Its secret_hash is empty
-- and not null: a node of the version before would take a client without one for public.
ALTER TABLE client ADD COLUMN jwks TEXT;
ALTER TABLE client ADD COLUMN jwks_uri TEXT;

-- A code stays for a while after its use, so that a second use is known as one.
CREATE TABLE authorization_code (
    hash BYTEA PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    scope TEXT NOT NULL,
    resources TEXT NOT NULL,
    nonce TEXT,
    id_token_claims TEXT NOT NULL,
    userinfo_claims TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    amr TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    -- What the first use began.
    family_id BYTEA,
    CHECK ((used_at IS NULL) = (family_id IS NULL))
);
CREATE INDEX authorization_code_expires ON authorization_code (expires_at);
CREATE INDEX authorization_code_account ON authorization_code (account_id);
CREATE INDEX authorization_code_client ON authorization_code (client_id);
CREATE INDEX authorization_code_session ON authorization_code (session_id);

-- Authorization requests that clients have sent ahead (RFC 9126).
CREATE TABLE pushed_request (
    hash BYTEA PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    parameters TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When a browser came with it first: from then on it lives as long as its pages.
    opened_at BIGINT
);
CREATE INDEX pushed_request_expires ON pushed_request (expires_at);
CREATE INDEX pushed_request_client ON pushed_request (client_id);

-- Client assertions that were used, until they expire (RFC 7523 §3, jti).
CREATE TABLE used_assertion (
    key BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_assertion_expires ON used_assertion (expires_at);

-- Whom a message is for, and what became of it; a delivered one stays for a day, for the operator to see.
ALTER TABLE outbox ADD COLUMN client_id TEXT;
ALTER TABLE outbox ADD COLUMN session_id TEXT;
ALTER TABLE outbox ADD COLUMN last_error TEXT;
ALTER TABLE outbox ADD COLUMN delivered_at BIGINT;
CREATE INDEX outbox_created ON outbox (created_at, id);
