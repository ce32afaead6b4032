package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// SaveRecommendations keeps a turn's cards in one statement. A card's id comes from its turn and place, so the same call
// again writes the same rows; what people said of a card, and its status, stay. A card that is another workspace's is left
// alone.
func (s *Store) SaveRecommendations(ctx context.Context, workspaceID, conversationID, turnID uuid.UUID, cards []recommend.Recommendation) error {
	if len(cards) == 0 {
		return nil
	}
	rows, err := json.Marshal(cards)
	if err != nil {
		return fmt.Errorf("recommendations: %w", err)
	}
	_, err = s.pool.Exec(ctx, `
		INSERT INTO recommendations (id, workspace_id, conversation_id, turn_id, card_index, segment, card, provider, created_at)
		SELECT (card->>'id')::uuid, @workspace, @conversation, @turn, position - 1, card->'audience'->>'segment', card, card->>'provider', (card->>'createdAt')::timestamptz
		FROM jsonb_array_elements(@cards::jsonb) WITH ORDINALITY AS given(card, position)
		ON CONFLICT (id) DO UPDATE SET card_index = excluded.card_index, segment = excluded.segment, card = excluded.card, provider = excluded.provider
		WHERE recommendations.workspace_id = excluded.workspace_id`,
		pgx.NamedArgs{"workspace": workspaceID, "conversation": conversationID, "turn": turnID, "cards": string(rows)})
	return err
}

const recommendationColumns = `r.id, r.conversation_id, r.turn_id, r.card, r.status, r.created_at,
	f.feedback, f.comment, f.campaign_results, f.user_id, f.updated_at`

const recommendationTables = `recommendations r
	LEFT JOIN recommendation_feedback f ON f.recommendation_id = r.id AND f.workspace_id = r.workspace_id`

func scanRecommendation(row pgx.CollectableRow) (recommend.Entry, error) {
	var e recommend.Entry
	var id uuid.UUID
	var createdAt time.Time
	var card, results []byte
	var verdict, comment *string
	var user *uuid.UUID
	var at *time.Time
	if err := row.Scan(&id, &e.ConversationID, &e.TurnID, &card, &e.Status, &createdAt, &verdict, &comment, &results, &user, &at); err != nil {
		return e, err
	}
	if err := json.Unmarshal(card, &e.Recommendation); err != nil {
		return e, fmt.Errorf("recommendation %s: %w", id, err)
	}
	e.ID, e.CreatedAt = id, createdAt.UTC()
	if verdict == nil {
		return e, nil
	}
	e.Feedback = &recommend.Feedback{Verdict: recommend.Verdict(*verdict), UserID: *user, UpdatedAt: at.UTC()}
	if comment != nil {
		e.Feedback.Comment = *comment
	}
	if results != nil {
		e.Feedback.Results = new(recommend.Results)
		if err := json.Unmarshal(results, e.Feedback.Results); err != nil {
			return e, fmt.Errorf("results of recommendation %s: %w", id, err)
		}
	}
	return e, nil
}

// ListRecommendations is a workspace's cards, newest first; an empty status is all.
func (s *Store) ListRecommendations(ctx context.Context, workspaceID uuid.UUID, status recommend.Status, limit int, after string) ([]recommend.Entry, string, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	filter := ""
	if status != "" {
		filter = "AND r.status = @status"
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+recommendationColumns+` FROM `+recommendationTables+`
		WHERE r.workspace_id = @workspace `+filter+` AND (r.created_at, r.id) < (@at, @id)
		ORDER BY r.created_at DESC, r.id DESC LIMIT @limit`,
		pgx.NamedArgs{"workspace": workspaceID, "status": status, "at": from.at, "id": from.id, "limit": limit + 1})
	if err != nil {
		return nil, "", err
	}
	list, err := pgx.CollectRows(rows, scanRecommendation)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, limit, func(e recommend.Entry) (time.Time, uuid.UUID) { return e.CreatedAt, e.ID })
	return list, next, nil
}

// Recommendation is one card of the workspace.
func (s *Store) Recommendation(ctx context.Context, workspaceID, id uuid.UUID) (recommend.Entry, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+recommendationColumns+` FROM `+recommendationTables+` WHERE r.workspace_id = $1 AND r.id = $2`, workspaceID, id)
	if err != nil {
		return recommend.Entry{}, err
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanRecommendation)
	return e, notFound(err, "recommendation")
}

// SaveFeedback replaces what was said of a card, sets its status, and notes that there is something to learn, in one statement.
func (s *Store) SaveFeedback(ctx context.Context, workspaceID, id uuid.UUID, f recommend.Feedback, status recommend.Status) error {
	var results *string
	if f.Results != nil {
		data, err := json.Marshal(f.Results)
		if err != nil {
			return fmt.Errorf("campaign results: %w", err)
		}
		text := string(data)
		results = &text
	}
	tag, err := s.pool.Exec(ctx, `
		WITH rated AS (
			UPDATE recommendations SET status = coalesce(nullif(@status, ''), status) WHERE workspace_id = @workspace AND id = @id RETURNING id
		), due AS (
			INSERT INTO learning_due AS d (workspace_id, since) SELECT @workspace, @at FROM rated
			ON CONFLICT (workspace_id) DO UPDATE SET request = nextval('learning_requests')
		)
		INSERT INTO recommendation_feedback (recommendation_id, workspace_id, user_id, feedback, comment, campaign_results, created_at, updated_at)
		SELECT id, @workspace, @user, @feedback, nullif(@comment, ''), @results::jsonb, @at, @at FROM rated
		ON CONFLICT (recommendation_id) DO UPDATE SET user_id = excluded.user_id, feedback = excluded.feedback, comment = excluded.comment,
			campaign_results = excluded.campaign_results, updated_at = excluded.updated_at`,
		pgx.NamedArgs{"workspace": workspaceID, "id": id, "status": string(status), "user": f.UserID, "feedback": f.Verdict, "comment": f.Comment, "results": results, "at": f.UpdatedAt})
	if err == nil && tag.RowsAffected() == 0 {
		return apperr.NoSuch("recommendation")
	}
	return err
}
