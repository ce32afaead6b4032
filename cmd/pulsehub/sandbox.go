package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/pulsehub/pulsehub/internal/sandbox"
)

type sandboxCmd struct {
	OpenAI sandboxOpenAICmd `cmd:"" name:"openai" help:"A model server that speaks the OpenAI API, with answers that are made up."`
}

type sandboxOpenAICmd struct {
	Addr string  `help:"Where to listen." default:"127.0.0.1:8090"`
	Rate float64 `help:"Tokens a second; 0 is as fast as they can be written." default:"50"`
	Key  string  `help:"The only key that is let in; empty lets everyone in." env:"SANDBOX_OPENAI_KEY"`
}

// Run serves until it is interrupted.
func (c *sandboxOpenAICmd) Run(ctx context.Context) error {
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: sandbox.NewOpenAI(sandbox.OpenAIConfig{TokensPerSecond: c.Rate, Key: c.Key}), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	fmt.Printf("A stand-in for OpenAI is up. Start PulseHub with it:\n\n  OPENAI_BASE_URL=http://%[1]s/v1 make dev\n\n"+
		"PUT http://%[1]s/sandbox/fault {\"kind\":\"429\"} makes it fail, DELETE ends that; GET /sandbox/requests shows what came.\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
