-- A master secret can be changed (docs/secrets.md).
--
-- Nodes of the version before go on beside this step. They take the lowest number for the active one: no other is
-- activated before all nodes are of this version.

-- When it became the active one last; and when another took its place.
ALTER TABLE master_secret ADD COLUMN activated_at BIGINT;
ALTER TABLE master_secret ADD COLUMN retired_at BIGINT;
UPDATE master_secret SET activated_at = registered_at WHERE number = (SELECT MIN(number) FROM master_secret);

-- The key number of the generation before, whose holder may still repeat a call. Null where nodes of the version before
-- have written; no index, since a rotation changes it.
ALTER TABLE token_family ADD COLUMN previous_key BIGINT;

-- The nodes that serve at this moment: each writes its row again every few seconds, and removes it at its end.
CREATE TABLE node (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- The number under which it makes what is new.
    active_secret BIGINT NOT NULL,
    -- Which numbers it can read: a byte for the number and 16 for its check value, one after another.
    readable_secrets BYTEA NOT NULL
);
CREATE INDEX node_seen ON node (seen_at);
