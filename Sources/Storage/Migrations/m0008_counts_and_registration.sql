-- How refreshes end, counted by client and day; and people who want an account.
--
-- Nothing that nodes of the version before write is touched.

-- One row a client, day and run of a node, whose counts only grow: whoever adds up a day adds its rows. A row is written
-- whole each time, so that a write whose outcome nobody knows can be repeated. No reference to the client: what was
-- counted stays after it is gone.
CREATE TABLE refresh_count (
    client_id TEXT NOT NULL,
    -- Days since 1970-01-01, UTC.
    day BIGINT NOT NULL,
    node TEXT NOT NULL,
    rotated BIGINT NOT NULL,
    retried BIGINT NOT NULL,
    raced BIGINT NOT NULL,
    theft_late BIGINT NOT NULL,
    theft_stale BIGINT NOT NULL,
    fast_forwarded BIGINT NOT NULL,
    stranger BIGINT NOT NULL,
    -- The retry that came longest after its rotation, in milliseconds.
    longest_retry BIGINT NOT NULL,
    PRIMARY KEY (client_id, day, node)
);
CREATE INDEX refresh_count_day ON refresh_count (day);

-- Somebody has asked for an account; there is none before the link in the mail to this address was followed.
CREATE TABLE registration (
    id TEXT PRIMARY KEY,
    -- SHA-256 of the link's value; null before the mail is sent.
    link_hash BYTEA UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    display_name TEXT,
    language TEXT NOT NULL,
    -- The authorization request that the person came with; empty when there was none.
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Since when what is personal is gone, but for the address: it was used, or is over.
    closed_at BIGINT,
    CHECK (closed_at IS NULL OR (link_hash IS NULL AND display_name IS NULL AND query = ''))
);
CREATE INDEX registration_email ON registration (email_key, created_at);
CREATE INDEX registration_expires ON registration (expires_at);
CREATE INDEX registration_created ON registration (created_at);
