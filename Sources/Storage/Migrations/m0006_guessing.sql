-- Wrong guesses: at passwords, secrets of clients, codes and links (docs/guessing.md).
--
-- Nodes of the version before go on beside this step; they count nothing.
CREATE TABLE guess (
    -- SHA-256 of the kind and of whom or what it concerns.
    key BYTEA PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The key of the account's own row, whether or not there is such an account; null where no account is concerned.
    account_key BYTEA,
    failures BIGINT NOT NULL CHECK (failures > 0),
    last_failed_at BIGINT NOT NULL,
    -- From then on it does not count.
    expires_at BIGINT NOT NULL
);
CREATE INDEX guess_expires ON guess (expires_at);
CREATE INDEX guess_account ON guess (account_key);
