package telemetry

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// What GET /metrics tells beside Go's own figures.
var (
	requests = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name: "pulsehub_http_request_duration_seconds", Help: "How long requests took, by route. A stream takes as long as it is read.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"method", "route", "status"})
	ingested = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "pulsehub_ingest_messages_total", Help: "Messages by what became of them: stored, duplicate (sent before) or rejected.",
	}, []string{"outcome"})
	ingestWrites = promauto.NewHistogram(prometheus.HistogramOpts{
		Name: "pulsehub_ingest_write_duration_seconds", Help: "How long transactions that write what arrived took.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	})
	circuits = promauto.NewGaugeVec(prometheus.GaugeOpts{
		Name: "pulsehub_provider_circuit", Help: "1 for the state that a provider's circuit is in: closed (it is asked), open (it is left alone), half_open (one call is let through).",
	}, []string{"provider", "state"})
)

// CountRequest counts a request that was answered. route is its pattern, or "" where none matched: then its method, which
// anyone can make up, is left out.
func CountRequest(method, route string, status int, took time.Duration) {
	if route == "" {
		method, route = "", "none"
	}
	requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// NoteIngest counts what one transaction wrote.
func NoteIngest(stored, duplicates, rejected int, took time.Duration) {
	ingested.WithLabelValues("stored").Add(float64(stored))
	ingested.WithLabelValues("duplicate").Add(float64(duplicates))
	ingested.WithLabelValues("rejected").Add(float64(rejected))
	ingestWrites.Observe(took.Seconds())
}

// NoteCircuit notes the state of a provider's circuit: closed, open or half_open.
func NoteCircuit(provider, state string) {
	for _, s := range []string{"closed", "open", "half_open"} {
		in := 0.0
		if s == state {
			in = 1
		}
		circuits.WithLabelValues(provider, s).Set(in)
	}
}
