// Package config is the one place that reads the environment. Everything else gets values.
package config

//go:generate go run ./examplegen ../../.env.example

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is everything PulseHub can be told from outside. Every field is documented in .env.example, which is generated
// from this struct (`make generate`).
type Config struct {
	Environment string `env:"PULSEHUB_ENV" envDefault:"production" doc:"development or production. In production, keys must be given; in development they are made."`
	HTTPAddr    string `env:"HTTP_ADDR" envDefault:":8080" doc:"Address the API listens on."`
	PublicURL   string `env:"PUBLIC_URL" envDefault:"http://localhost:8080" doc:"Where browsers and webhooks reach this server."`
	// TrustedProxies decide whose X-Forwarded-For is believed, and so what limits per address count.
	TrustedProxies []string `env:"TRUSTED_PROXIES" envSeparator:"," doc:"Addresses or CIDRs of reverse proxies in front of the API, whose X-Forwarded-For is believed."`

	DatabaseURL      string `env:"DATABASE_URL,required" secret:"true" doc:"PostgreSQL 15 or later."`
	DatabaseMaxConns int32  `env:"DATABASE_MAX_CONNS" envDefault:"24" doc:"Connections of this process to Postgres."`
	RedisURL         string `env:"REDIS_URL,required" secret:"true" doc:"Redis 7 or later. Losing it loses no data."`

	TemporalAddress   string `env:"TEMPORAL_ADDRESS" envDefault:"127.0.0.1:7233" doc:"Temporal frontend. The rest of Temporal's client variables (TLS, API key) work too."`
	TemporalNamespace string `env:"TEMPORAL_NAMESPACE" envDefault:"pulsehub" doc:"Temporal namespace."`

	LogLevel     string  `env:"LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error."`
	OTLPEndpoint string  `env:"OTEL_EXPORTER_OTLP_ENDPOINT" doc:"Send traces to this OTLP/HTTP collector, e.g. http://localhost:4318. Empty: no traces."`
	TraceRatio   float64 `env:"OTEL_TRACES_SAMPLER_ARG" envDefault:"1" doc:"How much of what begins here is traced, 0 to 1."`

	Auth   Auth
	Limits Limits
	OpenAI OpenAI
}

// Auth is keys and lifetimes of accounts.
type Auth struct {
	SigningKeys     []string      `env:"AUTH_SIGNING_KEYS" envSeparator:"," secret:"true" doc:"Ed25519 seeds that sign access tokens, as kid:base64 (32 bytes). The first signs, all verify."`
	SealingKeys     []string      `env:"SEALING_KEYS" envSeparator:"," secret:"true" doc:"AES-256 keys that seal provider tokens at rest and sign the visitor cookie, as kid:base64 (32 bytes). The first seals, all open."`
	AccessTokenTTL  time.Duration `env:"ACCESS_TOKEN_TTL" envDefault:"15m" doc:"Life of an access token."`
	RefreshTokenTTL time.Duration `env:"REFRESH_TOKEN_TTL" envDefault:"720h" doc:"Life of a refresh token, renewed by each use."`
	CookieSecure    bool          `env:"COOKIE_SECURE" envDefault:"true" doc:"Send cookies over HTTPS only. Off for plain-HTTP development."`
}

// Limits are per minute unless named otherwise; each answers 429 with Retry-After. 0 means no limit.
type Limits struct {
	SignUpsPerAddress       int `env:"LIMIT_SIGNUPS_PER_ADDRESS" envDefault:"10" doc:"Sign-ups a minute from one address."`
	LoginsPerAddress        int `env:"LIMIT_LOGINS_PER_ADDRESS" envDefault:"30" doc:"Log-in attempts a minute from one address."`
	FailedLoginsPerAccount  int `env:"LIMIT_FAILED_LOGINS_PER_ACCOUNT" envDefault:"10" doc:"Wrong passwords per 15 minutes for one account."`
	MessagesPerUser         int `env:"LIMIT_MESSAGES_PER_USER" envDefault:"30" doc:"Chat messages a minute from one user or visitor."`
	IngestPerWorkspace      int `env:"LIMIT_INGEST_PER_WORKSPACE" envDefault:"1000" doc:"Requests with events a second, of one workspace."`
	ConversationsPerAddress int `env:"LIMIT_CONVERSATIONS_PER_ADDRESS" envDefault:"60" doc:"New conversations a minute from one address without an account."`
}

// OpenAI is any server that speaks the OpenAI chat API.
type OpenAI struct {
	APIKey  string `env:"OPENAI_API_KEY" secret:"true" doc:"Key of the model provider. Empty, with no OPENAI_BASE_URL: the built-in analyst answers."`
	BaseURL string `env:"OPENAI_BASE_URL" doc:"Any OpenAI-compatible server (vLLM, Ollama, Azure, OpenRouter), normally ending in /v1."`
	Model   string `env:"OPENAI_MODEL" envDefault:"gpt-4o-mini" doc:"Model name."`
}

// Configured tells whether a model was set up; without one the built-in analyst answers.
func (o OpenAI) Configured() bool { return o.APIKey != "" || o.BaseURL != "" }

// Development tells whether this is a developer's own stack.
func (c Config) Development() bool { return c.Environment == "development" }

// Load reads and validates the environment. The error names every variable that is wrong.
func Load() (Config, error) {
	var c Config
	if err := env.Parse(&c); err != nil {
		return Config{}, fmt.Errorf("reading the environment: %w", err)
	}
	return c, c.Validate()
}

// Validate joins every fault, so that one run shows them all.
func (c Config) Validate() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if c.Environment != "development" && c.Environment != "production" {
		fault("PULSEHUB_ENV is %q; use development or production", c.Environment)
	}
	if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" {
		fault("PUBLIC_URL is %q; give a whole address such as https://pulsehub.example", c.PublicURL)
	}
	if c.Environment == "production" {
		if len(c.Auth.SigningKeys) == 0 {
			fault("AUTH_SIGNING_KEYS is empty; make one with `pulsehub keys`")
		}
		if len(c.Auth.SealingKeys) == 0 {
			fault("SEALING_KEYS is empty; make one with `pulsehub keys`")
		}
	}
	if c.TraceRatio < 0 || c.TraceRatio > 1 {
		fault("OTEL_TRACES_SAMPLER_ARG is %g; give a number from 0 to 1", c.TraceRatio)
	}
	if c.DatabaseMaxConns < 4 {
		fault("DATABASE_MAX_CONNS is %d; give at least 4", c.DatabaseMaxConns)
	}
	return errors.Join(faults...)
}
