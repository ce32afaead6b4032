package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pulsehub/pulsehub/internal/ai"
)

// Providers tells who answers, and how they are.
type Providers interface {
	Health() []ai.Health
}

// Provider is one who can answer a turn.
type Provider struct {
	Name      string `json:"name" doc:"openai or analyst"`
	Model     string `json:"model"`
	Healthy   bool   `json:"healthy" doc:"It would be asked now"`
	Circuit   string `json:"circuit" enum:"closed,open,half_open" doc:"Open: it failed too often and is left alone for a while"`
	LatencyMs int    `json:"latencyMs" doc:"Median time to the first word over the last answers; 0 before the first"`
	Default   bool   `json:"default" doc:"It is asked first"`
}

type providersOutput struct{ Body []Provider }

func (s *Server) aiRoutes(svc Providers) {
	huma.Register(s.huma, huma.Operation{
		OperationID: "list-ai-providers", Method: http.MethodGet, Path: "/ai/providers", Tags: []string{"AI"}, Security: bearer,
		Summary: "Who answers, and how they are", Description: "In the order in which they are asked. The figures are of the process that answers this call.",
	}, func(context.Context, *struct{}) (*providersOutput, error) {
		out := &providersOutput{Body: []Provider{}}
		for _, h := range svc.Health() {
			out.Body = append(out.Body, Provider{
				Name: h.Name, Model: h.Model, Healthy: h.Healthy, Circuit: h.Circuit, LatencyMs: int(h.Latency.Milliseconds()), Default: h.Default,
			})
		}
		return out, nil
	})
}
