package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/stream"
)

const turnColumns = `t.id, t.conversation_id, t.workspace_id, t.user_id, c.visitor_id, t.user_message_id, t.assistant_message_id,
	coalesce(t.client_message_id, ''), t.status, t.epoch, t.intent, t.draft_content, t.draft_parts, coalesce(t.provider, ''),
	t.usage, t.error, t.stop_requested_at IS NOT NULL, t.created_at, t.finished_at`

func turnFields(t *chat.Turn, workspace, user, visitor **uuid.UUID) []any {
	return []any{&t.ID, &t.ConversationID, workspace, user, visitor, &t.UserMessageID, &t.AssistantMessageID,
		&t.ClientMessageID, &t.Status, &t.Epoch, &t.Intent, &t.DraftContent, &t.DraftParts, &t.Provider,
		&t.Usage, &t.Error, &t.StopRequested, &t.CreatedAt, &t.FinishedAt}
}

func scanTurn(row pgx.CollectableRow) (chat.Turn, error) {
	var t chat.Turn
	var workspace, user, visitor *uuid.UUID
	err := row.Scan(turnFields(&t, &workspace, &user, &visitor)...)
	t.Owner = owner(workspace, user, visitor)
	return t, err
}

func (s *Store) oneTurn(ctx context.Context, sql string, args pgx.NamedArgs) (chat.Turn, error) {
	rows, err := s.pool.Query(ctx, sql, args)
	if err != nil {
		return chat.Turn{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanTurn)
	return t, notFound(err, "turn")
}

// Turn is a turn of the owner's conversation.
func (s *Store) Turn(ctx context.Context, o chat.Owner, conversationID, turnID uuid.UUID) (chat.Turn, error) {
	return s.oneTurn(ctx, `SELECT `+turnColumns+` FROM turns t JOIN conversations c ON c.id = t.conversation_id
		WHERE t.id = @turn AND c.id = @conversation AND `+ownedBy,
		with(ownerArgs(o), pgx.NamedArgs{"turn": turnID, "conversation": conversationID}))
}

// LatestTurn is the newest turn of the owner's conversation, or nil.
func (s *Store) LatestTurn(ctx context.Context, o chat.Owner, conversationID uuid.UUID) (*chat.Turn, error) {
	t, err := s.oneTurn(ctx, `SELECT `+turnColumns+` FROM turns t JOIN conversations c ON c.id = t.conversation_id
		WHERE c.id = @conversation AND `+ownedBy+` ORDER BY t.id DESC LIMIT 1`,
		with(ownerArgs(o), pgx.NamedArgs{"conversation": conversationID}))
	if apperr.Is(err, apperr.NotFound) {
		return nil, nil
	}
	return &t, err
}

// AddTurn stores a question and its turn in one statement, and names an untitled conversation after it.
func (s *Store) AddTurn(ctx context.Context, m chat.Message, t chat.Turn, title string) (chat.Message, chat.Turn, bool, error) {
	tag, err := s.pool.Exec(ctx, `
		WITH c AS (
			UPDATE conversations c
			SET updated_at = greatest(c.updated_at, @now), title = CASE WHEN c.title = '' THEN @title ELSE c.title END,
				titled_by = CASE WHEN c.title = '' THEN 'generated' ELSE c.titled_by END
			WHERE c.id = @conversation AND `+ownedBy+`
			RETURNING c.id, c.workspace_id, c.user_id
		), m AS (
			INSERT INTO messages (id, conversation_id, workspace_id, turn_id, role, content, status, created_at)
			SELECT @message, c.id, c.workspace_id, @turn, 'user', @content, 'completed', @now FROM c
		)
		INSERT INTO turns (id, conversation_id, workspace_id, user_id, user_message_id, assistant_message_id, client_message_id, created_at)
		SELECT @turn, c.id, c.workspace_id, c.user_id, @message, @answer, nullif(@client, ''), @now FROM c`,
		with(ownerArgs(t.Owner), pgx.NamedArgs{
			"conversation": t.ConversationID, "message": m.ID, "turn": t.ID, "answer": t.AssistantMessageID,
			"client": t.ClientMessageID, "content": m.Content, "title": title, "now": t.CreatedAt,
		}))
	switch {
	case err == nil && tag.RowsAffected() == 0:
		return m, t, false, apperr.NoSuch("conversation")
	case violates(err, "turns_client_message_key"), violates(err, "turns_running_key"):
		return s.earlierTurn(ctx, m, t)
	}
	return m, t, err == nil, err
}

// earlierTurn is what AddTurn ran into: the same message sent again, or another turn still running.
func (s *Store) earlierTurn(ctx context.Context, m chat.Message, t chat.Turn) (chat.Message, chat.Turn, bool, error) {
	same, err := s.oneTurn(ctx, `SELECT `+turnColumns+` FROM turns t JOIN conversations c ON c.id = t.conversation_id
		WHERE c.id = @conversation AND `+ownedBy+`
			AND (t.client_message_id = nullif(@client, '') OR t.status IN ('queued', 'running'))
		ORDER BY t.client_message_id IS NOT DISTINCT FROM nullif(@client, '') DESC LIMIT 1`,
		with(ownerArgs(t.Owner), pgx.NamedArgs{"conversation": t.ConversationID, "client": t.ClientMessageID}))
	if apperr.Is(err, apperr.NotFound) { // it ended between the two statements
		return m, t, false, apperr.New(apperr.Conflict, "turn_running", "The last question was being answered until just now. Send this one again.")
	}
	if err != nil {
		return m, t, false, err
	}
	if t.ClientMessageID == "" || same.ClientMessageID != t.ClientMessageID {
		return m, t, false, chat.ErrTurnRunning(same)
	}
	rows, err := s.pool.Query(ctx, `SELECT `+messageColumns+` FROM messages m WHERE m.id = $1`, same.UserMessageID)
	if err != nil {
		return m, t, false, err
	}
	first, err := pgx.CollectExactlyOneRow(rows, scanMessage)
	return first, same, false, err
}

// RegenerateTurn makes a new turn for an ended one's question and hides its answer, in one statement.
func (s *Store) RegenerateTurn(ctx context.Context, o chat.Owner, conversationID, turnID uuid.UUID, t chat.Turn) (chat.Turn, error) {
	err := s.pool.QueryRow(ctx, `
		WITH old AS (
			SELECT t.*, c.id AS of FROM turns t JOIN conversations c ON c.id = t.conversation_id
			WHERE t.id = @old AND c.id = @conversation AND `+ownedBy+`
		), hidden AS (
			UPDATE messages m SET superseded_by = @turn FROM old WHERE m.id = old.assistant_message_id
		), touched AS (
			UPDATE conversations c SET updated_at = @now FROM old WHERE c.id = old.of
		)
		INSERT INTO turns (id, conversation_id, workspace_id, user_id, user_message_id, assistant_message_id, created_at)
		SELECT @turn, of, workspace_id, user_id, user_message_id, @answer, @now FROM old
		RETURNING user_message_id`,
		with(ownerArgs(o), pgx.NamedArgs{"old": turnID, "conversation": conversationID, "turn": t.ID, "answer": t.AssistantMessageID, "now": t.CreatedAt}),
	).Scan(&t.UserMessageID)
	if violates(err, "turns_running_key") {
		running, err := s.LatestTurn(ctx, o, conversationID)
		if err != nil {
			return t, err
		}
		return t, chat.ErrTurnRunning(*running)
	}
	return t, notFound(err, "turn")
}

// RequestStop flags a turn that has not ended.
func (s *Store) RequestStop(ctx context.Context, o chat.Owner, conversationID, turnID uuid.UUID) (chat.Turn, error) {
	return s.oneTurn(ctx, `
		UPDATE turns t SET stop_requested_at = CASE WHEN t.status IN ('queued', 'running') THEN coalesce(t.stop_requested_at, now()) ELSE t.stop_requested_at END
		FROM conversations c
		WHERE t.id = @turn AND c.id = @conversation AND t.conversation_id = c.id AND `+ownedBy+`
		RETURNING `+turnColumns, with(ownerArgs(o), pgx.NamedArgs{"turn": turnID, "conversation": conversationID}))
}

// TurnContext is all that answering needs, in one statement. It is for workers: the turn's own workflow asks, so there is
// no owner to check, and everything else comes from the turn's row.
func (s *Store) TurnContext(ctx context.Context, turnID uuid.UUID) (chat.TurnContext, error) {
	var tc chat.TurnContext
	var workspaceID, user, visitor *uuid.UUID
	var name, zone, currency *string
	var version *int64
	var history []struct {
		Question string
		Answer   string
		Intent   *chat.Intent
	}
	fields := append(turnFields(&tc.Turn, &workspaceID, &user, &visitor), &tc.Question, &name, &zone, &currency, &version, &history)
	err := s.pool.QueryRow(ctx, `
		SELECT `+turnColumns+`, q.content, w.name, w.time_zone, w.currency, w.data_version, coalesce((
			SELECT json_agg(json_build_object('question', e.question, 'answer', e.answer, 'intent', e.intent) ORDER BY e.id)
			FROM (
				SELECT u.id, u.content AS question, a.content AS answer, et.intent
				FROM turns et
				JOIN messages u ON u.id = et.user_message_id
				JOIN messages a ON a.id = et.assistant_message_id AND a.superseded_by IS NULL
				WHERE et.conversation_id = t.conversation_id AND et.user_message_id < t.user_message_id
				ORDER BY et.id DESC LIMIT @history
			) e
		), '[]')
		FROM turns t
		JOIN conversations c ON c.id = t.conversation_id
		JOIN messages q ON q.id = t.user_message_id
		LEFT JOIN workspaces w ON w.id = t.workspace_id
		WHERE t.id = @turn`, pgx.NamedArgs{"turn": turnID, "history": chat.HistoryLength}).Scan(fields...)
	if err != nil {
		return tc, notFound(err, "turn")
	}
	tc.Turn.Owner = owner(workspaceID, user, visitor)
	for _, h := range history {
		tc.History = append(tc.History, chat.Exchange(h))
	}
	if workspaceID != nil {
		tc.Workspace = &chat.Workspace{ID: *workspaceID, Name: *name, TimeZone: *zone, Currency: *currency, DataVersion: *version}
	}
	return tc, nil
}

// SaveDraft keeps an attempt's answer so far. A stale attempt changes nothing and learns that it is stale.
func (s *Store) SaveDraft(ctx context.Context, d chat.Draft) (stopRequested bool, err error) {
	err = s.pool.QueryRow(ctx, `
		UPDATE turns SET draft_content = @content, draft_parts = @parts, epoch = @epoch, intent = coalesce(@intent, intent),
			status = 'running', started_at = coalesce(started_at, now())
		WHERE id = @turn AND epoch <= @epoch AND status IN ('queued', 'running')
		RETURNING stop_requested_at IS NOT NULL`,
		pgx.NamedArgs{"turn": d.TurnID, "epoch": d.Epoch, "content": d.Content, "parts": jsonOr(d.Parts, "[]"), "intent": jsonb(d.Intent)},
	).Scan(&stopRequested)
	if apperr.Is(notFound(err, "turn"), apperr.NotFound) {
		return false, stream.ErrStale
	}
	return stopRequested, err
}

// FinishTurn moves the draft to the answer and ends the turn, in one statement. For a turn that has ended it answers what
// was stored.
func (s *Store) FinishTurn(ctx context.Context, e chat.Ending) (chat.Message, error) {
	rows, err := s.pool.Query(ctx, `
		WITH t AS (
			SELECT * FROM turns WHERE id = @turn AND status IN ('queued', 'running') FOR UPDATE
		), m AS (
			INSERT INTO messages (id, conversation_id, workspace_id, turn_id, role, content, parts, status, provider)
			SELECT t.assistant_message_id, t.conversation_id, t.workspace_id, t.id, 'assistant',
				CASE WHEN @text = '' THEN t.draft_content ELSE @text END,
				CASE WHEN @parts::jsonb IS NULL THEN t.draft_parts ELSE @parts::jsonb END, @status, nullif(@provider, '')
			FROM t
			RETURNING *
		), ended AS (
			UPDATE turns SET status = @status, finished_at = now(), epoch = greatest(turns.epoch, @epoch), draft_content = '', draft_parts = '[]',
				provider = nullif(@provider, ''), usage = @usage, error = @failure, intent = coalesce(@intent, turns.intent)
			FROM t WHERE turns.id = t.id
		)
		SELECT `+messageColumns+` FROM m
		UNION ALL
		SELECT `+messageColumns+` FROM turns JOIN messages m ON m.id = turns.assistant_message_id
		WHERE turns.id = @turn AND turns.status NOT IN ('queued', 'running')`,
		pgx.NamedArgs{
			"turn": e.TurnID, "status": e.Status, "epoch": e.Epoch, "provider": e.Provider, "usage": jsonb(&e.Usage),
			"failure": jsonb(e.Failure), "intent": jsonb(e.Intent), "text": e.Text, "parts": jsonOr(e.Parts, ""),
		})
	if err != nil {
		return chat.Message{}, err
	}
	m, err := pgx.CollectExactlyOneRow(rows, scanMessage)
	return m, notFound(err, "turn")
}

// QueuedTurns is turns that were committed before that time and never started, oldest first: the sweeper's work.
func (s *Store) QueuedTurns(ctx context.Context, before time.Time, limit int) ([]chat.Turn, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+turnColumns+` FROM turns t JOIN conversations c ON c.id = t.conversation_id
		WHERE t.status = 'queued' AND t.created_at < @before ORDER BY t.created_at LIMIT @limit`,
		pgx.NamedArgs{"before": before, "limit": limit})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanTurn)
}

