package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// ownedBy is the condition that a conversation aliased c is the owner's, on three parameters: workspace, user, visitor.
// A user's conversation has no visitor and the other way round, so exactly one arm can hold.
const ownedBy = `(c.workspace_id = @workspace AND c.user_id = @user OR c.visitor_id = @visitor)`

func ownerArgs(o chat.Owner) pgx.NamedArgs {
	return pgx.NamedArgs{"workspace": nullable(o.WorkspaceID), "user": nullable(o.UserID), "visitor": nullable(o.VisitorID)}
}

func with(args pgx.NamedArgs, more pgx.NamedArgs) pgx.NamedArgs {
	for k, v := range more {
		args[k] = v
	}
	return args
}

// nullable is NULL for the zero id.
func nullable(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

const conversationColumns = `c.id, c.workspace_id, c.user_id, c.visitor_id, c.title, c.created_at, c.updated_at`

func scanConversation(row pgx.CollectableRow) (chat.Conversation, error) {
	var c chat.Conversation
	var workspace, user, visitor *uuid.UUID
	err := row.Scan(&c.ID, &workspace, &user, &visitor, &c.Title, &c.CreatedAt, &c.UpdatedAt)
	c.Owner = owner(workspace, user, visitor)
	return c, err
}

func owner(workspace, user, visitor *uuid.UUID) chat.Owner {
	value := func(id *uuid.UUID) uuid.UUID {
		if id == nil {
			return uuid.Nil
		}
		return *id
	}
	return chat.Owner{WorkspaceID: value(workspace), UserID: value(user), VisitorID: value(visitor)}
}

// CreateConversation stores a new conversation.
func (s *Store) CreateConversation(ctx context.Context, c chat.Conversation) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO conversations (id, workspace_id, user_id, visitor_id, title, titled_by, created_at, updated_at)
		VALUES (@id, @workspace, @user, @visitor, @title, CASE WHEN @title = '' THEN 'default' ELSE 'user' END, @created, @created)`,
		with(ownerArgs(c.Owner), pgx.NamedArgs{"id": c.ID, "title": c.Title, "created": c.CreatedAt}))
	return err
}

// ListConversations is the owner's, latest first; with a query, those whose title or messages have its words.
func (s *Store) ListConversations(ctx context.Context, o chat.Owner, query string, limit int, after string) ([]chat.Conversation, string, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	// Two shapes, so that each owner's list walks its own index.
	owned := `c.workspace_id = @workspace AND c.user_id = @user`
	if o.Anonymous() {
		owned = `c.visitor_id = @visitor`
	}
	search := ""
	if query != "" {
		search = `AND (c.search @@ websearch_to_tsquery('simple', @query)
			OR EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.search @@ websearch_to_tsquery('simple', @query)))`
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+conversationColumns+` FROM conversations c
		WHERE `+owned+` AND (c.updated_at, c.id) < (@at, @id) `+search+`
		ORDER BY c.updated_at DESC, c.id DESC LIMIT @limit`,
		with(ownerArgs(o), pgx.NamedArgs{"at": from.at, "id": from.id, "limit": limit + 1, "query": query}))
	if err != nil {
		return nil, "", err
	}
	list, err := pgx.CollectRows(rows, scanConversation)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, limit, func(c chat.Conversation) (time.Time, uuid.UUID) { return c.UpdatedAt, c.ID })
	return list, next, nil
}

// Conversation is the owner's conversation of that id.
func (s *Store) Conversation(ctx context.Context, o chat.Owner, id uuid.UUID) (chat.Conversation, error) {
	return s.oneConversation(ctx, `SELECT `+conversationColumns+` FROM conversations c WHERE c.id = @id AND `+ownedBy,
		with(ownerArgs(o), pgx.NamedArgs{"id": id}))
}

func (s *Store) oneConversation(ctx context.Context, sql string, args pgx.NamedArgs) (chat.Conversation, error) {
	rows, err := s.pool.Query(ctx, sql, args)
	if err != nil {
		return chat.Conversation{}, err
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanConversation)
	return c, notFound(err, "conversation")
}

// RenameConversation gives it a title that no generated one replaces.
func (s *Store) RenameConversation(ctx context.Context, o chat.Owner, id uuid.UUID, title string) (chat.Conversation, error) {
	return s.oneConversation(ctx, `
		UPDATE conversations c SET title = @title, titled_by = 'user' WHERE c.id = @id AND `+ownedBy+`
		RETURNING `+conversationColumns, with(ownerArgs(o), pgx.NamedArgs{"id": id, "title": title}))
}

// DeleteConversation removes it with its messages and turns.
func (s *Store) DeleteConversation(ctx context.Context, o chat.Owner, id uuid.UUID) error {
	tag, err := s.pool.Exec(ctx, `DELETE FROM conversations c WHERE c.id = @id AND `+ownedBy,
		with(ownerArgs(o), pgx.NamedArgs{"id": id}))
	if err == nil && tag.RowsAffected() == 0 {
		return apperr.NoSuch("conversation")
	}
	return err
}

// ClaimConversations makes a visitor's conversations the user's, with all that is in them. A second call finds nothing.
func (s *Store) ClaimConversations(ctx context.Context, visitorID, workspaceID, userID uuid.UUID) error {
	_, err := s.pool.Exec(ctx, `
		WITH claimed AS (
			UPDATE conversations SET workspace_id = @workspace, user_id = @user, visitor_id = NULL
			WHERE visitor_id = @visitor RETURNING id
		), said AS (
			UPDATE messages m SET workspace_id = @workspace FROM claimed WHERE m.conversation_id = claimed.id
		)
		UPDATE turns t SET workspace_id = @workspace, user_id = @user FROM claimed WHERE t.conversation_id = claimed.id`,
		pgx.NamedArgs{"visitor": visitorID, "workspace": workspaceID, "user": userID})
	return err
}

const messageColumns = `m.id, m.conversation_id, m.turn_id, m.role, m.content, m.parts, m.status, coalesce(m.provider, ''), m.created_at`

func scanMessage(row pgx.CollectableRow) (chat.Message, error) {
	var m chat.Message
	err := row.Scan(&m.ID, &m.ConversationID, &m.TurnID, &m.Role, &m.Content, &m.Parts, &m.Status, &m.Provider, &m.CreatedAt)
	return m, err
}

// Messages is the conversation's last ones, oldest first, without answers that were regenerated.
func (s *Store) Messages(ctx context.Context, o chat.Owner, conversationID uuid.UUID, limit int) ([]chat.Message, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT * FROM (
			SELECT `+messageColumns+`, coalesce(f.rating, '') AS rating
			FROM conversations c JOIN messages m ON m.conversation_id = c.id
			LEFT JOIN message_feedback f ON f.message_id = m.id
			WHERE c.id = @id AND `+ownedBy+` AND m.superseded_by IS NULL
			ORDER BY m.id DESC LIMIT @limit
		) latest ORDER BY id`, with(ownerArgs(o), pgx.NamedArgs{"id": conversationID, "limit": limit}))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (chat.Message, error) {
		var m chat.Message
		err := row.Scan(&m.ID, &m.ConversationID, &m.TurnID, &m.Role, &m.Content, &m.Parts, &m.Status, &m.Provider, &m.CreatedAt, &m.Rating)
		return m, err
	})
}

// RateMessage keeps the last thumb given to an answer.
func (s *Store) RateMessage(ctx context.Context, o chat.Owner, messageID uuid.UUID, rating, comment string) error {
	tag, err := s.pool.Exec(ctx, `
		INSERT INTO message_feedback (message_id, workspace_id, rating, comment)
		SELECT m.id, m.workspace_id, @rating, nullif(@comment, '')
		FROM messages m JOIN conversations c ON c.id = m.conversation_id
		WHERE m.id = @id AND m.role = 'assistant' AND `+ownedBy+`
		ON CONFLICT (message_id) DO UPDATE SET rating = excluded.rating, comment = excluded.comment, updated_at = now()`,
		with(ownerArgs(o), pgx.NamedArgs{"id": messageID, "rating": rating, "comment": comment}))
	if err == nil && tag.RowsAffected() == 0 {
		return apperr.NoSuch("answer")
	}
	return err
}
