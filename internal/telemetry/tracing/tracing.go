// Package tracing follows a request through gin, Temporal, Postgres, Redis and outgoing HTTP as one OpenTelemetry trace,
// and sends it over OTLP/HTTP. Traces hold ids, routes and SQL text without its values: nothing personal.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/extra/redisotel/v9"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
)

// Tracing is where spans go. All methods of a nil Tracing do nothing, and then nothing is traced.
type Tracing struct {
	provider *sdktrace.TracerProvider
}

// alone keeps traces ours over HTTP: who calls us does not decide what is traced, and who we call does not hear of it.
var alone = propagation.NewCompositeTextMapPropagator()

// Config is where traces are sent and how many.
type Config struct {
	Endpoint string  // of an OTLP/HTTP collector, e.g. http://localhost:4318; empty for no traces
	Ratio    float64 // of traces that begin here, 0 to 1
}

const serviceName = "pulsehub"

// Start makes a Tracing; nil when there is no endpoint. A collector that does not answer costs nothing but its spans.
func Start(ctx context.Context, cfg Config) (*Tracing, error) {
	if cfg.Endpoint == "" {
		return nil, nil
	}
	endpoint, err := url.Parse(cfg.Endpoint)
	if err != nil || endpoint.Host == "" {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT is %q; give a whole address such as http://localhost:4318", cfg.Endpoint)
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint.JoinPath("v1", "traces").String()))
	if err != nil {
		return nil, fmt.Errorf("preparing traces: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { slog.Warn("traces were not sent", "error", err) }))
	return &Tracing{provider: sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(discreet{exporter}),
		sdktrace.WithSampler(sdktrace.ParentBased(work{sdktrace.TraceIDRatioBased(cfg.Ratio)})),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", serviceName))),
	)}, nil
}

// Close sends what is left, for five seconds at most.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

// unasked are routes that machines call all the time.
var unasked = []string{"/metrics", "/healthz", "/readyz"}

// Middleware makes a span of every request, named after its route.
func (t *Tracing) Middleware() []gin.HandlerFunc {
	if t == nil {
		return nil
	}
	return []gin.HandlerFunc{otelgin.Middleware(serviceName, otelgin.WithTracerProvider(t.provider), otelgin.WithPropagators(alone),
		otelgin.WithFilter(func(r *http.Request) bool {
			for _, path := range unasked {
				if r.URL.Path == path {
					return false
				}
			}
			return true
		}))}
}

// Transport makes a span of every request that goes out.
func (t *Tracing) Transport(base http.RoundTripper) http.RoundTripper {
	if t == nil {
		return base
	}
	return otelhttp.NewTransport(base, otelhttp.WithTracerProvider(t.provider), otelhttp.WithPropagators(alone))
}

// Temporal makes spans of what a client starts and of the workflows and activities of its workers.
func (t *Tracing) Temporal(options *client.Options) error {
	if t == nil {
		return nil
	}
	traces, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer: t.provider.Tracer("go.temporal.io/sdk"), TextMapPropagator: propagation.TraceContext{},
		DisableBaggage: true, DisableQueryTracing: true,
	})
	if err != nil {
		return fmt.Errorf("preparing Temporal's traces: %w", err)
	}
	options.Interceptors = append(options.Interceptors, interceptor.ClientInterceptor(traces))
	return nil
}

// Postgres makes a span of every statement: its text, never its values.
func (t *Tracing) Postgres(cfg *pgxpool.Config) {
	if t != nil {
		cfg.ConnConfig.Tracer = otelpgx.NewTracer(otelpgx.WithTracerProvider(t.provider), otelpgx.WithDisableAcquireTracer())
	}
}

// Redis makes a span of every command: its name, never its arguments.
func (t *Tracing) Redis(c *redis.Client) error {
	if t == nil {
		return nil
	}
	return redisotel.InstrumentTracing(c, redisotel.WithTracerProvider(t.provider), redisotel.WithDBStatement(false), redisotel.WithCallerEnabled(false))
}

// Carry is ctx within the trace of another, whose end does not end it: for work that outlives a request.
func Carry(ctx, from context.Context) context.Context {
	return trace.ContextWithSpanContext(ctx, trace.SpanContextFromContext(from))
}

// work drops what begins with a call to a database: a process's own housekeeping says nothing without the work it is for.
type work struct{ sdktrace.Sampler }

func (s work) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if p.Kind == trace.SpanKindClient {
		return sdktrace.SamplingResult{Decision: sdktrace.Drop}
	}
	return s.Sampler.ShouldSample(p)
}

// discreet leaves out what libraries note about people: their addresses and browsers, what stands in a path or a query (its
// route and ids are noted elsewhere), and the words of errors, which may quote what someone sent. Those are in the logs.
type discreet struct{ sdktrace.SpanExporter }

func (d discreet) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	kept := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		kept[i] = discreetSpan{s}
	}
	return d.SpanExporter.ExportSpans(ctx, kept)
}

type discreetSpan struct{ sdktrace.ReadOnlySpan }

var personal = map[attribute.Key]bool{
	"client.address": true, "client.port": true, "network.peer.address": true, "network.peer.port": true,
	"user_agent.original": true, "url.path": true, "url.query": true, "exception.message": true, "exception.stacktrace": true, "http.client_ip": true, "net.sock.peer.addr": true,
}

func (s discreetSpan) Attributes() []attribute.KeyValue {
	return impersonal(s.ReadOnlySpan.Attributes())
}

func (s discreetSpan) Events() []sdktrace.Event {
	events := slices.Clone(s.ReadOnlySpan.Events())
	for i := range events {
		events[i].Attributes = impersonal(events[i].Attributes)
	}
	return events
}

func (s discreetSpan) Status() sdktrace.Status {
	return sdktrace.Status{Code: s.ReadOnlySpan.Status().Code}
}

func impersonal(attributes []attribute.KeyValue) (kept []attribute.KeyValue) {
	for _, a := range attributes {
		switch {
		case personal[a.Key]:
		case a.Key == "url.full" || a.Key == "http.url":
			address, _, _ := strings.Cut(a.Value.AsString(), "?")
			kept = append(kept, a.Key.String(address))
		default:
			kept = append(kept, a)
		}
	}
	return kept
}
