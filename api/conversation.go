package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// Chat is what the chat resources are served from.
type Chat struct {
	Service  *chat.Service
	Visitors Visitors
	Limits   ChatLimits
	Streams  TurnStreams
	Turns    Turns
	Cookies  Cookies
}

// ChatLimits answers RateLimited to whoever asks for too much.
type ChatLimits interface {
	AllowConversation(ctx context.Context, address string) error
	AllowMessage(ctx context.Context, owner uuid.UUID) error
}

// Conversation is a thread of questions and answers.
type Conversation struct {
	ID        uuid.UUID `json:"id"`
	Title     string    `json:"title" doc:"Empty until the first question names it"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Thread is a conversation with what was said in it.
type Thread struct {
	Conversation
	Messages []Message `json:"messages" doc:"Oldest first, the last 500"`
	Turn     *Turn     `json:"turn,omitempty" doc:"The newest turn"`
}

// Message is one thing said. An assistant message's content is exactly the streamed chunks joined.
type Message struct {
	ID        uuid.UUID   `json:"id"`
	Role      chat.Role   `json:"role" enum:"user,assistant"`
	Content   string      `json:"content"`
	Parts     []Part      `json:"parts" doc:"Cards, charts, tables and sources, in order"`
	TurnID    uuid.UUID   `json:"turnId"`
	Status    chat.Status `json:"status" enum:"completed,stopped,failed"`
	Provider  string      `json:"provider,omitempty" doc:"Who answered: openai or analyst"`
	Rating    string      `json:"rating,omitempty" enum:"up,down"`
	CreatedAt time.Time   `json:"createdAt"`
}

// Part is what an answer holds beside its text.
type Part struct {
	Type chat.PartType `json:"type" enum:"campaign_recommendation,chart,table,sources,auth_required"`
	Key  string        `json:"key" doc:"Unique among the message's parts of that type"`
	Data any           `json:"data" doc:"As in the stream's event of that type; sources: {items: [{label, value, query, demo}]}"`
}

// Turn is the work of answering one question.
type Turn struct {
	ID        uuid.UUID   `json:"id"`
	Status    chat.Status `json:"status" enum:"queued,running,completed,stopped,failed"`
	MessageID uuid.UUID   `json:"messageId" doc:"The assistant message that the turn makes"`
	Error     string      `json:"error,omitempty" doc:"Why it failed"`
}

func conversationFrom(c chat.Conversation) Conversation {
	return Conversation{ID: c.ID, Title: c.Title, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt}
}

func messageFrom(m chat.Message) Message {
	out := Message{
		ID: m.ID, Role: m.Role, Content: m.Content, TurnID: m.TurnID, Status: m.Status, Provider: m.Provider,
		Rating: m.Rating, CreatedAt: m.CreatedAt, Parts: make([]Part, len(m.Parts)),
	}
	for i, p := range m.Parts {
		out.Parts[i] = Part{Type: p.Type, Key: p.Key, Data: json.RawMessage(p.Data)}
	}
	return out
}

func turnFrom(t chat.Turn) Turn {
	out := Turn{ID: t.ID, Status: t.Status, MessageID: t.AssistantMessageID}
	if t.Error != nil {
		out.Error = t.Error.Message
	}
	return out
}

func (s *Server) conversationRoutes(c Chat) {
	huma.Register(s.huma, huma.Operation{
		OperationID: "create-conversation", Method: http.MethodPost, Path: "/conversations", Tags: []string{"Chat"}, DefaultStatus: http.StatusCreated,
		Summary:     "Begin a conversation",
		Description: "Without an account the answer sets a cookie, and only that cookie reaches the conversation. After signing in with it the conversation is the user's.",
	}, c.create)
	huma.Register(s.huma, huma.Operation{
		OperationID: "list-conversations", Method: http.MethodGet, Path: "/conversations", Tags: []string{"Chat"}, Summary: "Conversations, latest first",
	}, c.list)
	huma.Register(s.huma, huma.Operation{
		OperationID: "get-conversation", Method: http.MethodGet, Path: "/conversations/{id}", Tags: []string{"Chat"}, Summary: "A conversation with its messages",
	}, c.get)
	huma.Register(s.huma, huma.Operation{
		OperationID: "rename-conversation", Method: http.MethodPatch, Path: "/conversations/{id}", Tags: []string{"Chat"}, Summary: "Rename a conversation",
	}, c.rename)
	huma.Register(s.huma, huma.Operation{
		OperationID: "delete-conversation", Method: http.MethodDelete, Path: "/conversations/{id}", Tags: []string{"Chat"}, DefaultStatus: http.StatusNoContent,
		Summary: "Delete a conversation with all that was said",
	}, c.delete)
}

type conversationOutput struct{ Body Conversation }

const visitorCookieAge = 180 * 24 * time.Hour

func (c Chat) create(ctx context.Context, in *struct {
	Body struct {
		Title string `json:"title,omitempty" maxLength:"120"`
	} `required:"false"`
}) (*conversationOutput, error) {
	call := callOf(ctx)
	owner, known := c.owner(ctx, call.cookie(visitorCookieName))
	if owner.Anonymous() {
		if err := c.Limits.AllowConversation(ctx, call.client().Address); err != nil {
			return nil, err
		}
		if !known {
			id, value := c.Visitors.Issue()
			owner.VisitorID = id
			call.setCookie(c.Cookies.cookie(visitorCookieName, value, visitorCookieAge, http.SameSiteLaxMode))
		}
	}
	created, err := c.Service.CreateConversation(ctx, owner, in.Body.Title)
	return &conversationOutput{conversationFrom(created)}, err
}

// owner is who asks: the user of the access token, or else the visitor of the cookie. Without either nothing is theirs.
func (c Chat) owner(ctx context.Context, cookie string) (owner chat.Owner, known bool) {
	if p, ok := principal(ctx); ok {
		return chat.Owner{WorkspaceID: p.WorkspaceID, UserID: p.UserID}, true
	}
	if cookie != "" {
		if id, ok := c.Visitors.Read(cookie); ok {
			return chat.Owner{VisitorID: id}, true
		}
		slog.InfoContext(ctx, "a visitor cookie was not made here")
	}
	return chat.Owner{}, false
}

// theirs is owner for what must exist already. Whoever shows neither token nor cookie is asked to sign in.
func (c Chat) theirs(ctx context.Context, cookie string) (chat.Owner, error) {
	owner, known := c.owner(ctx, cookie)
	if !known {
		return owner, apperr.New(apperr.Unauthenticated, "unauthenticated", "Please sign in, or begin a conversation first: it sets the cookie that reaches it.")
	}
	return owner, nil
}

// ofConversation is theirs with the conversation's id from the path.
func (c Chat) ofConversation(ctx context.Context, in ConversationPath) (chat.Owner, uuid.UUID, error) {
	owner, err := c.theirs(ctx, callOf(ctx).cookie(visitorCookieName))
	if err != nil {
		return owner, uuid.Nil, err
	}
	id, err := parseID("conversation", in.ID)
	return owner, id, err
}

// ConversationPath names a conversation. (It is exported because huma fills no unexported embedded struct.)
type ConversationPath struct {
	ID string `path:"id" doc:"Conversation"`
}

// PageQuery is how every list is paged.
type PageQuery struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"30" doc:"At most this many"`
	Cursor string `query:"cursor" maxLength:"800" doc:"nextCursor of the page before"`
}

