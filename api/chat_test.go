package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/resilience"
	"github.com/pulsehub/pulsehub/internal/stream"
)

// chats is accounts with the chat on them. Turns are started by nobody: the test plays the worker.
type chats struct {
	*accounts
	pump    *stream.Pump
	started *starts
}

type starts struct {
	mu        sync.Mutex
	turns     []uuid.UUID
	cancelled []uuid.UUID
}

func (s *starts) StartChatTurn(_ context.Context, t chat.Turn, _ bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turns = append(s.turns, t.ID)
	return nil
}

func (s *starts) CancelChatTurn(_ context.Context, id uuid.UUID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancelled = append(s.cancelled, id)
	return nil
}

func (s *starts) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.turns)
}

func setupChats(t *testing.T) *chats {
	t.Helper()
	c := &chats{started: &starts{}}
	c.accounts = setupAccounts(t, func(a *accounts) {
		c.pump = stream.NewPump(a.redis)
		hub := stream.NewHub(a.redis, nil)
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { c.pump.Run(ctx) })
		running.Go(func() { hub.Run(ctx) })
		t.Cleanup(func() { cancel(); running.Wait() })
		a.extend = func(s *api.Services) {
			service := chat.NewService(chat.Config{
				Repository: a.store, Starter: c.started, Stopper: c.pump, Now: time.Now,
				Background: func(_ context.Context, work func(context.Context)) { work(context.Background()) },
			})
			s.Claimer = service
			s.Chat = api.Chat{
				Service: service, Visitors: a.visitors, Cookies: s.Cookies, Streams: hub, Turns: a.store,
				Limits: resilience.ChatLimits{Limiter: resilience.NewLimiter(resilience.LimiterConfig{Redis: a.redis, Prefix: a.prefix}), ConversationsPerAddress: 1000, MessagesPerUser: 1000},
			}
		}
	})
	return c
}

func decode[T any](a answer, status int) T {
	a.t.Helper()
	require.Equal(a.t, status, a.status, "%s", a.body)
	var out T
	require.NoError(a.t, json.Unmarshal(a.body, &out), "%s", a.body)
	return out
}

func (c *client) converse() api.Conversation {
	c.t.Helper()
	return decode[api.Conversation](c.do(http.MethodPost, "/conversations", map[string]any{}), http.StatusCreated)
}

func (c *client) ask(conversation uuid.UUID, content, clientID string) answer {
	c.t.Helper()
	body := map[string]any{"content": content}
	if clientID != "" {
		body["clientMessageId"] = clientID
	}
	return c.do(http.MethodPost, fmt.Sprintf("/conversations/%s/messages", conversation), body)
}

// answer plays the worker: it streams and ends the turn.
func (c *chats) answer(turn uuid.UUID, text string) {
	c.t.Helper()
	ctx := context.Background()
	intent := chat.Intent{Name: chat.IntentGeneral, Module: chat.ModuleChat, Action: chat.ActionView}
	w := c.pump.NewWriter(stream.WriterConfig{TurnID: turn, Epoch: 1, Intent: &intent})
	for _, word := range strings.SplitAfter(text, " ") {
		w.Text(word)
	}
	require.NoError(c.t, w.Flush(ctx))
	_, err := c.store.SaveDraft(ctx, chat.Draft{TurnID: turn, Epoch: 1, Content: text, Intent: &intent})
	require.NoError(c.t, err)
	m, err := c.store.FinishTurn(ctx, chat.Ending{TurnID: turn, Status: chat.StatusCompleted, Epoch: 1, Provider: "analyst"})
	require.NoError(c.t, err)
	require.NoError(c.t, c.pump.Finish(ctx, turn, 1, []stream.Event{{Type: stream.TypeComplete, Data: map[string]any{"messageId": m.ID, "status": "completed"}}}))
}

type sse struct{ id, event, data string }

