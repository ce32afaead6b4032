package api

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/ingest"
)

// Ingest is where client libraries send events. It speaks Segment's HTTP API and RudderStack's, so that their libraries work
// unchanged.
type Ingest struct {
	Sources interface {
		// ByWriteKey fails with Unauthenticated for a key that is nobody's.
		ByWriteKey(ctx context.Context, writeKey string) (ingest.Source, error)
	}
	Pipeline interface {
		// Accept returns once the batch is stored for good.
		Accept(ctx context.Context, b ingest.Batch) error
	}
	Limit interface {
		AllowIngest(ctx context.Context, workspaceID uuid.UUID) error
	}
	Now func() time.Time
}

// ingestPrefixes are the paths below which no access token is looked for: what is sent along there is a write key.
var ingestPrefixes = []string{"/v1/", "/collect/", "/beacon/", "/pixel/", "/sourceConfig"}

func isIngest(path string) bool {
	for _, prefix := range ingestPrefixes {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

func (s *Server) ingestRoutes(i Ingest) {
	open := s.router.Group("/", allowAnyOrigin)
	for name := range ingest.Types {
		open.POST("/v1/"+name, i.call(name))
	}
	for _, path := range []string{"/v1/batch", "/v1/import", "/v1/b", "/beacon/v1/batch"} {
		open.POST(path, i.batch)
	}
	for _, path := range []string{"/v1/pixel/:type", "/pixel/v1/:type"} {
		open.GET(path, i.pixel)
	}
	open.POST("/collect/:writeKey", i.collect)
	open.GET("/v1/projects/:writeKey/settings", i.settings)
	open.GET("/sourceConfig", i.sourceConfig)
	for _, path := range []string{"/v1/*any", "/collect/:writeKey", "/beacon/v1/batch", "/pixel/v1/:type", "/sourceConfig"} {
		open.OPTIONS(path, func(c *gin.Context) { c.Status(http.StatusNoContent) })
	}
	s.documentIngest()
}

// allowAnyOrigin lets pages of any site send, as a tag does: a write key lets nobody read.
func allowAnyOrigin(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	if c.Request.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "authorization, content-type, content-encoding, anonymousid, x-retry-count")
		h.Set("Access-Control-Max-Age", "86400")
	}
}

func (i Ingest) call(name string) gin.HandlerFunc {
	return func(c *gin.Context) {
		body, err := readIngest(c, ingest.MaxCall)
		if err != nil {
			writeProblem(c, err)
			return
		}
		call, err := ingest.ParseCall(body, name)
		i.accept(c, call, "", err)
	}
}

func (i Ingest) batch(c *gin.Context) {
	body, err := readIngest(c, ingest.MaxBatch)
	if err != nil {
		writeProblem(c, err)
		return
	}
	call, err := ingest.ParseBatch(body)
	i.accept(c, call, "", err)
}

// collect takes one message, or a batch, from a tag: JSON, also as text/plain, which a browser sends without asking first.
func (i Ingest) collect(c *gin.Context) {
	body, err := readIngest(c, ingest.MaxBatch)
	if err != nil {
		writeProblem(c, err)
		return
	}
	var probe struct {
		Batch json.RawMessage `json:"batch"`
		Type  string          `json:"type"`
	}
	_ = json.Unmarshal(body, &probe) // what it is not, the parser says
	var call ingest.Call
	if probe.Batch != nil {
		call, err = ingest.ParseBatch(body)
	} else {
		kind := ""
		if probe.Type == "" {
			kind = "track"
		}
		call, err = ingest.ParseCall(body, kind)
	}
	i.accept(c, call, c.Param("writeKey"), err)
}

// pixel takes one message from an image's address: ?data= base64 of JSON.
func (i Ingest) pixel(c *gin.Context) {
	data := c.Query("data")
	body, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		if body, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(data, "=")); err != nil {
			body = []byte(data)
		}
	}
	kind, known := ingest.Types[c.Param("type")]
	if !known {
		writeProblem(c, apperr.New(apperr.NotFound, "not_found", "There is no pixel of type %s.", c.Param("type")))
		return
	}
	call, err := ingest.ParseCall(body, kind)
	if err == nil {
		err = i.store(c, call, "")
	}
	if err != nil {
		writeProblem(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, "image/gif", transparentPixel)
}

var transparentPixel = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;")

// accept answers 200 once the call is stored for good.
func (i Ingest) accept(c *gin.Context, call ingest.Call, writeKey string, err error) {
	if err == nil {
		err = i.store(c, call, writeKey)
	}
	if err != nil {
		writeProblem(c, err)
		return
	}
	c.Data(http.StatusOK, "application/json", []byte(`{"success":true}`))
}

func (i Ingest) store(c *gin.Context, call ingest.Call, writeKey string) error {
	ctx := c.Request.Context()
	if writeKey == "" {
		writeKey = writeKeyOf(c, call)
	}
	source, err := i.Sources.ByWriteKey(ctx, writeKey)
	if err != nil {
		return err
	}
	if err := i.Limit.AllowIngest(ctx, source.WorkspaceID); err != nil {
		c.Header("X-RateLimit-Reset", strconv.Itoa(int(apperr.From(err).RetryAfter.Seconds())))
		return err
	}
	return i.Pipeline.Accept(ctx, ingest.Normalise(source, call, i.Now()))
}

