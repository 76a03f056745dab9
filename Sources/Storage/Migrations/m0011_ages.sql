-- What is removed by its age is found by its age: without these each look read the whole table.
--
-- Nodes of the version before go on beside this step. On PostgreSQL sign-ins and sign-outs wait while an index is made, and
-- are answered 503 when that takes longer than their time; refreshes go on.
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX notice_created ON notice (created_at);

-- Notices of sign-outs are found by application, as messages are by webhook: one with a long queue is not in the way of
-- the others.
CREATE INDEX outbox_client ON outbox (kind, client_id, next_attempt_at, id) WHERE client_id IS NOT NULL;
