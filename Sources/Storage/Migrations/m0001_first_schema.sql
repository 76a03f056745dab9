-- Times are milliseconds since 1970 in UTC. A nullable time says whether and when; there are no booleans.

-- One row: which deployment this is.
CREATE TABLE deployment (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    issuer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Data made with --dev is marked, and a production server refuses it.
    dev_at BIGINT,
    -- Raised whenever the store has gone back in time (docs/refresh.md, row 8).
    restore_epoch BIGINT NOT NULL CHECK (restore_epoch >= 1)
);

-- Which master secrets the deployment knows; the check value tells a wrong one, and nothing else.
CREATE TABLE master_secret (
    number BIGINT PRIMARY KEY CHECK (number BETWEEN 1 AND 255),
    check_value BYTEA NOT NULL,
    registered_at BIGINT NOT NULL
);

CREATE TABLE signing_key (
    id TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    public_jwk TEXT NOT NULL,
    sealed_private BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    active_at BIGINT,
    retiring_at BIGINT,
    gone_at BIGINT
);

CREATE TABLE attribute (
    name TEXT PRIMARY KEY,
    class TEXT NOT NULL CHECK (class IN ('public', 'personal', 'secret')),
    type TEXT NOT NULL CHECK (type IN ('string', 'number', 'boolean', 'array', 'object')),
    -- Set for those that are there from the start.
    built_in_at BIGINT
);

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    display_name TEXT,
    email TEXT,
    email_key TEXT,
    email_verified_at BIGINT,
    password_hash TEXT,
    -- The public attributes as access tokens carry them, computed whenever one of them is written.
    claims TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE UNIQUE INDEX account_verified_email ON account (email_key) WHERE email_verified_at IS NOT NULL;

CREATE TABLE account_role (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (account_id, role)
);

CREATE TABLE account_attribute (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL REFERENCES attribute (name),
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
);
CREATE INDEX account_attribute_name ON account_attribute (name);

CREATE TABLE client (
    id TEXT PRIMARY KEY,
    secret_hash BYTEA,
    first_party_at BIGINT,
    grants TEXT NOT NULL,
    audiences TEXT NOT NULL,
    resource_servers TEXT NOT NULL,
    scope TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    post_logout_redirect_uris TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Which public attributes a client's access tokens carry.
CREATE TABLE client_claim (
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    attribute TEXT NOT NULL REFERENCES attribute (name),
    PRIMARY KEY (client_id, attribute)
);
CREATE INDEX client_claim_attribute ON client_claim (attribute);

-- One sign-in of one person. The row stays until its last family is gone.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    auth_time BIGINT NOT NULL,
    amr TEXT NOT NULL,
    created_address TEXT NOT NULL,
    created_agent TEXT NOT NULL,
    -- How many times it was written to by those who began a family in it.
    families BIGINT NOT NULL CHECK (families >= 0),
    signed_out_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX session_account ON session (account_id, created_at);
CREATE INDEX session_expires ON session (expires_at);

-- One sign-in of one person in one application, whatever the number of its refreshes (docs/refresh.md).
-- No index on a column that a rotation changes.
CREATE TABLE token_family (
    id BYTEA PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    client_id TEXT NOT NULL REFERENCES client (id),
    session_id TEXT NOT NULL REFERENCES session (id),
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    dpop_jkt TEXT,
    generation BIGINT NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
    token_key BIGINT NOT NULL CHECK (token_key BETWEEN 1 AND 255),
    auth_time BIGINT NOT NULL,
    amr TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_address TEXT NOT NULL,
    created_agent TEXT NOT NULL,
    rotated_address TEXT NOT NULL,
    rotated_agent TEXT NOT NULL,
    previous_address TEXT NOT NULL,
    previous_agent TEXT NOT NULL,
    fast_forward_epoch BIGINT,
    ended_at BIGINT,
    end_reason TEXT,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX token_family_session ON token_family (session_id);
CREATE INDEX token_family_account ON token_family (account_id);
CREATE INDEX token_family_client ON token_family (client_id);
CREATE INDEX token_family_expires ON token_family (expires_at);

-- What happened. Rows are added, and removed by age; never changed. Names of the dead are kept as ids only.
CREATE TABLE event (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    type TEXT NOT NULL,
    account_id TEXT,
    client_id TEXT,
    session_id TEXT,
    family_id BYTEA,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- Set where a stranger can cause the event: one row a family and hour.
    once_key TEXT UNIQUE
);
CREATE INDEX event_at ON event (at, id);
CREATE INDEX event_account ON event (account_id, at);

-- What is to be told to somebody outside, written in the transaction of what it tells.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    leased_until BIGINT,
    given_up_at BIGINT
);
CREATE INDEX outbox_next ON outbox (next_attempt_at);

INSERT INTO attribute (name, class, type, built_in_at) VALUES
    ('name', 'public', 'string', 0),
    ('preferred_username', 'public', 'string', 0),
    ('roles', 'public', 'array', 0),
    ('groups', 'public', 'array', 0),
    ('email', 'personal', 'string', 0),
    ('phone_number', 'personal', 'string', 0),
    ('address', 'personal', 'object', 0),
    ('birthdate', 'personal', 'string', 0);
