-- Webhooks: where operators hear of events; and an outbox that stays quick with 100,000 messages in it.
--
-- Nodes of the version before go on beside this step: they leave messages to webhooks where they are, and what they
-- record themselves is told to no webhook.

CREATE TABLE webhook (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    -- Set when its URL may lead to a network of the operator's own.
    private_allowed_at BIGINT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    -- Set when its receiver has said that it is gone (410); null when an operator disabled it.
    gone_at BIGINT,
    -- AES-256-GCM under the master secret. The secret before signs too until its time is over.
    sealed_secret BYTEA NOT NULL,
    sealed_old_secret BYTEA,
    old_secret_until BIGINT,
    -- The latest that became of its messages, to within some seconds.
    succeeded_at BIGINT,
    failed_at BIGINT,
    last_error TEXT,
    -- How many messages were given up since the last one that arrived.
    given_up BIGINT NOT NULL,
    CHECK ((sealed_old_secret IS NULL) = (old_secret_until IS NULL)),
    CHECK (gone_at IS NULL OR disabled_at IS NOT NULL)
);

-- The types of events that a webhook hears of; it hears of all when it has none here.
CREATE TABLE webhook_event_type (
    webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    PRIMARY KEY (webhook_id, type)
);

-- No foreign key: an event is recorded without a lock on any webhook.
ALTER TABLE outbox ADD COLUMN webhook_id TEXT;

-- What is due is found by kind, or by webhook: one with a long queue is not in the way of the others.
DROP INDEX outbox_next;
CREATE INDEX outbox_due ON outbox (kind, next_attempt_at, id);
CREATE INDEX outbox_webhook ON outbox (webhook_id, next_attempt_at, id) WHERE webhook_id IS NOT NULL;
CREATE INDEX outbox_delivered ON outbox (delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX outbox_given_up ON outbox (given_up_at) WHERE given_up_at IS NOT NULL;
