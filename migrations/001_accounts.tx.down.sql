DROP TABLE token_blacklist, refresh_tokens, sessions, users, workspaces;
