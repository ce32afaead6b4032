package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/auth"
)

// Accounts is everything one can do with an account; auth.Service is it.
type Accounts interface {
	Register(ctx context.Context, in auth.RegisterInput, client auth.Client) (auth.Grant, error)
	Login(ctx context.Context, email, password string, client auth.Client) (auth.Grant, error)
	Refresh(ctx context.Context, refreshToken string, client auth.Client) (auth.Grant, error)
	Logout(ctx context.Context, p auth.Principal, refreshToken string) error
	LogoutEverywhere(ctx context.Context, p auth.Principal, keepThis bool) error
	ListSessions(ctx context.Context, p auth.Principal, limit int, cursor string) ([]auth.Session, string, error)
	EndSession(ctx context.Context, p auth.Principal, sessionID uuid.UUID) error
	Profile(ctx context.Context, p auth.Principal) (auth.User, error)
	UpdateProfile(ctx context.Context, p auth.Principal, change auth.ProfileChange) (auth.User, error)
	ChangePassword(ctx context.Context, p auth.Principal, current, next string, client auth.Client) (auth.Grant, error)
}

// Visitors makes and reads the cookie of anonymous visitors; auth.Visitors is it.
type Visitors interface {
	Issue() (id uuid.UUID, cookieValue string)
	Read(cookieValue string) (uuid.UUID, bool)
}

// ConversationClaimer makes an anonymous visitor's conversations a user's. Claiming again changes nothing.
type ConversationClaimer interface {
	ClaimConversations(ctx context.Context, visitorID, workspaceID, userID uuid.UUID) error
}

// Cookies says how cookies are set.
type Cookies struct {
	Secure bool // over HTTPS only
	// PublicURL is where the web app is served from, for the check that a call with a cookie comes from it.
	PublicURL string
}

const (
	refreshCookieName = "pulsehub_refresh"
	visitorCookieName = "pulsehub_visitor"

	claimTimeout = 3 * time.Second
	maxAuthBody  = 16 << 10
)

func (s *Server) authRoutes(svc Services) {
	h := authHandlers{accounts: svc.Accounts, visitors: svc.Visitors, claimer: svc.Claimer, cookies: svc.Cookies}
	s.huma.UseMiddleware(rememberCall)

	huma.Register(s.huma, huma.Operation{
		OperationID: "register", Method: http.MethodPost, Path: "/auth/register", Tags: []string{"Auth"},
		Summary: "Create a workspace and its first user, and log in",
		Description: "Sets the httpOnly cookie pulsehub_refresh, too. With the visitor cookie present, the visitor's " +
			"conversations become the user's.",
		DefaultStatus: http.StatusCreated, MaxBodyBytes: maxAuthBody, Errors: []int{400, 409, 413, 422, 429, 503},
	}, h.register)
	huma.Register(s.huma, huma.Operation{
		OperationID: "login", Method: http.MethodPost, Path: "/auth/login", Tags: []string{"Auth"},
		Summary: "Log in",
		Description: "401 wrong_credentials takes the same work whether or not there is such an account. Limited per " +
			"address and, for wrong passwords, per account: a correct password is refused as well until then.",
		MaxBodyBytes: maxAuthBody, Errors: []int{400, 401, 413, 422, 429, 503},
	}, h.login)
	huma.Register(s.huma, huma.Operation{
		OperationID: "refresh", Method: http.MethodPost, Path: "/auth/refresh", Tags: []string{"Auth"},
		Summary: "Exchange a refresh token for a new pair",
		Description: "Without refreshToken in the body the cookie pulsehub_refresh is used, from the web app's own origin " +
			"only. The token is dead afterwards. Within 10 s, the same client that presents it again (two tabs, a lost " +
			"answer) gets the same new refresh token; any other use of a dead token ends the session: 401 token_reused.",
		MaxBodyBytes: maxAuthBody, Errors: []int{400, 401, 403, 409, 413, 422, 503},
	}, h.refresh)
	huma.Register(s.huma, huma.Operation{
		OperationID: "logout", Method: http.MethodPost, Path: "/auth/logout", Tags: []string{"Auth"},
		Summary: "End this session", Security: bearer,
		Description:   "Its access tokens and refresh tokens are dead at once, and the cookie is removed.",
		DefaultStatus: http.StatusNoContent, MaxBodyBytes: maxAuthBody, Errors: []int{400, 401, 413, 422, 503},
	}, h.logout)
	huma.Register(s.huma, huma.Operation{
		OperationID: "list-sessions", Method: http.MethodGet, Path: "/auth/sessions", Tags: []string{"Auth"},
		Summary: "Where you are logged in, last used first", Security: bearer, Errors: []int{401, 422, 503},
	}, h.listSessions)
	huma.Register(s.huma, huma.Operation{
		OperationID: "end-sessions", Method: http.MethodDelete, Path: "/auth/sessions", Tags: []string{"Auth"},
		Summary: "Log out everywhere", Security: bearer,
		Description:   "Ends every session and its tokens at once; with keepCurrent=true every one but this.",
		DefaultStatus: http.StatusNoContent, Errors: []int{401, 422, 503},
	}, h.endSessions)
	huma.Register(s.huma, huma.Operation{
		OperationID: "end-session", Method: http.MethodDelete, Path: "/auth/sessions/{id}", Tags: []string{"Auth"},
		Summary: "Log out elsewhere", Security: bearer,
		Description:   "Ends one session and its tokens at once.",
		DefaultStatus: http.StatusNoContent, Errors: []int{401, 404, 503},
	}, h.endSession)
}

