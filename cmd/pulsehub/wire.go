package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"

	"github.com/pulsehub/pulsehub/activities"
	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/ai/analyst"
	"github.com/pulsehub/pulsehub/internal/ai/openai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/auth"
	"github.com/pulsehub/pulsehub/internal/cache"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/config"
	"github.com/pulsehub/pulsehub/internal/crypto"
	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/durable"
	"github.com/pulsehub/pulsehub/internal/ingest"
	"github.com/pulsehub/pulsehub/internal/learn"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/recommend"
	"github.com/pulsehub/pulsehub/internal/resilience"
	"github.com/pulsehub/pulsehub/internal/segment"
	"github.com/pulsehub/pulsehub/internal/store"
	"github.com/pulsehub/pulsehub/internal/stream"
	"github.com/pulsehub/pulsehub/internal/telemetry"
	"github.com/pulsehub/pulsehub/internal/telemetry/tracing"
	"github.com/pulsehub/pulsehub/web"
)

// app is every concrete thing, made once and joined here and nowhere else.
type app struct {
	cfg       config.Config
	traces    *tracing.Tracing
	store     *store.Store
	redis     *redis.Client
	publisher *redis.Client
	temporal  client.Client
	starter   *durable.Starter
	pump      *stream.Pump
	hub       *stream.Hub
	blacklist *auth.Blacklist
	chats     *chat.Service
	chatTurn  *activities.ChatTurn
	sweep     *activities.Sweep
	dummyData *activities.DummyData
	features  *activities.Features
	predictor *activities.Predictions
	erasure   *activities.Erasure
	learning  *activities.Learning
	api       *api.Server

	background context.Context
	running    sync.WaitGroup // what start and the chat service run beside requests
}