// Page is a page of a list.
type Page[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor,omitempty" doc:"Give it as cursor for the next page; absent on the last"`
}

// pageOf converts a page of domain values.
func pageOf[From, To any](items []From, next string, convert func(From) To) Page[To] {
	out := Page[To]{Items: make([]To, len(items)), NextCursor: next}
	for i, item := range items {
		out.Items[i] = convert(item)
	}
	return out
}

func (c Chat) list(ctx context.Context, in *struct {
	PageQuery
	Query string `query:"q" maxLength:"200" doc:"Words to look for in titles and messages"`
}) (*struct{ Body Page[Conversation] }, error) {
	owner, known := c.owner(ctx, callOf(ctx).cookie(visitorCookieName))
	if !known {
		return &struct{ Body Page[Conversation] }{Page[Conversation]{Items: []Conversation{}}}, nil
	}
	items, next, err := c.Service.ListConversations(ctx, owner, in.Query, in.Limit, in.Cursor)
	return &struct{ Body Page[Conversation] }{pageOf(items, next, conversationFrom)}, err
}

func (c Chat) get(ctx context.Context, in *ConversationPath) (*struct{ Body Thread }, error) {
	owner, id, err := c.ofConversation(ctx, *in)
	if err != nil {
		return nil, err
	}
	thread, err := c.Service.Thread(ctx, owner, id)
	if err != nil {
		return nil, err
	}
	out := Thread{Conversation: conversationFrom(thread.Conversation), Messages: []Message{}}
	for _, m := range thread.Messages {
		out.Messages = append(out.Messages, messageFrom(m))
	}
	if thread.Turn != nil {
		turn := turnFrom(*thread.Turn)
		out.Turn = &turn
	}
	return &struct{ Body Thread }{out}, nil
}

func (c Chat) rename(ctx context.Context, in *struct {
	ConversationPath
	Body struct {
		Title string `json:"title" minLength:"1" maxLength:"120"`
	}
}) (*struct{ Body Conversation }, error) {
	owner, id, err := c.ofConversation(ctx, in.ConversationPath)
	if err != nil {
		return nil, err
	}
	renamed, err := c.Service.RenameConversation(ctx, owner, id, in.Body.Title)
	return &struct{ Body Conversation }{conversationFrom(renamed)}, err
}

func (c Chat) delete(ctx context.Context, in *ConversationPath) (*struct{}, error) {
	owner, id, err := c.ofConversation(ctx, *in)
	if err != nil {
		return nil, err
	}
	return nil, c.Service.DeleteConversation(ctx, owner, id)
}