type authHandlers struct {
	accounts Accounts
	visitors Visitors
	claimer  ConversationClaimer
	cookies  Cookies
}

// Tokens are what a client calls with.
type Tokens struct {
	AccessToken  string `json:"accessToken" doc:"JWT for Authorization: Bearer"`
	RefreshToken string `json:"refreshToken" doc:"Opaque; good for one POST /auth/refresh"`
	ExpiresIn    int    `json:"expiresIn" doc:"Life of the access token, in seconds"`
}

// SignedIn is who is signed in, and with what.
type SignedIn struct {
	User   Profile `json:"user"`
	Tokens Tokens  `json:"tokens"`
}

type signedInOutput struct{ Body SignedIn }

type registerInput struct {
	Body struct {
		Email       string `json:"email" doc:"Trimmed and lowered" example:"ada@example.com"`
		Password    string `json:"password" doc:"10 to 128 characters, and not the e-mail address"`
		FirstName   string `json:"firstName" doc:"1 to 100 characters"`
		LastName    string `json:"lastName" doc:"1 to 100 characters"`
		CompanyName string `json:"companyName,omitempty" doc:"At most 200 characters; also names the workspace"`
	}
}

func (h authHandlers) register(ctx context.Context, in *registerInput) (*signedInOutput, error) {
	call := callOf(ctx)
	grant, err := h.accounts.Register(ctx, auth.RegisterInput{
		Email: in.Body.Email, Password: in.Body.Password,
		FirstName: in.Body.FirstName, LastName: in.Body.LastName, CompanyName: in.Body.CompanyName,
	}, call.client())
	if err != nil {
		return nil, err
	}
	h.claim(ctx, call, grant)
	return h.signedIn(call, grant), nil
}

type loginInput struct {
	Body struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
}

func (h authHandlers) login(ctx context.Context, in *loginInput) (*signedInOutput, error) {
	call := callOf(ctx)
	grant, err := h.accounts.Login(ctx, in.Body.Email, in.Body.Password, call.client())
	if err != nil {
		return nil, err
	}
	h.claim(ctx, call, grant)
	return h.signedIn(call, grant), nil
}

type refreshTokenInput struct {
	Body *struct {
		RefreshToken string `json:"refreshToken,omitempty" doc:"Empty: the cookie pulsehub_refresh is used"`
	}
}

func (h authHandlers) refresh(ctx context.Context, in *refreshTokenInput) (*signedInOutput, error) {
	call := callOf(ctx)
	token, fromCookie := "", false
	if in.Body != nil {
		token = in.Body.RefreshToken
	}
	if token == "" {
		token, fromCookie = call.cookie(refreshCookieName), true
	}
	if token == "" {
		return nil, apperr.New(apperr.Unauthenticated, "refresh_token_missing", "Please sign in: there is neither a refreshToken in the body nor a cookie.")
	}
	if fromCookie {
		if err := h.sameOrigin(call.request()); err != nil {
			return nil, err
		}
	}
	grant, err := h.accounts.Refresh(ctx, token, call.client())
	if err != nil {
		if fromCookie && apperr.Is(err, apperr.Unauthenticated) {
			call.setCookie(h.cookies.cookie(refreshCookieName, "", -1, http.SameSiteStrictMode))
		}
		return nil, err
	}
	return h.signedIn(call, grant), nil
}

func (h authHandlers) logout(ctx context.Context, in *refreshTokenInput) (*struct{}, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	token := ""
	if in.Body != nil {
		token = in.Body.RefreshToken
	}
	if err := h.accounts.Logout(ctx, p, token); err != nil {
		return nil, err
	}
	h.forget(ctx)
	return nil, nil
}

// Session is one log-in on one device.
type Session struct {
	ID         uuid.UUID `json:"id"`
	Device     string    `json:"device" doc:"Browser and system in words" example:"Chrome on Windows"`
	Address    string    `json:"address" doc:"IP address of the last log-in or refresh"`
	CreatedAt  time.Time `json:"createdAt"`
	LastUsedAt time.Time `json:"lastUsedAt" doc:"At most an access token's life behind"`
	Current    bool      `json:"current" doc:"The session this call was made with"`
}

func sessionFromDomain(s auth.Session, current uuid.UUID) Session {
	return Session{
		ID: s.ID, Device: s.Device(), Address: s.Address,
		CreatedAt: s.CreatedAt, LastUsedAt: s.LastUsedAt, Current: s.ID == current,
	}
}

