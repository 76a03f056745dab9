-- Keys that rotate by themselves. Nodes of the version before go on beside this step; they know no other algorithm than
-- ES256, so it is changed when all nodes are of this version.

-- When an operator asked that the next rotation comes before its time; on the key that signs.
ALTER TABLE signing_key ADD COLUMN rotation_asked_at BIGINT;
-- When an operator withdrew the trust in a key: nothing that it signed is believed any more.
ALTER TABLE signing_key ADD COLUMN revoked_at BIGINT;

-- One key signs, and one successor is published: whoever writes a second one has lost a race. The expressions are the
-- same for all rows that an index covers.
CREATE UNIQUE INDEX signing_key_active ON signing_key (COALESCE(retiring_at, 0))
WHERE active_at IS NOT NULL AND retiring_at IS NULL AND gone_at IS NULL;
CREATE UNIQUE INDEX signing_key_successor ON signing_key (COALESCE(active_at, 0))
WHERE active_at IS NULL AND gone_at IS NULL;