// writeKeyOf is the user of HTTP Basic, or what the body or the address says.
func writeKeyOf(c *gin.Context, call ingest.Call) string {
	if user, _, ok := c.Request.BasicAuth(); ok && user != "" {
		return user
	}
	if call.WriteKey != "" {
		return call.WriteKey
	}
	return c.Query("writeKey")
}

// readIngest reads a body of at most that many bytes, unpacked. One that says it is larger is refused before it is read.
func readIngest(c *gin.Context, most int64) ([]byte, error) {
	refused := func() error {
		c.Header("Connection", "close")
		return apperr.New(apperr.Malformed, "too_large", "Send at most %d KB at once.", most>>10)
	}
	packed := strings.EqualFold(c.GetHeader("Content-Encoding"), "gzip")
	if !packed && c.Request.ContentLength > most {
		return nil, refused()
	}
	var r io.Reader = http.MaxBytesReader(c.Writer, c.Request.Body, most+1)
	if packed {
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			return nil, apperr.Wrap(err, apperr.Malformed, "invalid_gzip", "This is not gzip, which Content-Encoding says it is.")
		}
		defer unpacked.Close()
		r = unpacked
	}
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case int64(len(body)) > most:
		return nil, refused()
	case err != nil && packed:
		return nil, apperr.Wrap(err, apperr.Malformed, "invalid_gzip", "The gzip data is damaged.")
	case err != nil:
		return nil, apperr.Wrap(err, apperr.Malformed, "unreadable", "The body ended early.")
	}
	return body, nil
}

// settings is what analytics.js asks its CDN for at its start.
func (i Ingest) settings(c *gin.Context) {
	if _, err := i.Sources.ByWriteKey(c.Request.Context(), c.Param("writeKey")); err != nil {
		writeProblem(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{
		"integrations": gin.H{"Segment.io": gin.H{"apiKey": c.Param("writeKey"), "apiHost": c.Request.Host + "/v1", "addBundledMetadata": true}},
		"plan":         gin.H{"track": gin.H{"__default": gin.H{"enabled": true}}}, "edgeFunction": gin.H{}, "legacyVideoPluginsEnabled": false,
		"enabledMiddleware": gin.H{},
	})
}

// sourceConfig is what RudderStack's library for browsers asks for at its start.
func (i Ingest) sourceConfig(c *gin.Context) {
	writeKey := c.Query("writeKey")
	if user, _, ok := c.Request.BasicAuth(); ok && user != "" {
		writeKey = user
	}
	source, err := i.Sources.ByWriteKey(c.Request.Context(), writeKey)
	if err != nil {
		writeProblem(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"source": gin.H{
		"id": source.ID, "name": source.Type.Name(), "writeKey": writeKey, "enabled": true, "workspaceId": source.WorkspaceID,
		"config": gin.H{}, "destinations": []any{}, "connections": []any{}, "dataplanes": gin.H{},
	}})
}

func (s *Server) documentIngest() {
	limits := "At most 32 KB a message and 500 KB a batch, of 1 to 2,500 messages. Bodies are JSON, also as text/plain, also gzipped. "
	promise := "200 means stored for good; a message that is sent again, by its messageId, is stored once. A message that is wrong does not spoil its batch: it is kept with its reason (GET /data-sources/{id}/rejected)."
	for _, d := range []struct{ id, method, path, summary, description string }{
		{"ingest-track", http.MethodPost, "/v1/track", "Something a customer did", ""},
		{"ingest-identify", http.MethodPost, "/v1/identify", "Who somebody is", ""},
		{"ingest-page", http.MethodPost, "/v1/page", "A page was viewed", ""},
		{"ingest-screen", http.MethodPost, "/v1/screen", "A screen was viewed", ""},
		{"ingest-group", http.MethodPost, "/v1/group", "Which group somebody belongs to", ""},
		{"ingest-alias", http.MethodPost, "/v1/alias", "Two ids are one person", ""},
		{"ingest-batch", http.MethodPost, "/v1/batch", "Many messages at once", "Also at /v1/import, /v1/b and /beacon/v1/batch. The calls of one message also answer at their first letters (/v1/t). "},
		{"ingest-pixel", http.MethodGet, "/v1/pixel/{type}", "One message as an image", "?data= is the message as base64 of JSON, with its writeKey. Also at /pixel/v1/{type}. "},
		{"collect", http.MethodPost, "/collect/{writeKey}", "From a tag", "One message or a batch, from any origin, by fetch or sendBeacon. Names of events may be Google's (purchase, view_item, …). "},
		{"ingest-settings", http.MethodGet, "/v1/projects/{writeKey}/settings", "What analytics.js asks for at its start", ""},
	} {
		op := &huma.Operation{
			OperationID: d.id, Method: d.method, Path: d.path, Tags: []string{"Ingest"}, Summary: d.summary, Description: d.description + limits + promise,
			Security: []map[string][]string{{"writeKey": {}}},
			Responses: map[string]*huma.Response{
				"200":     {Description: "Stored"},
				"default": {Description: "Error; 503 and 429 with Retry-After", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}},
			},
		}
		for _, part := range strings.Split(d.path, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				op.Parameters = append(op.Parameters, &huma.Param{Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
			}
		}
		if d.method == http.MethodPost {
			op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}}}
		}
		s.huma.OpenAPI().AddOperation(op)
	}
}
