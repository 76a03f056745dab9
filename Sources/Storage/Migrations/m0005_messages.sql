-- What people are told, and how they answer.
--
-- Nodes of the version before go on beside this step; the order of the tables is that of their locks: a sign-in takes
-- account first, a theft takes session, token_family and outbox.

-- In which language a person is written to: that of the page on which they last signed in.
ALTER TABLE account ADD COLUMN language TEXT;

-- What a person was told, for their own pages: one row for each event that they are told of.
CREATE TABLE notice (
    event_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When it was seen on a page, or answered.
    read_at BIGINT,
    answer TEXT CHECK (answer IN ('mine', 'not_mine')),
    answered_at BIGINT,
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX notice_account ON notice (account_id, created_at);

-- One-time links in mails: SHA-256 of 256 random bits. A row is removed when its link is used, and all of a person's
-- when their password or address changes.
CREATE TABLE link (
    hash BYTEA PRIMARY KEY,
    purpose TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- What the message with it was about.
    event_id TEXT,
    -- The address that it proves; null where it proves none.
    email TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX link_account ON link (account_id);
CREATE INDEX link_expires ON link (expires_at);

-- Browsers in which a person has signed in before, by a cookie of theirs: SHA-256 of 256 random bits.
CREATE TABLE device (
    hash BYTEA NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    PRIMARY KEY (account_id, hash)
);
CREATE INDEX device_seen ON device (last_seen_at);

ALTER TABLE outbox ADD COLUMN account_id TEXT;