func wire(ctx context.Context, cfg config.Config) (*app, error) {
	a := &app{cfg: cfg}
	var err error
	if a.traces, err = tracing.Start(ctx, tracing.Config{Endpoint: cfg.OTLPEndpoint, Ratio: cfg.TraceRatio}); err != nil {
		return nil, err
	}
	if a.store, err = store.Open(ctx, cfg.DatabaseURL, cfg.DatabaseMaxConns, a.traces.Postgres); err != nil {
		return nil, err
	}
	if a.redis, err = openRedis(cfg.RedisURL, 1); err != nil {
		return nil, err
	}
	if err := a.traces.Redis(a.redis); err != nil {
		return nil, err
	}
	// Never retried: a publish that may have arrived must not be sent again under the same ids. Nor traced: one publish
	// carries the tokens of many turns.
	if a.publisher, err = openRedis(cfg.RedisURL, -1); err != nil {
		return nil, err
	}
	if a.temporal, err = dialTemporal(ctx, cfg, a.traces); err != nil {
		return nil, err
	}
	keys, err := crypto.ParseKeyring(cfg.Auth.SealingKeys)
	if err != nil {
		return nil, err
	}
	signing, err := crypto.ParseSigningKeys(cfg.Auth.SigningKeys)
	if err != nil {
		return nil, err
	}

	a.starter = durable.New(a.temporal)
	a.pump = stream.NewPump(a.publisher)
	stops := activities.NewStops()
	a.hub = stream.NewHub(a.redis, stops.Stop)
	limiter := resilience.NewLimiter(resilience.LimiterConfig{Redis: a.redis, Prefix: "limit:"})
	a.blacklist = auth.NewBlacklist(auth.BlacklistConfig{Truth: a.store, Feed: resilience.NewRevocationFeed(a.redis, "")})
	passwords, err := crypto.NewPasswords(crypto.PasswordsConfig{})
	if err != nil {
		return nil, err
	}
	accounts := auth.NewService(auth.Config{
		Users: a.store, Sessions: a.store, Blacklist: a.blacklist, Passwords: passwords,
		Tokens:  auth.NewAccessTokens(auth.AccessTokensConfig{Keys: signing, Issuer: cfg.PublicURL, TTL: cfg.Auth.AccessTokenTTL}),
		Keys:    keys,
		Limiter: limiter,
		Limits: auth.Limits{
			SignUpsPerAddress: cfg.Limits.SignUpsPerAddress, LoginsPerAddress: cfg.Limits.LoginsPerAddress,
			FailedLoginsPerAccount: cfg.Limits.FailedLoginsPerAccount,
		},
		RefreshTokenTTL: cfg.Auth.RefreshTokenTTL,
	})
	a.chats = chat.NewService(chat.Config{Repository: a.store, Starter: a.starter, Stopper: a.pump, Background: a.inBackground, Now: time.Now})

	figures := analytics.NewService(analytics.Config{Repository: a.store, Cache: cache.New(a.redis, "analysis:"), Now: time.Now})
	data := ai.Data{Queries: figures, Figures: figures, Segments: a.store, Customers: a.store, Predictions: predict.NewInsights(a.store)}
	router := newRouter(cfg.OpenAI, data, a.traces)
	a.chatTurn = activities.NewChatTurn(activities.ChatTurnConfig{
		Turns: a.store, Recommendations: a.store, Streams: a.pump, Stops: stops, Classifier: analyst.Classifier{}, Catalogue: figures, Provider: router,
		Analyses: figures, Learned: a.store, Tools: ai.NewTools(ai.ToolsConfig{Data: data, Analyses: figures, Parser: router}), Now: time.Now,
	})
	a.dummyData = activities.NewDummyData(activities.DummyDataConfig{Repository: a.store, Refresher: a.starter, Now: time.Now})
	a.sweep = activities.NewSweep(activities.SweepConfig{Turns: a.store, Starter: a.starter, Jobs: a.store, DummyData: a.starter, Features: a.store, Refresher: a.starter, Learning: a.store, Learner: a.starter, Expired: a.store, Now: time.Now})

	a.predictor = activities.NewPredictions(activities.PredictionsConfig{Repository: a.store, Now: time.Now})
	a.erasure = activities.NewErasure(activities.ErasureConfig{Repository: a.store, Refresher: a.starter})
	a.learning = activities.NewLearning(activities.LearningConfig{Repository: a.store, Now: time.Now})
	a.features = activities.NewFeatures(activities.FeaturesConfig{Repository: a.store, Now: time.Now})
	pipeline := ingest.NewPipeline(ingest.PipelineConfig{Writer: a.store, Refresh: ingest.Coalesce(time.Second, a.refresh), Observe: noteIngest})

	visitors := auth.NewVisitors(keys)
	cookies := api.Cookies{Secure: cfg.Auth.CookieSecure, PublicURL: cfg.PublicURL}
	a.api, err = api.New(api.Config{
		Services: api.Services{
			Dependencies: []api.Dependency{
				{Name: "postgres", Ping: a.store.Ping},
				{Name: "redis", Ping: func(ctx context.Context) error { return a.redis.Ping(ctx).Err() }},
				{Name: "temporal", Ping: a.starter.Ping},
			},
			Auth: accounts, Accounts: accounts, Visitors: visitors, Claimer: a.chats, Cookies: cookies,
			DataSources: datasource.NewService(datasource.ServiceConfig{Repository: a.store, Inbox: a.store, Now: time.Now}),
			DummyData:   datasource.NewDummyService(datasource.DummyConfig{Repository: a.store, Starter: a.starter, Now: time.Now}),
			Analytics:   figures,
			Ingest: api.Ingest{
				Sources: ingest.NewSources(a.store, time.Now), Pipeline: pipeline, Now: time.Now,
				Limit: resilience.IngestLimit{Limiter: limiter, PerWorkspace: cfg.Limits.IngestPerWorkspace},
			},
			Predictions:     predict.NewService(a.store),
			Segments:        segment.NewService(segment.ServiceConfig{Repository: a.store, Parser: router, Now: time.Now}),
			Customers:       customer.NewService(customer.ServiceConfig{Repository: a.store, Segments: a.store, Eraser: a.starter, Refresh: a.refresh, Now: time.Now}),
			Recommendations: recommend.NewService(recommend.ServiceConfig{Repository: a.store, Learn: a.learn}), Providers: router,
			Learning: learn.NewService(a.store),
			Chat: api.Chat{
				Service: a.chats, Visitors: visitors, Cookies: cookies, Streams: a.hub, Turns: a.store,
				Limits: resilience.ChatLimits{Limiter: limiter, ConversationsPerAddress: cfg.Limits.ConversationsPerAddress, MessagesPerUser: cfg.Limits.MessagesPerUser},
			},
		},
		Middleware:     a.traces.Middleware(),
		TrustedProxies: cfg.TrustedProxies,
		Web:            web.Handler(),
	})
	return a, err
}

