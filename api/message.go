package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/chat"
)

func (s *Server) messageRoutes(c Chat) {
	huma.Register(s.huma, huma.Operation{
		OperationID: "send-message", Method: http.MethodPost, Path: "/conversations/{id}/messages", Tags: []string{"Chat"}, DefaultStatus: http.StatusAccepted,
		Summary:      "Ask a question",
		Description:  "202 means that the question is stored and will be answered, whatever process dies. The same clientMessageId again answers the same turn and starts nothing. 409 turn_running while one is being answered.",
		MaxBodyBytes: 64 << 10,
	}, c.send)
	huma.Register(s.huma, huma.Operation{
		OperationID: "stop-turn", Method: http.MethodPost, Path: "/conversations/{id}/turns/{turnId}/stop", Tags: []string{"Chat"},
		Summary: "Stop an answer and keep what is there", Description: "Works from any tab and after a reload. Stopping an ended turn changes nothing.",
	}, c.stop)
	huma.Register(s.huma, huma.Operation{
		OperationID: "regenerate-turn", Method: http.MethodPost, Path: "/conversations/{id}/turns/{turnId}/regenerate", Tags: []string{"Chat"}, DefaultStatus: http.StatusAccepted,
		Summary: "Answer the same question again", Description: "A new turn; the earlier answer is no longer shown.",
	}, c.regenerate)
	huma.Register(s.huma, huma.Operation{
		OperationID: "rate-message", Method: http.MethodPost, Path: "/messages/{id}/feedback", Tags: []string{"Chat"}, DefaultStatus: http.StatusNoContent,
		Summary: "Thumb up or down on an answer; the last one counts",
	}, c.rate)
}

// Sent is a stored question and the turn that answers it.
type Sent struct {
	Message Message `json:"message"`
	Turn    Turn    `json:"turn"`
}

func (c Chat) send(ctx context.Context, in *struct {
	ConversationPath
	Body struct {
		Content         string `json:"content" minLength:"1" maxLength:"8000" doc:"The question"`
		ClientMessageID string `json:"clientMessageId,omitempty" maxLength:"100" doc:"Chosen by the client, so that sending again is safe"`
	}
}) (*struct{ Body Sent }, error) {
	owner, id, err := c.ofConversation(ctx, in.ConversationPath)
	if err != nil {
		return nil, err
	}
	if err := c.Limits.AllowMessage(ctx, ownerKey(owner)); err != nil {
		return nil, err
	}
	message, turn, err := c.Service.Send(ctx, owner, id, in.Body.Content, in.Body.ClientMessageID)
	return &struct{ Body Sent }{Sent{messageFrom(message), turnFrom(turn)}}, err
}

func ownerKey(o chat.Owner) uuid.UUID {
	if o.Anonymous() {
		return o.VisitorID
	}
	return o.UserID
}

// TurnPath names a turn of a conversation.
type TurnPath struct {
	ConversationPath
	TurnID string `path:"turnId" doc:"Turn"`
}

func (c Chat) ofTurn(ctx context.Context, in TurnPath) (chat.Owner, uuid.UUID, uuid.UUID, error) {
	owner, id, err := c.ofConversation(ctx, in.ConversationPath)
	if err != nil {
		return owner, uuid.Nil, uuid.Nil, err
	}
	turnID, err := parseID("turn", in.TurnID)
	return owner, id, turnID, err
}

type turnOutput struct{ Body Turn }

func (c Chat) stop(ctx context.Context, in *TurnPath) (*turnOutput, error) {
	owner, id, turnID, err := c.ofTurn(ctx, *in)
	if err != nil {
		return nil, err
	}
	turn, err := c.Service.Stop(ctx, owner, id, turnID)
	return &turnOutput{turnFrom(turn)}, err
}

func (c Chat) regenerate(ctx context.Context, in *TurnPath) (*turnOutput, error) {
	owner, id, turnID, err := c.ofTurn(ctx, *in)
	if err != nil {
		return nil, err
	}
	if err := c.Limits.AllowMessage(ctx, ownerKey(owner)); err != nil {
		return nil, err
	}
	turn, err := c.Service.Regenerate(ctx, owner, id, turnID)
	return &turnOutput{turnFrom(turn)}, err
}

func (c Chat) rate(ctx context.Context, in *struct {
	ID   string `path:"id" doc:"Assistant message"`
	Body struct {
		Rating  string `json:"rating" enum:"up,down"`
		Comment string `json:"comment,omitempty" maxLength:"1000"`
	}
}) (*struct{}, error) {
	owner, err := c.theirs(ctx, callOf(ctx).cookie(visitorCookieName))
	if err != nil {
		return nil, err
	}
	id, err := parseID("answer", in.ID)
	if err != nil {
		return nil, err
	}
	return nil, c.Service.Rate(ctx, owner, id, in.Body.Rating, in.Body.Comment)
}
