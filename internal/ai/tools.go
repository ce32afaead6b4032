package ai

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// Names of the tools. Stored calls carry them, so they are a contract.
const (
	ToolSegmentSize = "segment_size"
	ToolTimeseries  = "timeseries"
	ToolCompare     = "compare"
	ToolTopProducts = "top_products"
	ToolFunnel      = "funnel"
	ToolChannels    = "channels"
)

// ToolDefinition is a tool as a model is told of it. Parameters is a strict JSON schema.
type ToolDefinition struct {
	Name, Description string
	Parameters        map[string]any
}

func object(properties map[string]any) map[string]any {
	required := make([]string, 0, len(properties))
	for name := range properties {
		required = append(required, name)
	}
	slices.Sort(required)
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

var (
	fromDate = map[string]any{"type": "string", "description": "First day, YYYY-MM-DD, in the workspace's time zone"}
	toDate   = map[string]any{"type": "string", "description": "Last day, YYYY-MM-DD, included"}
)

// ToolDefinitions is every tool, always in the same order.
var ToolDefinitions = slices.Concat(rangeTools, furtherTools)

var rangeTools = []ToolDefinition{
	{ToolSegmentSize, "People in a standard segment if only what happened in the range counted, and how many of them can be reached on each channel.", object(map[string]any{
		"segment": map[string]any{"type": "string", "description": "Key of a segment, as in the workspace's picture, e.g. cart_abandoners"}, "from": fromDate, "to": toDate,
	})},
	{ToolTimeseries, "One metric over time. The reader sees it as a line chart.", object(map[string]any{
		"metric":      map[string]any{"type": "string", "enum": analytics.Metrics},
		"granularity": map[string]any{"type": "string", "enum": []string{"day", "week", "month"}}, "from": fromDate, "to": toDate,
	})},
	{ToolCompare, "Revenue, orders, visits, active customers, sign-ups and refunds of two ranges side by side. The reader sees it as a bar chart.", object(map[string]any{
		"from": fromDate, "to": toDate,
		"other_from": map[string]any{"type": "string", "description": "First day of the range to compare with, YYYY-MM-DD"},
		"other_to":   map[string]any{"type": "string", "description": "Last day of the range to compare with, YYYY-MM-DD, included"},
	})},
	{ToolTopProducts, "Products by revenue, with views, additions to cart and orders.", object(map[string]any{
		"from": fromDate, "to": toDate, "limit": map[string]any{"type": "integer", "description": "How many, 1 to 20"},
	})},
	{ToolFunnel, "Customers at each step from visit to order. The reader sees it as a funnel.", object(map[string]any{"from": fromDate, "to": toDate})},
	{ToolChannels, "Visits, orders and revenue by traffic or message channel. The reader sees it as a bar chart.", object(map[string]any{"from": fromDate, "to": toDate})},
}

// Analyses gives a workspace's analysis; nil when it has no data.
type Analyses interface {
	Analysis(ctx context.Context, workspaceID uuid.UUID) (*analytics.Analysis, error)
}

// ToolsConfig is what the tools look things up in.
type ToolsConfig struct {
	Data
	Analyses Analyses
	Parser   segment.Parser // reads rules out of plain words
}

// Tools runs what a model asks for, within one workspace and reading only.
type Tools struct{ ToolsConfig }

// NewTools makes the tools.
func NewTools(cfg ToolsConfig) *Tools { return &Tools{cfg} }

// toolArguments is every argument of every tool.
type toolArguments struct {
	Segment     string `json:"segment"`
	Metric      string `json:"metric"`
	Granularity string `json:"granularity"`
	From        string `json:"from"`
	To          string `json:"to"`
	OtherFrom   string `json:"other_from"`
	OtherTo     string `json:"other_to"`
	Limit       int    `json:"limit"`
	Who         string `json:"who"`
	Product     string `json:"product"`
	Days        int    `json:"days"`
	Email       string `json:"email"`
	Phone       string `json:"phone"`
	Name        string `json:"name"`
}

// Compared is the result of the compare tool.
type Compared struct {
	This  analytics.TotalFigures `json:"this"`
	Other analytics.TotalFigures `json:"other"`
}

// Run looks something up. Its result is the figures with their query, as JSON. Arguments that cannot be right, and tools
// that do not exist, are Invalid with a message that tells the model what would be right. A retry is harmless.
func (t *Tools) Run(ctx context.Context, workspaceID uuid.UUID, name string, arguments json.RawMessage, now time.Time) (json.RawMessage, error) {
	var args toolArguments
	dec := json.NewDecoder(bytes.NewReader(arguments))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&args); err != nil {
		return nil, invalid("The arguments are not what the tool takes: %v", err)
	}
	analysis, err := t.Analyses.Analysis(ctx, workspaceID)
	if err != nil {
		return nil, err
	}
	if analysis == nil {
		return nil, invalid("This workspace has no data yet.")
	}
	zone, err := time.LoadLocation(analysis.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	if run, ok := furtherRuns[name]; ok {
		figures, err := run(t, ctx, looking{workspaceID, args, analysis, now, zone})
		if err != nil {
			return nil, err
		}
		return json.Marshal(figures)
	}
	r, err := dates(args.From, args.To, now, zone)
	if err != nil {
		return nil, err
	}
	figures, err := t.run(ctx, workspaceID, name, args, r, analysis, now, zone)
	if err != nil {
		return nil, err
	}
	return json.Marshal(figures)
}

func (t *Tools) run(ctx context.Context, ws uuid.UUID, name string, args toolArguments, r analytics.Range, a *analytics.Analysis, now time.Time, zone *time.Location) (any, error) {
	switch name {
	case ToolSegmentSize:
		if !slices.ContainsFunc(a.Segments, func(s analytics.Segment) bool { return s.Key == args.Segment }) {
			return nil, invalid("There is no segment %q. Use one of: %s.", args.Segment, strings.Join(segmentKeys(a), ", "))
		}
		return t.Queries.Segment(ctx, ws, args.Segment, r)
	case ToolTimeseries:
		if !slices.Contains(analytics.Metrics, args.Metric) {
			return nil, invalid("There is no metric %q. Use one of: %s.", args.Metric, strings.Join(analytics.Metrics, ", "))
		}
		if !slices.Contains([]string{"day", "week", "month"}, args.Granularity) {
			return nil, invalid("granularity must be day, week or month.")
		}
		if args.Granularity == "day" && r.To.Sub(r.From) > 400*24*time.Hour {
			return nil, invalid("More than 400 days by day are too many; use week or month.")
		}
		return t.Queries.Timeseries(ctx, ws, args.Metric, args.Granularity, r)
	case ToolCompare:
		other, err := dates(args.OtherFrom, args.OtherTo, now, zone)
		if err != nil {
			return nil, err
		}
		var c Compared
		if c.This, err = t.Queries.Totals(ctx, ws, r); err != nil {
			return nil, err
		}
		c.Other, err = t.Queries.Totals(ctx, ws, other)
		return c, err
	case ToolTopProducts:
		return t.Queries.TopProducts(ctx, ws, r, min(max(args.Limit, 1), 20))
	case ToolFunnel:
		return t.Queries.Funnel(ctx, ws, r)
	case ToolChannels:
		return t.Queries.Channels(ctx, ws, r)
	}
	return nil, invalid("There is no tool %q.", name)
}

func segmentKeys(a *analytics.Analysis) []string {
	keys := make([]string, len(a.Segments))
	for i, s := range a.Segments {
		keys[i] = s.Key
	}
	return keys
}

// dates reads a range of whole days, both included; it never reaches into the future.
func dates(from, to string, now time.Time, zone *time.Location) (analytics.Range, error) {
	start, err1 := time.ParseInLocation(time.DateOnly, from, zone)
	end, err2 := time.ParseInLocation(time.DateOnly, to, zone)
	if err1 != nil || err2 != nil {
		return analytics.Range{}, invalid("Dates must be YYYY-MM-DD, e.g. %s.", now.In(zone).Format(time.DateOnly))
	}
	now = now.In(zone)
	if tomorrow := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, zone); end.AddDate(0, 0, 1).After(tomorrow) {
		end = tomorrow.AddDate(0, 0, -1)
	}
	if end.Before(start) {
		return analytics.Range{}, invalid("The range from %s to %s is empty or lies in the future.", from, to)
	}
	if end.Sub(start) > 11*366*24*time.Hour {
		return analytics.Range{}, invalid("The range from %s to %s is longer than ten years.", from, to)
	}
	return analytics.Range{From: start.UTC(), To: end.AddDate(0, 0, 1).UTC()}, nil
}

func invalid(format string, args ...any) error {
	return apperr.New(apperr.Invalid, "bad_tool_call", "%s", fmt.Sprintf(format, args...))
}
