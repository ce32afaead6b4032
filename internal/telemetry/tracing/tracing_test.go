package tracing

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

func TestSpansAreDiscreet(t *testing.T) {
	kept := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(discreet{kept}))
	_, span := provider.Tracer("test").Start(t.Context(), "GET /unsubscribe/:token", trace.WithAttributes(
		attribute.String("http.route", "/unsubscribe/:token"), attribute.String("url.path", "/unsubscribe/s3cret"),
		attribute.String("client.address", "192.0.2.7"), attribute.String("user_agent.original", "s3cret browser"),
		attribute.String("url.full", "https://graph.example/v1/me?access_token=s3cret"),
	))
	err := errors.New(`"ana@example.com" is no number`)
	span.RecordError(err, trace.WithStackTrace(true))
	span.SetStatus(codes.Error, err.Error())
	span.End()

	spans := kept.GetSpans()
	require.Len(t, spans, 1)
	told := fmt.Sprintf("%+v", spans[0])
	for _, personal := range []string{"s3cret", "192.0.2.7", "ana@example.com"} {
		require.NotContains(t, told, personal)
	}
	require.Contains(t, spans[0].Attributes, attribute.String("http.route", "/unsubscribe/:token"))
	require.Contains(t, spans[0].Attributes, attribute.String("url.full", "https://graph.example/v1/me"))
	require.Equal(t, codes.Error, spans[0].Status.Code)
	require.Equal(t, "exception", spans[0].Events[0].Name)
	require.NotEmpty(t, spans[0].Events[0].Attributes, "the type of the error stays")
}

func TestNothingIsTracedWithoutACollector(t *testing.T) {
	none, err := Start(t.Context(), Config{})
	require.NoError(t, err)
	require.Nil(t, none)
	require.Empty(t, none.Middleware())
	require.NoError(t, none.Redis(nil))
	require.NoError(t, none.Temporal(nil))
	require.NoError(t, none.Close(context.Background()))
}

func TestAnAddressThatIsNone(t *testing.T) {
	_, err := Start(t.Context(), Config{Endpoint: "localhost:4318"})
	require.ErrorContains(t, err, "give a whole address such as http://localhost:4318")
}

// A call to a database outside any request or task begins no trace.
func TestHousekeepingIsNotTraced(t *testing.T) {
	kept := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(kept), sdktrace.WithSampler(sdktrace.ParentBased(work{sdktrace.AlwaysSample()})))
	tracer := provider.Tracer("test")
	_, alone := tracer.Start(t.Context(), "SELECT", trace.WithSpanKind(trace.SpanKindClient))
	alone.End()
	require.Empty(t, kept.GetSpans())

	ctx, request := tracer.Start(t.Context(), "GET /x", trace.WithSpanKind(trace.SpanKindServer))
	_, statement := tracer.Start(Carry(context.Background(), ctx), "SELECT", trace.WithSpanKind(trace.SpanKindClient))
	statement.End()
	request.End()
	require.Len(t, kept.GetSpans(), 2)
}
