-- One row: counted up by every operator's change, so that other nodes forget what they remember.
CREATE TABLE change (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL
);
INSERT INTO change (id, number) VALUES (1, 0);

-- Work that one of many nodes does now and then: whoever writes its own name in while nobody holds it.
CREATE TABLE periodic_work (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    leased_until BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);

-- Written by every sign-in, so that a sign-in and whoever disables the user wait for each other.
ALTER TABLE account ADD COLUMN signed_in_at BIGINT;
