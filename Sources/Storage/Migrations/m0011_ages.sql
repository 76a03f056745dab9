-- What is removed by its age is found by its age: without these each look read the whole table.
--
-- Nodes of the version before go on beside this step.
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX notice_created ON notice (created_at);