type listSessionsOutput struct{ Body Page[Session] }

func (h authHandlers) listSessions(ctx context.Context, in *PageQuery) (*listSessionsOutput, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	sessions, next, err := h.accounts.ListSessions(ctx, p, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	return &listSessionsOutput{Body: pageOf(sessions, next, func(s auth.Session) Session {
		return sessionFromDomain(s, p.SessionID)
	})}, nil
}

type endSessionsInput struct {
	KeepCurrent bool `query:"keepCurrent" doc:"Leave the session of this call alone"`
}

func (h authHandlers) endSessions(ctx context.Context, in *endSessionsInput) (*struct{}, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.accounts.LogoutEverywhere(ctx, p, in.KeepCurrent); err != nil {
		return nil, err
	}
	if !in.KeepCurrent {
		h.forget(ctx)
	}
	return nil, nil
}

type endSessionInput struct {
	ID string `path:"id" doc:"Session"`
}

func (h authHandlers) endSession(ctx context.Context, in *endSessionInput) (*struct{}, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	id, err := parseID("session", in.ID)
	if err != nil {
		return nil, err
	}
	if err := h.accounts.EndSession(ctx, p, id); err != nil {
		return nil, err
	}
	if id == p.SessionID {
		h.forget(ctx)
	}
	return nil, nil
}

func (h authHandlers) signedIn(call call, g auth.Grant) *signedInOutput {
	call.setCookie(h.cookies.cookie(refreshCookieName, g.RefreshToken, time.Until(g.RefreshExpires), http.SameSiteStrictMode))
	call.gin.Header("Cache-Control", "no-store")
	return &signedInOutput{Body: SignedIn{
		User: profileFromDomain(g.User),
		Tokens: Tokens{
			AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, ExpiresIn: int(g.AccessTTL.Seconds()),
		},
	}}
}

// forget removes the refresh cookie.
func (h authHandlers) forget(ctx context.Context) {
	callOf(ctx).setCookie(h.cookies.cookie(refreshCookieName, "", -1, http.SameSiteStrictMode))
}

// claim gives the visitor's conversations to the user who just signed in. It never fails the sign-in: the cookie is
// kept until a claim succeeds, so the next sign-in tries again.
func (h authHandlers) claim(ctx context.Context, call call, g auth.Grant) {
	if h.visitors == nil || h.claimer == nil {
		return
	}
	visitor, ok := h.visitors.Read(call.cookie(visitorCookieName))
	if !ok {
		return
	}
	bounded, cancel := context.WithTimeout(ctx, claimTimeout)
	defer cancel()
	if err := h.claimer.ClaimConversations(bounded, visitor, g.User.Workspace.ID, g.User.ID); err != nil {
		slog.ErrorContext(ctx, "a visitor's conversations were not handed over; the next log-in tries again",
			"visitor_id", visitor, "workspace_id", g.User.Workspace.ID, "error", err)
		return
	}
	call.setCookie(h.cookies.cookie(visitorCookieName, "", -1, http.SameSiteLaxMode))
}

// sameOrigin refuses a browser's call from another site: a cookie must not be spent by a page that is not ours.
func (h authHandlers) sameOrigin(r *http.Request) error {
	protection := http.NewCrossOriginProtection()
	if u, err := url.Parse(h.cookies.PublicURL); err == nil && u.Host != "" {
		_ = protection.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	if err := protection.Check(r); err != nil {
		return apperr.Wrap(err, apperr.Forbidden, "cross_origin", "This call came from another site, so the cookie was not used.")
	}
	return nil
}

// cookie is out of reach for scripts; a negative age removes it.
func (k Cookies) cookie(name, value string, age time.Duration, sameSite http.SameSite) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: k.Secure, SameSite: sameSite, MaxAge: -1}
	if age > 0 {
		c.MaxAge = int(age.Seconds())
	}
	return c
}

// call is the HTTP side of an operation, for what typed inputs do not carry: who calls from where, and cookies, which
// are set on failures as well.
type call struct{ gin *gin.Context }

type callKey struct{}

func rememberCall(c huma.Context, next func(huma.Context)) {
	next(huma.WithValue(c, callKey{}, call{humagin.Unwrap(c)}))
}

func callOf(ctx context.Context) call {
	c, ok := ctx.Value(callKey{}).(call)
	if !ok {
		panic(errors.New("callOf outside an operation"))
	}
	return c
}

func (c call) request() *http.Request { return c.gin.Request }

func (c call) client() auth.Client {
	return auth.Client{Address: c.gin.ClientIP(), UserAgent: c.gin.Request.UserAgent()}
}

// cookie is the value of a cookie, or "".
func (c call) cookie(name string) string {
	cookie, err := c.gin.Request.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (c call) setCookie(cookie *http.Cookie) { http.SetCookie(c.gin.Writer, cookie) }
