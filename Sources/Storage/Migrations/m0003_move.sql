-- A move of a whole deployment into this database (docs/moving.md): which one it is, and whether it is finished.
CREATE TABLE moved_from (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    -- As the source has them in its table deployment.
    issuer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    -- Which run of `tykva move` works on it, at random: another one that goes on after it writes its own.
    run_token BYTEA NOT NULL,
    -- Set when what was copied is not what the source holds: it is removed before copying begins anew.
    stale_at BIGINT,
    finished_at BIGINT
);

-- How far an unfinished move has come, written in the transaction of the rows that it counts.
CREATE TABLE move_progress (
    table_name TEXT PRIMARY KEY,
    copied BIGINT NOT NULL CHECK (copied >= 0),
    -- The key of the last row that was copied, in the order of the source; null before the first.
    last_key BYTEA
);