// stream reads a turn's stream until the server closes it.
func (c *client) stream(path string, lastEventID string) []sse {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	require.NoError(c.t, err)
	if c.access != "" {
		req.Header.Set("Authorization", "Bearer "+c.access)
	}
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	res, err := c.http.Do(req)
	require.NoError(c.t, err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode == http.StatusNoContent {
		return nil
	}
	require.Equal(c.t, http.StatusOK, res.StatusCode)
	require.Equal(c.t, "text/event-stream", res.Header.Get("Content-Type"))
	require.Equal(c.t, "no-cache, no-transform", res.Header.Get("Cache-Control"))
	var frames []sse
	var frame sse
	scanner := bufio.NewScanner(res.Body)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		line := scanner.Text()
		switch name, value, _ := strings.Cut(line, ": "); name {
		case "id":
			frame.id = value
		case "event":
			frame.event = value
		case "data":
			frame.data = value
		case "":
			if frame.event != "" {
				frames = append(frames, frame)
			}
			frame = sse{}
		}
	}
	require.NoError(c.t, scanner.Err())
	return frames
}

// shown is what a client shows after these frames.
func shown(t *testing.T, frames []sse) string {
	t.Helper()
	var text strings.Builder
	for _, f := range frames {
		switch f.event {
		case "reset":
			text.Reset()
		case "chunk":
			var chunk struct{ Type, Content string }
			require.NoError(t, json.Unmarshal([]byte(f.data), &chunk))
			require.Equal(t, "chunk", chunk.Type)
			text.WriteString(chunk.Content)
		}
	}
	return text.String()
}

func TestQuestionIsStoredStreamedAndReadAgain(t *testing.T) {
	c := setupChats(t)
	ana := c.client()
	ana.register("ana@example.com")
	conversation := ana.converse()
	sent := decode[api.Sent](ana.ask(conversation.ID, "How do I   write a good subject line?", "m1"), http.StatusAccepted)
	require.Equal(t, chat.StatusQueued, sent.Turn.Status)
	require.Equal(t, chat.RoleUser, sent.Message.Role)
	require.Equal(t, []uuid.UUID{sent.Turn.ID}, c.started.turns)

	path := fmt.Sprintf("/conversations/%s/stream?turnId=%s", conversation.ID, sent.Turn.ID)
	text := "Short, honest, \"specific\".\n\nÉmile agrees 👍. "
	go func() { // once somebody reads
		topic := "turn:{" + sent.Turn.ID.String() + "}"
		assert.Eventually(t, func() bool {
			n, err := c.redis.PubSubNumSub(context.Background(), topic).Result()
			return err == nil && n[topic] > 0
		}, 10*time.Second, 5*time.Millisecond)
		c.answer(sent.Turn.ID, text)
	}()
	live := ana.stream(path, "")
	require.Equal(t, "intent", live[0].event)
	require.True(t, strings.HasPrefix(live[0].id, "1-"), "from the log")
	require.Equal(t, text, shown(t, live))
	require.Equal(t, "complete", live[len(live)-1].event)

	thread := decode[api.Thread](ana.do(http.MethodGet, "/conversations/"+conversation.ID.String(), nil), http.StatusOK)
	require.Equal(t, "How do I write a good subject line", thread.Title)
	require.Len(t, thread.Messages, 2)
	require.Equal(t, text, thread.Messages[1].Content, "what was streamed is what is stored")
	require.Equal(t, sent.Turn.MessageID, thread.Messages[1].ID)
	require.Equal(t, chat.StatusCompleted, thread.Turn.Status)

	stored := ana.stream(path, "")
	require.Equal(t, text, shown(t, stored), "from Postgres, for who comes after the end")
	for i, f := range stored[:len(stored)-1] {
		require.Equal(t, stored[i+1:], ana.stream(path, f.id), "exactly what was not seen of what Postgres has")
	}
	require.Nil(t, ana.stream(path, stored[len(stored)-1].id))
	for i, f := range live[:len(live)-1] {
		require.Equal(t, live[i+1:], ana.stream(path, f.id), "exactly what was not seen")
	}
	require.Empty(t, ana.stream(path, live[len(live)-1].id), "204 for who has seen it all")
	newest := ana.stream(fmt.Sprintf("/conversations/%s/stream", conversation.ID), "")
	require.Equal(t, text, shown(t, newest), "without turnId it is the newest turn")

	require.NoError(t, c.redis.FlushDB(context.Background()).Err())
	again := ana.stream(path, live[1].id)
	require.Equal(t, "reset", again[0].event, "the log is gone: everything again, after a reset")
	require.Equal(t, text, shown(t, append(live[:2:2], again...)))
}