// AddToolCalls keeps what a model asked for in a round; the same calls again change nothing.
func (s *Store) AddToolCalls(ctx context.Context, turnID uuid.UUID, round int, calls []ai.ToolCall) error {
	batch := &pgx.Batch{}
	for i, c := range calls {
		batch.Queue(`INSERT INTO turn_steps (turn_id, call_id, round, position, tool, arguments) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (turn_id, call_id) DO NOTHING`, turnID, c.ID, round, i, c.Tool, string(c.Arguments))
	}
	return s.pool.SendBatch(ctx, batch).Close()
}

// ToolCalls is all that the turn's model asked for so far, with what was found, in order.
func (s *Store) ToolCalls(ctx context.Context, turnID uuid.UUID) ([]ai.ToolCall, error) {
	rows, err := s.pool.Query(ctx, `SELECT call_id, tool, arguments, result, coalesce(error, '') FROM turn_steps
		WHERE turn_id = $1 ORDER BY round, position`, turnID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (ai.ToolCall, error) {
		var c ai.ToolCall
		err := row.Scan(&c.ID, &c.Tool, &c.Arguments, &c.Result, &c.Error)
		return c, err
	})
}

// SaveToolResult keeps what a look-up found.
func (s *Store) SaveToolResult(ctx context.Context, turnID uuid.UUID, c ai.ToolCall) error {
	_, err := s.pool.Exec(ctx, `UPDATE turn_steps SET result = $3, error = nullif($4, ''), finished_at = now()
		WHERE turn_id = $1 AND call_id = $2`, turnID, c.ID, jsonOr(c.Result, ""), c.Error)
	return err
}

// jsonb is v as a parameter of type jsonb, NULL for nil.
func jsonb[T any](v *T) *string {
	if v == nil {
		return nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	s := string(data)
	return &s
}

// jsonOr is a list or raw JSON as a parameter of type jsonb; an empty one becomes that text, or NULL for "".
func jsonOr[T any](v []T, empty string) *string {
	if len(v) == 0 {
		if empty == "" {
			return nil
		}
		return &empty
	}
	if raw, ok := any(v).([]byte); ok {
		s := string(raw)
		return &s
	}
	return jsonb(&v)
}

// Answer is the stored answer of an ended turn of the owner's.
func (s *Store) Answer(ctx context.Context, o chat.Owner, turnID uuid.UUID) (chat.Message, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+messageColumns+` FROM turns t JOIN messages m ON m.id = t.assistant_message_id
		JOIN conversations c ON c.id = t.conversation_id
		WHERE t.id = @turn AND `+ownedBy, with(ownerArgs(o), pgx.NamedArgs{"turn": turnID}))
	if err != nil {
		return chat.Message{}, err
	}
	m, err := pgx.CollectExactlyOneRow(rows, scanMessage)
	return m, notFound(err, "answer")
}
