package chat

import (
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Sizes of what people type, in characters.
const (
	MaxContent = 8_000
	MaxTitle   = 120
	MaxComment = 1_000
)

// Repository keeps conversations. Every method answers only for the owner it is given.
type Repository interface {
	CreateConversation(ctx context.Context, c Conversation) error
	ListConversations(ctx context.Context, owner Owner, query string, limit int, cursor string) ([]Conversation, string, error)
	Conversation(ctx context.Context, owner Owner, id uuid.UUID) (Conversation, error)
	Messages(ctx context.Context, owner Owner, conversationID uuid.UUID, limit int) ([]Message, error)
	LatestTurn(ctx context.Context, owner Owner, conversationID uuid.UUID) (*Turn, error)
	RenameConversation(ctx context.Context, owner Owner, id uuid.UUID, title string) (Conversation, error)
	DeleteConversation(ctx context.Context, owner Owner, id uuid.UUID) error
	// AddTurn stores a user message with its turn in one statement. With a clientMessageId that was seen before it
	// answers that turn, and created is false. It fails with ErrTurnRunning while another turn runs.
	AddTurn(ctx context.Context, m Message, t Turn, title string) (Message, Turn, bool, error)
	// RegenerateTurn makes a new turn for the user message of an ended one, whose answer is no longer shown.
	RegenerateTurn(ctx context.Context, owner Owner, conversationID, turnID uuid.UUID, t Turn) (Turn, error)
	Turn(ctx context.Context, owner Owner, conversationID, turnID uuid.UUID) (Turn, error)
	// RequestStop flags the turn; a turn that has ended is left as it is.
	RequestStop(ctx context.Context, owner Owner, conversationID, turnID uuid.UUID) (Turn, error)
	RateMessage(ctx context.Context, owner Owner, messageID uuid.UUID, rating, comment string) error
	ClaimConversations(ctx context.Context, visitorID, workspaceID, userID uuid.UUID) error
}

// Starter starts and cancels the workflow of a turn. Starting one that runs or has run is no error and starts nothing.
type Starter interface {
	// StartChatTurn has a turn answered; ahead says that a head start may have been made.
	StartChatTurn(ctx context.Context, t Turn, ahead bool) error
	CancelChatTurn(ctx context.Context, turnID uuid.UUID) error
}

// HeadStarter begins to answer a committed turn in this process, while its workflow is being written.
type HeadStarter interface {
	// Begin returns at once. What it begins outlives ctx.
	Begin(ctx context.Context, turnID uuid.UUID)
}

// Stopper tells whoever is answering a turn to stop at once.
type Stopper interface {
	Stop(ctx context.Context, turnID uuid.UUID) error
}

// ErrTurnRunning is AddTurn's and RegenerateTurn's answer while a turn of the conversation is being answered.
func ErrTurnRunning(t Turn) *apperr.Error {
	return apperr.New(apperr.Conflict, "turn_running", "The last question is still being answered. Wait for it, or stop it first.").
		WithExtra("turn", map[string]any{"id": t.ID, "status": t.Status})
}

// Config is what a Service is made of.
type Config struct {
	Repository Repository
	Starter    Starter
	Stopper    Stopper
	// HeadStarter is nil in a process that answers no turns.
	HeadStarter HeadStarter
	// Background runs work that outlives the request of ctx, and is waited for at shutdown.
	Background func(ctx context.Context, work func(ctx context.Context))
	Now        func() time.Time
}

// Service is what people do in the chat.
type Service struct{ Config }

// NewService makes a Service.
func NewService(cfg Config) *Service { return &Service{cfg} }

// CreateConversation begins an empty conversation.
func (s *Service) CreateConversation(ctx context.Context, owner Owner, title string) (Conversation, error) {
	title = strings.TrimSpace(title)
	if err := checkTitle(title); err != nil {
		return Conversation{}, err
	}
	now := s.Now().UTC()
	c := Conversation{ID: newID(), Owner: owner, Title: title, CreatedAt: now, UpdatedAt: now}
	return c, s.Repository.CreateConversation(ctx, c)
}

// RenameConversation gives it a title of the user's own.
func (s *Service) RenameConversation(ctx context.Context, owner Owner, id uuid.UUID, title string) (Conversation, error) {
	title = strings.TrimSpace(title)
	if title == "" {
		return Conversation{}, apperr.New(apperr.Invalid, "invalid", "A title needs at least one character.").
			WithField("body.title", "give 1 to 120 characters", title)
	}
	if err := checkTitle(title); err != nil {
		return Conversation{}, err
	}
	return s.Repository.RenameConversation(ctx, owner, id, title)
}

// ListConversations pages through the owner's conversations, latest first; a query looks in titles and messages.
func (s *Service) ListConversations(ctx context.Context, owner Owner, query string, limit int, cursor string) ([]Conversation, string, error) {
	return s.Repository.ListConversations(ctx, owner, query, limit, cursor)
}

// DeleteConversation removes it with all that was said. An answer under way ends and goes nowhere.
func (s *Service) DeleteConversation(ctx context.Context, owner Owner, id uuid.UUID) error {
	turn, err := s.Repository.LatestTurn(ctx, owner, id)
	if err != nil {
		return err
	}
	if turn != nil && !turn.Status.Terminal() {
		if _, err := s.Stop(ctx, owner, id, turn.ID); err != nil {
			return err
		}
	}
	return s.Repository.DeleteConversation(ctx, owner, id)
}

// Thread is a conversation with what was said, and its newest turn.
type Thread struct {
	Conversation Conversation
	Messages     []Message
	Turn         *Turn // nil when nothing was asked yet
}

// Thread reads a conversation: its last 500 messages, oldest first.
func (s *Service) Thread(ctx context.Context, owner Owner, id uuid.UUID) (Thread, error) {
	c, err := s.Repository.Conversation(ctx, owner, id)
	if err != nil {
		return Thread{}, err
	}
	messages, err := s.Repository.Messages(ctx, owner, id, 500)
	if err != nil {
		return Thread{}, err
	}
	turn, err := s.Repository.LatestTurn(ctx, owner, id)
	return Thread{Conversation: c, Messages: messages, Turn: turn}, err
}

// Send stores a question and has it answered. It returns once the question is committed: from then on it will be
// answered, whatever dies. The same clientMessageID again answers the same turn and starts nothing.
func (s *Service) Send(ctx context.Context, owner Owner, conversationID uuid.UUID, content, clientMessageID string) (Message, Turn, error) {
	if err := checkContent(content); err != nil {
		return Message{}, Turn{}, err
	}
	now := s.Now().UTC()
	turn := s.newTurn(owner, conversationID, now)
	turn.ClientMessageID = clientMessageID
	message := Message{ID: turn.UserMessageID, ConversationID: conversationID, TurnID: turn.ID, Role: RoleUser, Content: content, Status: StatusCompleted, CreatedAt: now}
	message, turn, created, err := s.Repository.AddTurn(ctx, message, turn, TitleFor(content))
	if err == nil && created {
		s.start(ctx, turn)
	}
	return message, turn, err
}

// Regenerate answers the question of an ended turn again. The earlier answer is kept and no longer shown.
func (s *Service) Regenerate(ctx context.Context, owner Owner, conversationID, turnID uuid.UUID) (Turn, error) {
	turn, err := s.Repository.RegenerateTurn(ctx, owner, conversationID, turnID, s.newTurn(owner, conversationID, s.Now().UTC()))
	if err == nil {
		s.start(ctx, turn)
	}
	return turn, err
}

func (s *Service) newTurn(owner Owner, conversationID uuid.UUID, now time.Time) Turn {
	return Turn{
		ID: newID(), ConversationID: conversationID, Owner: owner, UserMessageID: newID(), AssistantMessageID: newID(),
		Status: StatusQueued, CreatedAt: now,
	}
}

// start does not hold up the answer to the client: the turn is committed, and the sweeper starts what this cannot.
func (s *Service) start(ctx context.Context, t Turn) {
	ahead := s.HeadStarter != nil
	if ahead {
		s.HeadStarter.Begin(ctx, t.ID)
	}
	s.Background(ctx, func(ctx context.Context) {
		if err := s.Starter.StartChatTurn(ctx, t, ahead); err != nil {
			slog.WarnContext(ctx, "a turn did not start at once; the sweeper will start it", "turn_id", t.ID, "error", err)
		}
	})
}

// Stop ends a turn and keeps what was answered so far. It works from any tab, and stopping twice is the same as once.
func (s *Service) Stop(ctx context.Context, owner Owner, conversationID, turnID uuid.UUID) (Turn, error) {
	turn, err := s.Repository.RequestStop(ctx, owner, conversationID, turnID)
	if err != nil || turn.Status.Terminal() {
		return turn, err
	}
	// The flag is committed. The two signals below make it quick; each alone is enough.
	if err := s.Stopper.Stop(ctx, turnID); err != nil {
		slog.WarnContext(ctx, "the stop was not published", "turn_id", turnID, "error", err)
	}
	s.Background(ctx, func(ctx context.Context) { // Temporal may take a while to answer, or be away
		if err := s.Starter.CancelChatTurn(ctx, turnID); err != nil {
			slog.WarnContext(ctx, "the turn's workflow was not cancelled", "turn_id", turnID, "error", err)
		}
	})
	return turn, nil
}

// Rate keeps a thumb up or down on an answer; the last one counts.
func (s *Service) Rate(ctx context.Context, owner Owner, messageID uuid.UUID, rating, comment string) error {
	if utf8.RuneCountInString(comment) > MaxComment {
		return apperr.New(apperr.Invalid, "invalid", "The comment is too long.").WithField("body.comment", "give at most 1000 characters", nil)
	}
	return s.Repository.RateMessage(ctx, owner, messageID, rating, comment)
}

// ClaimConversations hands a visitor's conversations to the account they signed in to.
func (s *Service) ClaimConversations(ctx context.Context, visitorID, workspaceID, userID uuid.UUID) error {
	return s.Repository.ClaimConversations(ctx, visitorID, workspaceID, userID)
}

// TitleFor is a conversation's title until someone gives it another: the question's first words.
func TitleFor(question string) string {
	const most = 60
	title := strings.Join(strings.Fields(question), " ")
	title = strings.TrimRight(title, "?!. ")
	if utf8.RuneCountInString(title) <= most {
		return title
	}
	runes := []rune(title)[:most]
	if cut := strings.LastIndex(string(runes), " "); cut > most/2 {
		return string(runes)[:cut] + "…"
	}
	return string(runes) + "…"
}

func checkContent(content string) error {
	bad := func(message string) error {
		return apperr.New(apperr.Invalid, "invalid", "The question cannot be sent as it is.").WithField("body.content", message, nil)
	}
	switch n := utf8.RuneCountInString(content); {
	case strings.TrimSpace(content) == "":
		return bad("write a question")
	case n > MaxContent:
		return bad("write at most 8000 characters")
	case strings.ContainsRune(content, 0):
		return bad("leave out the NUL character")
	}
	return nil
}

func checkTitle(title string) error {
	if utf8.RuneCountInString(title) > MaxTitle || strings.ContainsRune(title, 0) {
		return apperr.New(apperr.Invalid, "invalid", "The title is too long.").WithField("body.title", "give at most 120 characters", nil)
	}
	return nil
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
