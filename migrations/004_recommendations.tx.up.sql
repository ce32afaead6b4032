-- Recommendations: the campaign cards the AI proposed, what people said of them, and what came of them.
CREATE TABLE recommendations (
    id              uuid PRIMARY KEY, -- UUIDv5 of (turn, index): a retry writes the same row
    workspace_id    uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    turn_id         uuid NOT NULL,
    card_index      integer NOT NULL,
    segment         text NOT NULL,
    card            jsonb NOT NULL,
    provider        text NOT NULL,
    status          text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'accepted', 'dismissed')),
    created_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (turn_id, card_index)
);
CREATE INDEX recommendations_history_idx ON recommendations (workspace_id, created_at DESC, id DESC);
CREATE INDEX recommendations_status_idx ON recommendations (workspace_id, status, created_at DESC, id DESC);

CREATE TABLE recommendation_feedback (
    recommendation_id uuid PRIMARY KEY REFERENCES recommendations ON DELETE CASCADE,
    workspace_id      uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    user_id           uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    feedback          text NOT NULL CHECK (feedback IN ('positive', 'negative', 'neutral')),
    comment           text,
    campaign_results  jsonb,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now()
);