func TestSameClientMessageIDIsOneTurn(t *testing.T) {
	c := setupChats(t)
	ana := c.client()
	ana.register("ana@example.com")
	conversation := ana.converse()
	first := decode[api.Sent](ana.ask(conversation.ID, "hello", "same"), http.StatusAccepted)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			again := decode[api.Sent](ana.ask(conversation.ID, "hello", "same"), http.StatusAccepted)
			require.Equal(t, first.Turn.ID, again.Turn.ID)
			require.Equal(t, first.Message.ID, again.Message.ID)
		})
	}
	wg.Wait()
	require.Equal(t, 1, c.started.count())
	running := ana.ask(conversation.ID, "something else", "other").problem(http.StatusConflict, "turn_running")
	require.NotEmpty(t, running.Detail)
	var with struct{ Turn api.Turn }
	require.NoError(t, json.Unmarshal(ana.ask(conversation.ID, "x", "").body, &with))
	require.Equal(t, first.Turn.ID, with.Turn.ID, "the conflict names the running turn")
	c.answer(first.Turn.ID, "hi")
	again := decode[api.Sent](ana.ask(conversation.ID, "hello", "same"), http.StatusAccepted)
	require.Equal(t, chat.StatusCompleted, again.Turn.Status, "also after it ended")
	require.Equal(t, 1, c.started.count())
	decode[api.Sent](ana.ask(conversation.ID, "next", "next"), http.StatusAccepted)
}

func TestStopRegenerateAndFeedback(t *testing.T) {
	c := setupChats(t)
	ana := c.client()
	ana.register("ana@example.com")
	conversation := ana.converse()
	turn := decode[api.Sent](ana.ask(conversation.ID, "hello", ""), http.StatusAccepted).Turn
	path := fmt.Sprintf("/conversations/%s/turns/%s", conversation.ID, turn.ID)
	require.Equal(t, chat.StatusQueued, decode[api.Turn](ana.do(http.MethodPost, path+"/stop", nil), http.StatusOK).Status)
	require.Equal(t, []uuid.UUID{turn.ID}, c.started.cancelled)
	require.Equal(t, 1, c.count("SELECT count(*) FROM turns WHERE stop_requested_at IS NOT NULL"))
	ana.do(http.MethodPost, path+"/regenerate", nil).problem(http.StatusConflict, "turn_running")

	c.answer(turn.ID, "hi")
	require.Equal(t, chat.StatusCompleted, decode[api.Turn](ana.do(http.MethodPost, path+"/stop", nil), http.StatusOK).Status, "too late, and no harm")
	rate := "/messages/" + turn.MessageID.String() + "/feedback"
	ana.do(http.MethodPost, rate, map[string]any{"rating": "up"}).noContent()
	ana.do(http.MethodPost, rate, map[string]any{"rating": "down", "comment": "too short"}).noContent()
	second := decode[api.Turn](ana.do(http.MethodPost, path+"/regenerate", nil), http.StatusAccepted)
	require.NotEqual(t, turn.ID, second.ID)
	c.answer(second.ID, "hello there")
	thread := decode[api.Thread](ana.do(http.MethodGet, "/conversations/"+conversation.ID.String(), nil), http.StatusOK)
	require.Len(t, thread.Messages, 2, "the first answer is no longer shown")
	require.Equal(t, "hello there", thread.Messages[1].Content)
	require.Equal(t, 3, c.count("SELECT count(*) FROM messages"), "and is kept")
}

