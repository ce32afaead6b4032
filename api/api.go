// Package api is PulseHub over HTTP: gin for the router and middleware, huma for typed operations, validation, OpenAPI
// and problem documents. routes.go has every route on one screen; errors.go is the only writer of errors.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/auth"
	"github.com/pulsehub/pulsehub/internal/telemetry"
)

// Config is what the API is made of.
type Config struct {
	Services
	// Web serves the web app to browsers; nil serves none.
	Web http.Handler
	// Middleware comes before everything else.
	Middleware []gin.HandlerFunc
	// TrustedProxies are the addresses or CIDRs whose X-Forwarded-For is believed.
	TrustedProxies []string
}

// Server is the whole HTTP surface.
type Server struct {
	router *gin.Engine
	huma   huma.API
	web    http.Handler
}

// New makes the server. It panics on routes that do not fit together, which a test finds.
func New(cfg Config) (*Server, error) {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.HandleMethodNotAllowed = true
	if err := router.SetTrustedProxies(cfg.TrustedProxies); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	s := &Server{router: router, huma: humagin.New(router, openAPI()), web: cfg.Web}
	router.Use(cfg.Middleware...)
	router.Use(identify, measure, recoverPanics, s.authenticate(cfg.Auth))
	router.NoRoute(func(c *gin.Context) {
		writeProblem(c, apperr.New(apperr.NotFound, "not_found", "There is nothing at %s.", c.Request.URL.Path))
	})
	router.NoMethod(func(c *gin.Context) {
		writeProblem(c, newProblem(http.StatusMethodNotAllowed, "method_not_allowed", c.Request.Method+" is not possible here."))
	})
	s.huma.UseMiddleware(s.requireBearer)
	s.routes(cfg.Services)
	return s, nil
}

// OpenAPIDocument is the OpenAPI 3.1 document of every route, as indented JSON.
func (s *Server) OpenAPIDocument() ([]byte, error) {
	return json.MarshalIndent(s.huma.OpenAPI(), "", "  ")
}

// ServeHTTP answers the API at the root and under /api, and the web app to browsers that ask for a page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/api/"); ok {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = "/"+rest, ""
	} else if s.web != nil && wantsPage(r) {
		s.web.ServeHTTP(w, r)
		return
	}
	s.router.ServeHTTP(w, r)
}

// wantsPage tells a browser's navigation, or its request for one of the web app's files, from a call of the API.
// Pages and API resources share names (/campaigns), so what the client accepts decides.
func wantsPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	path := r.URL.Path
	if strings.HasPrefix(path, "/assets/") || path == "/favicon.svg" || path == "/" {
		return true
	}
	for _, own := range []string{"/docs", "/openapi", "/schemas", "/oauth/", "/t/", "/unsubscribe/", "/v1/", "/collect/", "/pixel/", "/metrics", "/healthz", "/readyz"} {
		if strings.HasPrefix(path, own) {
			return false
		}
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// identify gives each request an id, which its logs, its answer and its problem document carry.
func identify(c *gin.Context) {
	id := c.GetHeader("X-Request-Id")
	if len(id) > 64 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) || id == "" {
		id = uuid.Must(uuid.NewV7()).String()
	}
	c.Header("X-Request-Id", id)
	c.Request = c.Request.WithContext(telemetry.WithRequestID(c.Request.Context(), id))
}

// measure times each request for the metrics.
func measure(c *gin.Context) {
	begin := time.Now()
	defer func() {
		telemetry.CountRequest(c.Request.Method, c.FullPath(), c.Writer.Status(), time.Since(begin))
	}()
	c.Next()
}

func recoverPanics(c *gin.Context) {
	defer func() {
		if v := recover(); v != nil {
			if v == http.ErrAbortHandler {
				panic(v)
			}
			writeProblem(c, fmt.Errorf("panic: %v", v))
		}
	}()
	c.Next()
}

// requireBearer refuses a call without a token before its body is looked at.
func (s *Server) requireBearer(c huma.Context, next func(huma.Context)) {
	if len(c.Operation().Security) > 0 {
		if _, err := user(c.Context()); err != nil {
			c.SetHeader("WWW-Authenticate", "Bearer")
			_ = huma.WriteErr(s.huma, c, http.StatusInternalServerError, "", err)
			return
		}
	}
	next(c)
}

type principalKey struct{}

// signIns are how one gets a token. What is sent along there is not looked at: a client whose token has just expired
// must be able to get a new one.
var signIns = map[string]bool{"/auth/register": true, "/auth/login": true, "/auth/refresh": true}

// authenticate reads the bearer token, if there is one. A bad token is refused even where none is needed: a client that
// sends one means it.
func (s *Server) authenticate(authenticator Authenticator) gin.HandlerFunc {
	return func(c *gin.Context) {
		header := c.GetHeader("Authorization")
		token, bearer := strings.CutPrefix(header, "Bearer ")
		if !bearer || signIns[c.Request.URL.Path] || isIngest(c.Request.URL.Path) {
			return
		}
		p, err := authenticator.Authenticate(c.Request.Context(), token)
		if err != nil {
			if apperr.Is(err, apperr.Unauthenticated) {
				c.Header("WWW-Authenticate", `Bearer error="invalid_token"`)
			}
			writeProblem(c, err)
			return
		}
		ctx := context.WithValue(c.Request.Context(), principalKey{}, p)
		c.Request = c.Request.WithContext(telemetry.With(ctx, slog.String("workspace_id", p.WorkspaceID.String())))
	}
}

// principal is who makes the call; ok is false for an anonymous one.
func principal(ctx context.Context) (auth.Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(auth.Principal)
	return p, ok
}

// user is the caller of an operation that needs an account.
func user(ctx context.Context) (auth.Principal, error) {
	p, ok := principal(ctx)
	if !ok {
		return p, apperr.New(apperr.Unauthenticated, "unauthenticated", "Please sign in: send Authorization: Bearer <access token>.")
	}
	return p, nil
}

// parseID reads a UUID from a path or query; anything else is a 404, as an id that cannot exist names nothing.
func parseID(what, s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, apperr.NoSuch(what)
	}
	return id, nil
}

// bearer marks an operation as needing an access token.
var bearer = []map[string][]string{{"bearer": {}}}

func openAPI() huma.Config {
	cfg := huma.DefaultConfig("PulseHub", "1.0.0")
	cfg.Info.Description = "Ask your customer data; run the campaigns it suggests. Every path also answers under /api."
	cfg.DocsPath = ""     // docs.go serves it
	cfg.CreateHooks = nil // no $schema links in bodies: the contract names every field
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer":   {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
		"writeKey": {Type: "http", Scheme: "basic", Description: "A data source's write key as the user, with no password; or writeKey in the body"},
	}
	return cfg
}
