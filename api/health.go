package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gin-gonic/gin"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Dependency is a service that PulseHub stands on.
type Dependency struct {
	Name string
	Ping func(ctx context.Context) error
}

// Readiness says what answers and what does not.
type Readiness struct {
	Ready        bool            `json:"ready"`
	Dependencies map[string]bool `json:"dependencies" doc:"postgres, redis and temporal: whether each answers"`
}

func (s *Server) healthRoutes(dependencies []Dependency) {
	s.router.GET("/metrics", gin.WrapH(promhttp.Handler()))
	s.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "metrics", Method: http.MethodGet, Path: "/metrics", Tags: []string{"Operations"}, Summary: "Prometheus metrics",
		Responses: map[string]*huma.Response{"200": {Description: "Metrics", Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: "string"}}}}},
	})
	huma.Register(s.huma, huma.Operation{
		OperationID: "healthz", Method: http.MethodGet, Path: "/healthz", Tags: []string{"Operations"}, Summary: "Whether the process is up",
	}, func(context.Context, *struct{}) (*struct {
		Body struct {
			Status string `json:"status" enum:"ok"`
		}
	}, error) {
		out := &struct {
			Body struct {
				Status string `json:"status" enum:"ok"`
			}
		}{}
		out.Body.Status = "ok"
		return out, nil
	})
	huma.Register(s.huma, huma.Operation{
		OperationID: "readyz", Method: http.MethodGet, Path: "/readyz", Tags: []string{"Operations"}, Summary: "Whether Postgres, Redis and Temporal answer",
		Description: "503 not_ready while one does not; dependencies says which.",
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body Readiness }, error) {
		r := ready(ctx, dependencies)
		if !r.Ready {
			return nil, apperr.New(apperr.Unavailable, "not_ready", "Something PulseHub stands on does not answer.").WithExtra("dependencies", r.Dependencies)
		}
		return &struct{ Body Readiness }{r}, nil
	})
}

func ready(ctx context.Context, dependencies []Dependency) Readiness {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r := Readiness{Ready: true, Dependencies: map[string]bool{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, d := range dependencies {
		wg.Go(func() {
			ok := d.Ping(ctx) == nil
			mu.Lock()
			defer mu.Unlock()
			r.Dependencies[d.Name] = ok
			r.Ready = r.Ready && ok
		})
	}
	wg.Wait()
	return r
}
