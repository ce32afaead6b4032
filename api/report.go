package api

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// ReportInput is what every report can be asked.
type ReportInput struct {
	From      string `query:"from" maxLength:"40" doc:"First day, as YYYY-MM-DD, or a time (RFC 3339), which is taken to the day of the workspace's zone that it lies in. Default: to is the last of 30 days, or of 365 for cohorts and rfm" example:"2026-03-01"`
	To        string `query:"to" maxLength:"40" doc:"Last day, inclusive, as YYYY-MM-DD, or a time (RFC 3339), exclusive, which is taken to the end of the day before which it lies. Default: today. At most 1100 days are counted" example:"2026-03-31"`
	SegmentID string `query:"segmentId" maxLength:"40" doc:"Only the members of this segment, as they are now"`
	Format    string `query:"format" enum:"json,csv" doc:"Goes before the Accept header"`
	Accept    string `header:"Accept" hidden:"true"`
}

func (in *ReportInput) asked() analytics.Asked {
	return analytics.Asked{From: in.From, To: in.To, SegmentID: in.SegmentID}
}

// csv tells whether the answer is to be CSV.
func (in *ReportInput) csv() bool {
	if in.Format != "" {
		return in.Format == "csv"
	}
	return acceptance(in.Accept, "text/csv") > acceptance(in.Accept, "application/json")
}

// acceptance is the weight that an Accept header gives to a media type that it names (RFC 9110 §12.5.1), and 0 to others.
func acceptance(header, mediaType string) (weight float64) {
	for part := range strings.SplitSeq(header, ",") {
		named, params, err := mime.ParseMediaType(part)
		if err != nil || named != mediaType {
			continue
		}
		weight = 1
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			weight = q
		}
	}
	return weight
}

type seriesInput struct {
	ReportInput
	Metric      string `query:"metric" doc:"revenue (the default), orders, refunds, visits, active_customers, new_customers (seen for the first time), new_buyers (first order), events, page_views, product_views, product_adds, checkouts or signups"`
	Granularity string `query:"granularity" doc:"day (the default), hour (at most 31 days; not for people), week (from Monday) or month"`
	Compare     string `query:"compare" doc:"previous: beside the same number of days before"`
}

type cohortsInput struct {
	ReportInput
	By          string `query:"by" doc:"first_order (the default) or first_visit"`
	Granularity string `query:"granularity" doc:"month (the default) or week (from Monday)"`
}

// tabled is a report that can be shown as rows.
type tabled interface {
	Table() analytics.Table
	Says() analytics.Counted
}

// asker is an input that embeds a ReportInput.
type asker[I any] interface {
	*I
	csv() bool
	asked() analytics.Asked
}

// reportOutput writes itself: JSON, or CSV as it is made.
type reportOutput struct {
	Body func(huma.Context)
}

// report registers GET /analytics/{name}.
func report[I any, P asker[I], T tabled](s *Server, name, summary, description string, ask func(ctx context.Context, workspaceID uuid.UUID, in *I) (T, error)) {
	schema := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
	huma.Register(s.huma, huma.Operation{
		OperationID: "get-analytics-" + name, Method: http.MethodGet, Path: "/analytics/" + name, Tags: []string{"Analytics"}, Security: bearer,
		Summary: summary, Description: description + " Over all events, at most five minutes old; `query` is the SQL behind it.",
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			"application/json": {Schema: schema},
			"text/csv":         {Schema: &huma.Schema{Type: "string", Description: "RFC 4180, UTF-8, with a header row. Text from the data that a spreadsheet would take for a formula begins with an apostrophe."}},
		}, Headers: map[string]*huma.Param{
			"Content-Disposition": {Description: "A file name, of CSV", Schema: &huma.Schema{Type: "string"}},
		}}},
	}, func(ctx context.Context, in *I) (*reportOutput, error) {
		p, err := user(ctx)
		if err != nil {
			return nil, err
		}
		out, err := ask(ctx, p.WorkspaceID, in)
		if err != nil {
			return nil, err
		}
		asCSV := P(in).csv()
		return &reportOutput{func(c huma.Context) {
			c.SetHeader("Vary", "Accept")
			if !asCSV {
				c.SetHeader("Content-Type", "application/json")
				_ = json.NewEncoder(c.BodyWriter()).Encode(out)
				return
			}
			c.SetHeader("Content-Type", "text/csv; charset=utf-8; header=present")
			c.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="pulsehub-%s-%s.csv"`, name, fileDates(out.Says())))
			_ = writeCSV(c.BodyWriter(), out.Table())
		}}, nil
	})
}

// fileDates names the days of a report, as its zone has them.
func fileDates(c analytics.Counted) string {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return c.From.In(zone).Format(time.DateOnly) + "-to-" + c.To.Add(-time.Nanosecond).In(zone).Format(time.DateOnly)
}