func noteIngest(w ingest.Written, took time.Duration) {
	telemetry.NoteIngest(w.Events, w.Duplicates, w.Rejected, took)
}

// refresh has a workspace's features refreshed. Where it cannot be started, the sweeper does it.
func (a *app) refresh(ctx context.Context, workspaceID uuid.UUID) {
	a.inBackground(ctx, func(ctx context.Context) {
		if err := a.starter.RefreshFeatures(ctx, workspaceID); err != nil {
			slog.WarnContext(ctx, "features are not refreshed yet", "workspace_id", workspaceID, "error", err)
		}
	})
}

// learn has a workspace learn from what was said. Where it cannot be started, the sweeper does it.
func (a *app) learn(ctx context.Context, workspaceID uuid.UUID) {
	a.inBackground(ctx, func(ctx context.Context) {
		if err := a.starter.Learn(ctx, workspaceID); err != nil {
			slog.WarnContext(ctx, "what was said is not learned yet", "workspace_id", workspaceID, "error", err)
		}
	})
}

// newRouter is who answers: the model if one is configured, and the built-in analyst otherwise and in its place.
func newRouter(cfg config.OpenAI, data ai.Data, traces *tracing.Tracing) *ai.Router {
	routes := ai.RouterConfig{Fallback: analyst.New(analyst.Config(data))}
	if cfg.Configured() {
		model := openai.New(openai.Config{APIKey: cfg.APIKey, BaseURL: cfg.BaseURL, Model: cfg.Model, Queries: data.Queries, Wrap: traces.Transport})
		routes.Primary = model
		routes.Breaker = resilience.NewBreaker(resilience.BreakerConfig{Name: model.Name(), OnChange: func(name, from, to string) {
			slog.Warn("a provider's circuit changed", "provider", name, "from", from, "to", to)
			telemetry.NoteCircuit(name, to)
		}})
		telemetry.NoteCircuit(model.Name(), routes.Breaker.State())
	}
	return ai.NewRouter(routes)
}

// start runs what every role needs beside it, until ctx ends.
func (a *app) start(ctx context.Context) {
	a.background = ctx
	for _, run := range []func(context.Context){a.pump.Run, a.hub.Run, a.blacklist.Run} {
		a.running.Go(func() { run(ctx) })
	}
}

// inBackground runs work that outlives the request of ctx, for half a minute at most.
func (a *app) inBackground(ctx context.Context, work func(ctx context.Context)) {
	a.untilTheEnd(ctx, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		work(ctx)
	})
}

// untilTheEnd runs work that outlives ctx, in its trace, and ends by itself or else with the process.
func (a *app) untilTheEnd(ctx context.Context, work func(ctx context.Context)) {
	a.running.Go(func() { work(tracing.Carry(a.background, ctx)) })
}

func (a *app) close() {
	a.running.Wait()
	a.temporal.Close()
	if err := errors.Join(a.redis.Close(), a.publisher.Close()); err != nil {
		slog.Warn("closing Redis", "error", err)
	}
	a.store.Close()
	if err := a.traces.Close(context.Background()); err != nil {
		slog.Warn("the last traces were not sent", "error", err)
	}
}

func openRedis(url string, retries int) (*redis.Client, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	// Nothing waits long for Redis: what it holds can be made again.
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = time.Second, time.Second, time.Second
	options.MaxRetries = retries
	options.ContextTimeoutEnabled = true
	options.Protocol = 2 // the third's push messages are not used, and are looked for before every reply
	return redis.NewClient(options), nil
}

// dialTemporal waits for Temporal for a minute: in a stack that starts together it may come up last.
func dialTemporal(ctx context.Context, cfg config.Config, traces *tracing.Tracing) (client.Client, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, fmt.Errorf("reading Temporal's environment: %w", err)
	}
	options.HostPort, options.Namespace = cfg.TemporalAddress, cfg.TemporalNamespace
	options.Logger = sdklog.NewStructuredLogger(slog.Default())
	// Gzip, the SDK's choice, costs both sides more than the few kilobytes of a turn are worth.
	options.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{}
	if err := traces.Temporal(&options); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(time.Minute)
	for {
		c, err := client.DialContext(ctx, options)
		if err == nil {
			return c, nil
		}
		if time.Now().After(deadline) || errors.Is(err, context.Canceled) {
			return nil, fmt.Errorf("connecting to Temporal at %s: %w", cfg.TemporalAddress, err)
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
