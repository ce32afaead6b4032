package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// stampedModel is an OpenAI-compatible server whose tokens say when they were sent, and which remembers when it was asked.
type stampedModel struct {
	*httptest.Server
	every  time.Duration
	tokens int

	mu       sync.Mutex
	arrivals map[string]time.Time
}

func startStampedModel(perSecond, tokens int) (*stampedModel, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &stampedModel{every: time.Second / time.Duration(perSecond), tokens: tokens, arrivals: map[string]time.Time{}}
	m.Server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(m.answer), ReadHeaderTimeout: time.Minute}}
	m.Start()
	return m, nil
}

// Arrival is when the request came whose question ends with that marker.
func (m *stampedModel) Arrival(marker string) (time.Time, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.arrivals[marker]
	delete(m.arrivals, marker)
	return at, ok
}

func (m *stampedModel) answer(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	var request struct {
		Messages []struct{ Role, Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || len(request.Messages) == 0 {
		http.Error(w, `{"error":{"message":"no messages"}}`, http.StatusBadRequest)
		return
	}
	question := request.Messages[len(request.Messages)-1].Content
	m.mu.Lock()
	m.arrivals[question[strings.LastIndexByte(question, ' ')+1:]] = arrived
	m.mu.Unlock()

	w.Header().Set("Content-Type", "text/event-stream")
	flusher := w.(http.Flusher)
	ticker := time.NewTicker(m.every)
	defer ticker.Stop()
	buf := make([]byte, 0, 256)
	for i := range m.tokens {
		if i > 0 {
			select {
			case <-ticker.C:
			case <-r.Context().Done():
				return
			}
		}
		buf = append(buf[:0], `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,"delta":{"content":"t`...)
		buf = strconv.AppendInt(buf, time.Now().UnixNano(), 10)
		buf = append(buf, ` "},"finish_reason":null}]}`+"\n\n"...)
		if _, err := w.Write(buf); err != nil {
			return
		}
		flusher.Flush()
	}
	_, _ = fmt.Fprintf(w, `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\n"+
		`data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"bench","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":%d,"total_tokens":%d}}`+"\n\ndata: [DONE]\n\n", m.tokens, m.tokens+1)
}
