-- Accounts: the tenant (workspace), its people, and what they are logged in with.
CREATE TABLE workspaces (
    id           uuid PRIMARY KEY,
    name         text NOT NULL,
    time_zone    text NOT NULL DEFAULT 'UTC',
    currency     char(3) NOT NULL DEFAULT 'EUR',
    -- Bumped by whatever changes events or customers; the analysis cache is keyed by it.
    data_version bigint NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id            uuid PRIMARY KEY,
    workspace_id  uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    email         text NOT NULL,
    password_hash text NOT NULL,
    first_name    text NOT NULL,
    last_name     text NOT NULL,
    company_name  text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX users_workspace_idx ON users (workspace_id, id);

-- One log-in on one device: the family of its refresh tokens.
CREATE TABLE sessions (
    id             uuid PRIMARY KEY,
    workspace_id   uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    user_id        uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    user_agent     text NOT NULL DEFAULT '',
    address        text NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL DEFAULT now(),
    last_used_at   timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL,
    revoked_at     timestamptz,
    revoked_reason text
);
CREATE INDEX sessions_user_idx ON sessions (workspace_id, user_id, last_used_at DESC, id DESC);
CREATE INDEX sessions_expiry_idx ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY, -- SHA-256 of the opaque token
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz, -- set once; a second use revokes the session
    seed       bytea        -- sealed; with the token itself it gives the successor again to a client that lost it
);
CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry_idx ON refresh_tokens (expires_at);
-- One live token a session: a family never forks.
CREATE UNIQUE INDEX refresh_tokens_live_key ON refresh_tokens (session_id) WHERE used_at IS NULL;

-- Access tokens revoked before they expire: one by its jti, or all of a session by the session's id. Each process holds
-- a copy and Redis carries news between them; this is the truth.
CREATE TABLE token_blacklist (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    -- The transaction that revoked it. A reader that remembers a snapshot asks for what came after and misses nothing,
    -- whatever the order of commits.
    xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX token_blacklist_expiry_idx ON token_blacklist (expires_at);
CREATE INDEX token_blacklist_xid_idx ON token_blacklist (xid);
