-- Chat: conversations, their messages, and the turns that answer them.
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- Owned by a user of a workspace, or by an anonymous visitor until they sign in.
CREATE TABLE conversations (
    id           uuid PRIMARY KEY,
    workspace_id uuid REFERENCES workspaces ON DELETE CASCADE,
    user_id      uuid REFERENCES users ON DELETE CASCADE,
    visitor_id   uuid,
    title        text NOT NULL DEFAULT '',
    titled_by    text NOT NULL DEFAULT 'default' CHECK (titled_by IN ('default', 'generated', 'user')),
    search       tsvector GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((workspace_id IS NULL) = (user_id IS NULL)),
    CHECK ((user_id IS NULL) <> (visitor_id IS NULL))
);
CREATE INDEX conversations_owner_idx ON conversations (workspace_id, user_id, updated_at DESC, id DESC);
CREATE INDEX conversations_visitor_idx ON conversations (visitor_id, updated_at DESC, id DESC) WHERE visitor_id IS NOT NULL;
CREATE INDEX conversations_search_idx ON conversations USING gin (workspace_id, search);

CREATE TABLE messages (
    id              uuid PRIMARY KEY, -- UUIDv7: id order is time order
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    workspace_id    uuid REFERENCES workspaces ON DELETE CASCADE,
    turn_id         uuid NOT NULL,
    role            text NOT NULL CHECK (role IN ('user', 'assistant')),
    content         text NOT NULL,
    parts           jsonb NOT NULL DEFAULT '[]',
    status          text NOT NULL CHECK (status IN ('completed', 'stopped', 'failed')),
    provider        text,
    -- An answer that was regenerated is kept and no longer shown.
    superseded_by   uuid,
    search          tsvector GENERATED ALWAYS AS (to_tsvector('simple', content)) STORED,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX messages_conversation_idx ON messages (conversation_id, id);
CREATE INDEX messages_search_idx ON messages USING gin (workspace_id, search);

CREATE TABLE turns (
    id                   uuid PRIMARY KEY,
    conversation_id      uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    workspace_id         uuid REFERENCES workspaces ON DELETE CASCADE,
    user_id              uuid REFERENCES users ON DELETE CASCADE,
    user_message_id      uuid NOT NULL,
    assistant_message_id uuid NOT NULL, -- chosen when the turn is made, so that every attempt writes the same row
    client_message_id    text,
    status               text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'completed', 'stopped', 'failed')),
    epoch                integer NOT NULL DEFAULT 0, -- highest attempt that wrote; a lower one is refused
    intent               jsonb,
    draft_content        text NOT NULL DEFAULT '',
    draft_parts          jsonb NOT NULL DEFAULT '[]',
    provider             text,
    usage                jsonb,
    error                jsonb,
    stop_requested_at    timestamptz,
    created_at           timestamptz NOT NULL DEFAULT now(),
    started_at           timestamptz,
    finished_at          timestamptz
) WITH (fillfactor = 70); -- drafts are updated in place
CREATE UNIQUE INDEX turns_client_message_key ON turns (conversation_id, client_message_id) WHERE client_message_id IS NOT NULL;
-- One turn at a time in a conversation: the second is refused with turn_running.
CREATE UNIQUE INDEX turns_running_key ON turns (conversation_id) WHERE status IN ('queued', 'running');
CREATE INDEX turns_conversation_idx ON turns (conversation_id, id DESC);
-- What the sweeper looks for: committed and not yet started.
CREATE INDEX turns_queued_idx ON turns (created_at) WHERE status = 'queued';

-- Tool calls of a turn. Arguments and results stay here; the workflow carries only ids.
CREATE TABLE turn_steps (
    turn_id     uuid NOT NULL REFERENCES turns ON DELETE CASCADE,
    call_id     text NOT NULL,
    round       integer NOT NULL,
    position    integer NOT NULL,
    tool        text NOT NULL,
    arguments   jsonb NOT NULL,
    result      jsonb,
    error       text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (turn_id, call_id)
);

CREATE TABLE message_feedback (
    message_id   uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    workspace_id uuid REFERENCES workspaces ON DELETE CASCADE,
    rating       text NOT NULL CHECK (rating IN ('up', 'down')),
    comment      text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id)
);