func TestConversationsAreFoundRenamedAndDeleted(t *testing.T) {
	c := setupChats(t)
	ana := c.client()
	ana.register("ana@example.com")
	titles := []string{"cart abandoners", "lapsed customers", "revenue last month"}
	for _, title := range titles {
		conversation := ana.converse()
		turn := decode[api.Sent](ana.ask(conversation.ID, title, ""), http.StatusAccepted).Turn
		c.answer(turn.ID, "an answer about "+strings.ToUpper(title))
	}
	first := decode[api.Page[api.Conversation]](ana.do(http.MethodGet, "/conversations?limit=2", nil), http.StatusOK)
	require.Len(t, first.Items, 2)
	require.Equal(t, "revenue last month", first.Items[0].Title, "newest first")
	rest := decode[api.Page[api.Conversation]](ana.do(http.MethodGet, "/conversations?limit=2&cursor="+first.NextCursor, nil), http.StatusOK)
	require.Len(t, rest.Items, 1)
	require.Empty(t, rest.NextCursor)
	found := decode[api.Page[api.Conversation]](ana.do(http.MethodGet, "/conversations?q=lapsed+answer", nil), http.StatusOK)
	require.Len(t, found.Items, 1, "by what was said")
	path := "/conversations/" + found.Items[0].ID.String()
	require.Equal(t, "Mine", decode[api.Conversation](ana.do(http.MethodPatch, path, map[string]any{"title": "Mine"}), http.StatusOK).Title)
	ana.do(http.MethodDelete, path, nil).noContent()
	ana.do(http.MethodGet, path, nil).problem(http.StatusNotFound, "not_found")
	ana.do(http.MethodGet, "/conversations?cursor=nonsense", nil).problem(http.StatusUnprocessableEntity, "bad_cursor")
}

func TestVisitorsKeepTheirConversationWhenTheySignUp(t *testing.T) {
	c := setupChats(t)
	visitor, stranger := c.browser(), c.browser()
	conversation := visitor.converse()
	require.NotEmpty(t, visitor.cookie("pulsehub_visitor"))
	path := "/conversations/" + conversation.ID.String()
	stranger.do(http.MethodGet, path, nil).problem(http.StatusUnauthorized, "unauthenticated")
	stranger.converse()
	stranger.do(http.MethodGet, path, nil).problem(http.StatusNotFound, "not_found")
	stranger.setCookie("pulsehub_visitor", strings.Replace(visitor.cookie("pulsehub_visitor"), "v1.", "v1.x", 1))
	stranger.do(http.MethodGet, path, nil).problem(http.StatusUnauthorized, "unauthenticated")

	turn := decode[api.Sent](visitor.ask(conversation.ID, "how many orders did I have?", ""), http.StatusAccepted).Turn
	c.answer(turn.ID, "please sign in")
	visitor.register("vera@example.com")
	thread := decode[api.Thread](visitor.do(http.MethodGet, path, nil), http.StatusOK)
	require.Len(t, thread.Messages, 2)
	again := decode[api.Turn](visitor.do(http.MethodPost, fmt.Sprintf("%s/turns/%s/regenerate", path, turn.ID), nil), http.StatusAccepted)
	tc, err := c.store.TurnContext(context.Background(), again.ID)
	require.NoError(t, err)
	require.NotNil(t, tc.Workspace, "the new turn is the account's")
	require.Equal(t, "how many orders did I have?", tc.Question)
}

func TestOthersNeverReachAConversation(t *testing.T) {
	c := setupChats(t)
	ana, bob, visitor := c.client(), c.client(), c.browser()
	ana.register("ana@example.com")
	bob.register("bob@example.com")
	visitor.converse()
	conversation := ana.converse()
	turn := decode[api.Sent](ana.ask(conversation.ID, "private", ""), http.StatusAccepted).Turn
	c.answer(turn.ID, "secret")
	path := "/conversations/" + conversation.ID.String()
	for name, other := range map[string]*client{"another workspace": bob, "a visitor": visitor} {
		for _, call := range []struct {
			method, path string
			body         any
		}{
			{http.MethodGet, path, nil},
			{http.MethodPatch, path, map[string]any{"title": "mine now"}},
			{http.MethodDelete, path, nil},
			{http.MethodPost, path + "/messages", map[string]any{"content": "hi"}},
			{http.MethodGet, path + "/stream", nil},
			{http.MethodGet, path + "/stream?turnId=" + turn.ID.String(), nil},
			{http.MethodPost, path + "/turns/" + turn.ID.String() + "/stop", nil},
			{http.MethodPost, path + "/turns/" + turn.ID.String() + "/regenerate", nil},
			{http.MethodPost, "/messages/" + turn.MessageID.String() + "/feedback", map[string]any{"rating": "up"}},
		} {
			t.Run(name+" "+call.method+" "+strings.ReplaceAll(call.path, "/", "_"), func(t *testing.T) {
				other.do(call.method, call.path, call.body).problem(http.StatusNotFound, "not_found")
			})
		}
		mine := decode[api.Page[api.Conversation]](other.do(http.MethodGet, "/conversations?q=secret", nil), http.StatusOK)
		require.Empty(t, mine.Items)
	}
	thread := decode[api.Thread](ana.do(http.MethodGet, path, nil), http.StatusOK)
	require.Len(t, thread.Messages, 2, "and nothing was changed")
}

