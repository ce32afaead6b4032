package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

// CustomerExport is everything that is held of one customer.
type CustomerExport struct {
	ExportedAt     time.Time               `json:"exportedAt"`
	Customer       Customer                `json:"customer"`
	Told           []CustomerTold          `json:"told" doc:"What each of their profiles was told, by trait: [value, Unix milliseconds]"`
	Consent        []ConsentChange         `json:"consent" doc:"Newest first"`
	Merges         []CustomerMerge         `json:"merges" doc:"Newest first"`
	SegmentChanges []CustomerSegmentChange `json:"segmentChanges" doc:"Of the last 90 days, newest first"`
	Events         []ExportedEvent         `json:"events" doc:"Newest first"`
	Rejected       []RejectedEvent         `json:"rejected" doc:"Messages that name them and were not stored, or not wholly"`
}

// CustomerTold is what a profile was told.
type CustomerTold struct {
	ProfileID uuid.UUID       `json:"profileId"`
	Traits    json.RawMessage `json:"traits"`
}

// CustomerSegmentChange is the customer's joining or leaving a segment.
type CustomerSegmentChange struct {
	SegmentID uuid.UUID `json:"segmentId"`
	At        time.Time `json:"at"`
	Joined    bool      `json:"joined" doc:"false: left"`
}

// ExportedEvent is an event with all that is stored of it.
type ExportedEvent struct {
	CustomerEvent
	Name        string    `json:"name,omitempty" doc:"What the source calls it, for custom"`
	ReceivedAt  time.Time `json:"receivedAt"`
	AnonymousID string    `json:"anonymousId,omitempty"`
	Properties  any       `json:"properties,omitempty" doc:"As they were sent"`
	Context     any       `json:"context,omitempty" doc:"As it was sent"`
}

func exportedEventFrom(e customer.ExportedEvent, currency string) ExportedEvent {
	return ExportedEvent{
		CustomerEvent: actFrom(currency)(e.Act), Name: e.Name, ReceivedAt: e.ReceivedAt, AnonymousID: e.AnonymousID,
		Properties: rawOrNothing(e.Properties), Context: rawOrNothing(e.Context),
	}
}

func exportFrom(x customer.Export) CustomerExport {
	out := CustomerExport{
		ExportedAt: time.Now().UTC(), Customer: customerFrom(x.Profile), Told: []CustomerTold{}, Consent: pageOf(x.Consents, "", consentChangeFrom).Items,
		Merges: pageOf(x.Merges, "", mergeFrom).Items, SegmentChanges: []CustomerSegmentChange{},
	}
	for _, t := range x.Traits {
		out.Told = append(out.Told, CustomerTold(t))
	}
	for _, c := range x.Joined {
		out.SegmentChanges = append(out.SegmentChanges, CustomerSegmentChange(c))
	}
	return out
}

// exportWriter writes a CustomerExport as its parts come, so that what is held in memory does not grow with it.
type exportWriter struct {
	out      *bufio.Writer
	currency string
	events   int
	rejected int
}

func (w *exportWriter) head(x customer.Export) error {
	w.currency = x.Currency
	data, err := json.Marshal(exportFrom(x))
	if err != nil {
		return err
	}
	const tail = `"events":null,"rejected":null}`
	if len(data) < len(tail) || string(data[len(data)-len(tail):]) != tail {
		return fmt.Errorf("an export ends in an unknown way")
	}
	_, err = w.out.Write(append(data[:len(data)-len(tail)], `"events":[`...))
	return err
}

// item writes the nth element of a list.
func (w *exportWriter) item(n int, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if n > 0 {
		if err := w.out.WriteByte(','); err != nil {
			return err
		}
	}
	_, err = w.out.Write(data)
	return err
}

func (w *exportWriter) event(e customer.ExportedEvent) error {
	w.events++
	return w.item(w.events-1, exportedEventFrom(e, w.currency))
}

func (w *exportWriter) reject(r datasource.Rejected) error {
	if w.rejected == 0 {
		if err := w.endEvents(); err != nil {
			return err
		}
	}
	w.rejected++
	return w.item(w.rejected-1, rejectedFrom(r))
}

func (w *exportWriter) endEvents() error {
	_, err := io.WriteString(w.out, `],"rejected":[`)
	return err
}

func (w *exportWriter) end() error {
	if w.rejected == 0 {
		if err := w.endEvents(); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(w.out, "]}"); err != nil {
		return err
	}
	return w.out.Flush()
}

func (s *Server) exportRoute(c customers, operation huma.Operation) {
	schema := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[CustomerExport](), true, "CustomerExport")
	operation.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}}
	huma.Register(s.huma, operation, c.export)
}

type exportOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

// export writes everything as it is read. What fails on the way breaks the connection, so that nobody takes a part for the whole.
func (c customers) export(ctx context.Context, in *customerPath) (*exportOutput, error) {
	workspaceID, id, err := theirsByID(ctx, "customer", in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := c.service.Get(ctx, workspaceID, id); err != nil {
		return nil, err
	}
	return &exportOutput{ContentType: "application/json", Disposition: fmt.Sprintf(`attachment; filename="customer-%s.json"`, id), Body: func(h huma.Context) {
		w := &exportWriter{out: bufio.NewWriterSize(inTime(h.BodyWriter()), 32<<10)}
		err := c.service.Export(ctx, workspaceID, id, customer.ExportTo{Head: w.head, Event: w.event, Rejected: w.reject})
		if err == nil {
			err = w.end()
		}
		if err != nil {
			slog.WarnContext(ctx, "an export was not sent whole", "error", err)
			panic(http.ErrAbortHandler)
		}
	}}, nil
}
