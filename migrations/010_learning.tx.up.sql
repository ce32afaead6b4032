-- Learning: what a workspace has learned of which message works for whom. Everything here is computed anew from feedback and
-- events each time, and replaced together.
CREATE TABLE learning_models (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces ON DELETE CASCADE,
    as_of        timestamptz NOT NULL, -- evidence was weighed as of then; an earlier one never replaces a later one
    data_version bigint NOT NULL,      -- of the events that it was learned from
    spread       double precision NOT NULL,
    changes      jsonb NOT NULL        -- learn.Change: what was different when the evidence last changed
);
CREATE INDEX learning_models_as_of_idx ON learning_models (as_of);

-- One row for each place with evidence of its own: a segment on a channel at a time of day, that without a time, or a channel
-- at a time of day by its messages. The rest of the tree follows from these.
CREATE TABLE learning_posteriors (
    workspace_id   uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    segment        text NOT NULL, -- a standard segment's key, another's id, or '' for any
    channel        text NOT NULL,
    band           text NOT NULL, -- morning, afternoon, evening, night, on_event, or '' for any
    evidence       jsonb NOT NULL, -- learn.Evidence: how much of each kind
    trials         double precision NOT NULL, -- what it weighs, in messages
    successes      double precision NOT NULL, -- and in orders
    alpha          double precision NOT NULL, -- of the Beta posterior of orders a message
    beta           double precision NOT NULL,
    prior_mean     double precision NOT NULL, -- what everything else says of it
    prior_messages double precision NOT NULL, -- and what that weighs
    changed_at     timestamptz NOT NULL,      -- when its evidence last changed
    PRIMARY KEY (workspace_id, segment, channel, band)
);

-- Workspaces that something was said in since they last learned. A request that comes while one learns has a higher number
-- than the one that it saw, so that its row stays.
CREATE SEQUENCE learning_requests;
CREATE TABLE learning_due (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces ON DELETE CASCADE,
    request      bigint NOT NULL DEFAULT nextval('learning_requests'),
    since        timestamptz NOT NULL
);

CREATE INDEX recommendation_feedback_updated_idx ON recommendation_feedback (workspace_id, updated_at);