func TestBadChatInput(t *testing.T) {
	c := setupChats(t)
	ana := c.client()
	ana.register("ana@example.com")
	conversation := ana.converse()
	messages := fmt.Sprintf("/conversations/%s/messages", conversation.ID)
	for name, bad := range map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"broken JSON":            {http.MethodPost, messages, `{"content": "hi`, http.StatusBadRequest, "malformed"},
		"no object":              {http.MethodPost, messages, `[1,2]`, http.StatusUnprocessableEntity, "invalid"},
		"unknown field":          {http.MethodPost, messages, `{"content":"hi","model":"x"}`, http.StatusUnprocessableEntity, "unknown_field"},
		"no content":             {http.MethodPost, messages, `{}`, http.StatusUnprocessableEntity, "invalid"},
		"blank content":          {http.MethodPost, messages, `{"content":"  \n "}`, http.StatusUnprocessableEntity, "invalid"},
		"NUL in content":         {http.MethodPost, messages, `{"content":"a\u0000b"}`, http.StatusUnprocessableEntity, "invalid"},
		"content of a number":    {http.MethodPost, messages, `{"content":7}`, http.StatusUnprocessableEntity, "invalid"},
		"content over the limit": {http.MethodPost, messages, map[string]string{"content": strings.Repeat("é", 8001)}, http.StatusUnprocessableEntity, "invalid"},
		"a message of 1 MB":      {http.MethodPost, messages, map[string]string{"content": strings.Repeat("x", 1<<20)}, http.StatusRequestEntityTooLarge, "too_large"},
		"an empty body":          {http.MethodPost, messages, nil, http.StatusBadRequest, "malformed"},
		"an id that is none":     {http.MethodGet, "/conversations/42", nil, http.StatusNotFound, "not_found"},
		"an id of nobody":        {http.MethodGet, "/conversations/" + uuid.NewString(), nil, http.StatusNotFound, "not_found"},
		"a stream of no turn":    {http.MethodGet, fmt.Sprintf("/conversations/%s/stream", conversation.ID), nil, http.StatusNotFound, "not_found"},
		"a stream of that turn":  {http.MethodGet, fmt.Sprintf("/conversations/%s/stream?turnId=%s", conversation.ID, uuid.New()), nil, http.StatusNotFound, "not_found"},
		"stop of no turn":        {http.MethodPost, fmt.Sprintf("/conversations/%s/turns/%s/stop", conversation.ID, uuid.New()), nil, http.StatusNotFound, "not_found"},
		"a rating of its own":    {http.MethodPost, "/messages/" + uuid.NewString() + "/feedback", map[string]any{"rating": "sideways"}, http.StatusUnprocessableEntity, "invalid"},
		"a limit over the top":   {http.MethodGet, "/conversations?limit=1000", nil, http.StatusUnprocessableEntity, "invalid"},
		"a path that is none":    {http.MethodGet, "/nothing/here", nil, http.StatusNotFound, "not_found"},
		"a method that is none":  {http.MethodPut, messages, nil, http.StatusMethodNotAllowed, "method_not_allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			p := ana.do(bad.method, bad.path, bad.body).problem(bad.status, bad.code)
			if bad.status == http.StatusUnprocessableEntity {
				require.NotEmpty(t, p.Errors, "it names the field")
				require.NotEmpty(t, p.Errors[0].Field)
				require.NotEmpty(t, p.Errors[0].Message)
			}
		})
	}
	turn := decode[api.Sent](ana.ask(conversation.ID, "hello", ""), http.StatusAccepted).Turn
	ana.do(http.MethodGet, fmt.Sprintf("/conversations/%s/stream?after=yesterday", conversation.ID), nil).problem(http.StatusBadRequest, "bad_frame_id")
	c.answer(turn.ID, "hi")
	require.Equal(t, 1, c.count("SELECT count(*) FROM turns"), "nothing half-written")
}
