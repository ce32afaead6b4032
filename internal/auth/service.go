package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/crypto"
)

// Users is where accounts are kept. Emails are normalised before they get here.
type Users interface {
	// CreateAccount writes workspace, user, session and refresh token: all or nothing. Conflict email_taken.
	CreateAccount(ctx context.Context, c Credentials, s Session, t RefreshToken) error
	// CredentialsByEmail is how log-in finds an account, the one look-up that knows no workspace yet. NotFound.
	CredentialsByEmail(ctx context.Context, email string) (Credentials, error)
	Credentials(ctx context.Context, workspaceID, userID uuid.UUID) (Credentials, error)
	UpdateProfile(ctx context.Context, workspaceID, userID uuid.UUID, change ProfileChange) (User, error)
	// ReplacePassword stores a new hash, if the hash is still what was verified (else Conflict), revokes every session
	// of the user and starts s in their stead, in one transaction. It answers the ids it blacklisted.
	ReplacePassword(ctx context.Context, verified string, c Credentials, s Session, t RefreshToken, blacklistUntil time.Time) ([]uuid.UUID, error)
}

// Sessions is where log-ins and their refresh tokens are kept.
type Sessions interface {
	// StartSession fails with NotFound if the user's hash is no longer what was verified.
	StartSession(ctx context.Context, verified string, s Session, t RefreshToken) error
	// RuleRefreshToken loads the family of a token under a lock, and does what rule says in the same transaction. It
	// answers the family as it was; NotFound for a token nobody knows.
	RuleRefreshToken(ctx context.Context, hash []byte, deadSince time.Time, rule func(Family) Ruling) (Family, error)
	ListSessions(ctx context.Context, workspaceID, userID uuid.UUID, now time.Time, limit int, cursor string) ([]Session, string, error)
	RevokeSessions(ctx context.Context, in RevokeInput) ([]uuid.UUID, error)
	// SessionOfRefreshToken is the user's session a token belongs to. NotFound, also for another user's.
	SessionOfRefreshToken(ctx context.Context, workspaceID, userID uuid.UUID, hash []byte) (uuid.UUID, error)
	DeleteExpired(ctx context.Context, before time.Time) (int64, error)
}

// RevokeInput says which of a user's sessions to end.
type RevokeInput struct {
	WorkspaceID uuid.UUID
	UserID      uuid.UUID
	Sessions    []uuid.UUID // nil is all
	Except      uuid.UUID
	Tokens      []Revocation // access tokens to blacklist besides
	Reason      string
	At          time.Time
	// BlacklistUntil is when the last access token of these sessions is over by itself.
	BlacklistUntil time.Time
}

// Passwords hashes. Hash and Verify are called between Acquire and its release. Verify does the same work for "" as for
// a hash, and answers false.
type Passwords interface {
	Acquire(ctx context.Context) (release func(), err error)
	Hash(password string) (string, error)
	Verify(password, hash string) (bool, error)
}

// Limiter counts acts by key: how long to wait, or 0. n <= 0 is no limit.
type Limiter interface {
	Take(ctx context.Context, key string, n int, per time.Duration) time.Duration
	Peek(ctx context.Context, key string, n int, per time.Duration) time.Duration
}

// Limits as in config.Limits; 0 is none.
type Limits struct {
	SignUpsPerAddress      int // a minute
	LoginsPerAddress       int // a minute
	FailedLoginsPerAccount int // in 15 minutes
}

const failedLoginPeriod = 15 * time.Minute

// Config is what the service is made of.
type Config struct {
	Users     Users
	Sessions  Sessions
	Blacklist *Blacklist
	Passwords Passwords
	Tokens    *AccessTokens
	Keys      *crypto.Keyring
	Limiter   Limiter
	Limits    Limits

	RefreshTokenTTL time.Duration
	// RefreshGrace is how long after its death a refresh token may be presented again by the same client. 0 is 10 s.
	RefreshGrace time.Duration
	Now          func() time.Time // nil is time.Now
}

// Service is everything one can do with an account. It is safe for concurrent use.
type Service struct {
	users     Users
	sessions  Sessions
	blacklist *Blacklist
	passwords Passwords
	tokens    *AccessTokens
	limiter   Limiter
	limits    Limits
	rotation  rotation
	now       func() time.Time
}

// NewService makes the service. Run its Blacklist beside it.
func NewService(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.RefreshGrace <= 0 {
		cfg.RefreshGrace = 10 * time.Second
	}
	return &Service{
		users: cfg.Users, sessions: cfg.Sessions, blacklist: cfg.Blacklist, passwords: cfg.Passwords,
		tokens: cfg.Tokens, limiter: cfg.Limiter, limits: cfg.Limits, now: cfg.Now,
		rotation: rotation{
			keys: cfg.Keys, ttl: cfg.RefreshTokenTTL, grace: cfg.RefreshGrace,
			blacklistFor: cfg.Tokens.ttl + time.Minute,
		},
	}
}

// Grant is what someone who proved who they are gets.
type Grant struct {
	User           User
	AccessToken    string
	AccessTTL      time.Duration
	RefreshToken   string
	RefreshExpires time.Time
}

// Authenticate says who an access token stands for. In the normal case it makes no round trip at all: it is on the path
// of every call.
func (s *Service) Authenticate(ctx context.Context, accessToken string) (Principal, error) {
	p, err := s.tokens.Parse(accessToken)
	if err != nil {
		return Principal{}, err
	}
	gone, err := s.blacklist.Revoked(ctx, p.TokenID, p.SessionID)
	if err != nil {
		return Principal{}, err
	}
	if gone {
		return Principal{}, errTokenRevoked
	}
	return p, nil
}

// Register makes a workspace and its first user, and logs them in. Conflict email_taken.
func (s *Service) Register(ctx context.Context, in RegisterInput, client Client) (Grant, error) {
	in, client = in.Normalize(), client.clean()
	if err := in.Validate(); err != nil {
		return Grant{}, err
	}
	if wait := s.limiter.Take(ctx, "signup:"+client.network(), s.limits.SignUpsPerAddress, time.Minute); wait > 0 {
		return Grant{}, limited("Too many sign-ups from this address.", wait)
	}
	hash, err := s.hash(ctx, in.Password)
	if err != nil {
		return Grant{}, err
	}
	user := User{
		ID: newID(), Email: in.Email, FirstName: in.FirstName, LastName: in.LastName, CompanyName: in.CompanyName,
		Workspace: Workspace{ID: newID(), Name: in.WorkspaceName(), TimeZone: "UTC", Currency: "EUR"},
		CreatedAt: s.moment(),
	}
	session, token, text := s.newSession(user, client)
	if err := s.users.CreateAccount(ctx, Credentials{User: user, PasswordHash: hash}, session, token); err != nil {
		return Grant{}, err
	}
	return s.grant(user, session, text)
}

// Login starts a session. A wrong address and a wrong password are the same to the caller, in words and in work.
func (s *Service) Login(ctx context.Context, email, password string, client Client) (Grant, error) {
	email, client = NormalizeEmail(email), client.clean()
	if wait := s.limiter.Take(ctx, "login:"+client.network(), s.limits.LoginsPerAddress, time.Minute); wait > 0 {
		return Grant{}, limited("Too many log-ins from this address.", wait)
	}
	found, err := s.users.CredentialsByEmail(ctx, email)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return Grant{}, err
	}
	right, err := s.verify(ctx, email, password, found.PasswordHash)
	if err != nil {
		return Grant{}, err
	}
	if !right {
		return Grant{}, errWrongCredentials
	}
	session, token, text := s.newSession(found.User, client)
	if err := s.sessions.StartSession(ctx, found.PasswordHash, session, token); err != nil {
		if apperr.Is(err, apperr.NotFound) { // the password was changed while it was verified
			return Grant{}, errWrongCredentials
		}
		return Grant{}, err
	}
	return s.grant(found.User, session, text)
}

var errWrongCredentials = apperr.New(apperr.Unauthenticated, "wrong_credentials", "The e-mail address or the password is wrong.")

// Refresh exchanges a refresh token for a new pair; see rotation for what happens to one that is presented twice.
func (s *Service) Refresh(ctx context.Context, refreshToken string, client Client) (Grant, error) {
	now, client := s.moment(), client.clean()
	var (
		ruling Ruling
		next   string
		found  verdict
	)
	family, err := s.sessions.RuleRefreshToken(ctx, crypto.HashToken(refreshToken), now.Add(-s.rotation.grace), func(f Family) Ruling {
		ruling, next, found = s.rotation.rule(f, refreshToken, client, now)
		return ruling
	})
	if apperr.Is(err, apperr.NotFound) {
		return Grant{}, refused("token_invalid", "This refresh token is not known. Please sign in again.")
	}
	if err != nil {
		return Grant{}, err
	}
	session := family.Session
	switch found {
	case expired:
		return Grant{}, refused("token_expired", "This session has expired. Please sign in again.")
	case revoked:
		return Grant{}, refused("token_revoked", "This session was ended. Please sign in again.")
	case raced:
		return Grant{}, apperr.New(apperr.Conflict, "refresh_raced", "This token was exchanged a moment ago. Use the newer one.")
	case reused:
		slog.WarnContext(ctx, "a dead refresh token was presented; its session is revoked", "session_id", session.ID, "workspace_id", session.WorkspaceID)
		s.announce(ctx, ruling.BlacklistUntil, session.ID)
		return Grant{}, refused("token_reused", "This refresh token was used before, so its session was ended. Please sign in again.")
	}
	if ruling.Session != nil {
		session = *ruling.Session
	}
	c, err := s.users.Credentials(ctx, session.WorkspaceID, session.UserID)
	if err != nil {
		return Grant{}, err
	}
	return s.grant(c.User, session, next)
}

// Logout ends the caller's session, and the one of refreshToken if that is another of the same user. Its access tokens
// are dead when it returns.
func (s *Service) Logout(ctx context.Context, p Principal, refreshToken string) error {
	ending := []uuid.UUID{p.SessionID}
	if refreshToken != "" {
		other, err := s.sessions.SessionOfRefreshToken(ctx, p.WorkspaceID, p.UserID, crypto.HashToken(refreshToken))
		switch {
		case err == nil:
			ending = append(ending, other)
		case !apperr.Is(err, apperr.NotFound):
			return err
		}
	}
	_, err := s.revoke(ctx, RevokeInput{
		WorkspaceID: p.WorkspaceID, UserID: p.UserID, Sessions: ending, Reason: reasonLogout,
		Tokens: []Revocation{{ID: p.TokenID, Until: p.ExpiresAt.Add(time.Minute)}},
	})
	return err
}

// EndSession ends one of the caller's sessions; NotFound if it is none, or has ended.
func (s *Service) EndSession(ctx context.Context, p Principal, sessionID uuid.UUID) error {
	ended, err := s.revoke(ctx, RevokeInput{
		WorkspaceID: p.WorkspaceID, UserID: p.UserID, Sessions: []uuid.UUID{sessionID}, Reason: reasonLogout,
	})
	if err == nil && len(ended) == 0 {
		return apperr.NoSuch("session")
	}
	return err
}

// LogoutEverywhere ends every session of the caller, or every other one.
func (s *Service) LogoutEverywhere(ctx context.Context, p Principal, keepThis bool) error {
	in := RevokeInput{WorkspaceID: p.WorkspaceID, UserID: p.UserID, Reason: reasonLogout}
	if keepThis {
		in.Except = p.SessionID
	}
	_, err := s.revoke(ctx, in)
	return err
}

// ListSessions is the caller's live sessions, last used first.
func (s *Service) ListSessions(ctx context.Context, p Principal, limit int, cursor string) ([]Session, string, error) {
	return s.sessions.ListSessions(ctx, p.WorkspaceID, p.UserID, s.moment(), limit, cursor)
}

// Profile is the caller.
func (s *Service) Profile(ctx context.Context, p Principal) (User, error) {
	c, err := s.users.Credentials(ctx, p.WorkspaceID, p.UserID)
	return c.User, err
}

// UpdateProfile changes what is given. Conflict email_taken; Forbidden wrong_password.
func (s *Service) UpdateProfile(ctx context.Context, p Principal, change ProfileChange) (User, error) {
	change = change.Normalize()
	if err := change.Validate(); err != nil {
		return User{}, err
	}
	if change.Email != nil {
		if _, err := s.prove(ctx, p, "body.password", change.Password); err != nil {
			return User{}, err
		}
	}
	return s.users.UpdateProfile(ctx, p.WorkspaceID, p.UserID, change)
}

// ChangePassword ends every session of the caller and every token issued before, and starts a new session for the
// device that made the call.
func (s *Service) ChangePassword(ctx context.Context, p Principal, current, next string, client Client) (Grant, error) {
	found, err := s.prove(ctx, p, "body.currentPassword", current)
	if err != nil {
		return Grant{}, err
	}
	if err := ValidatePassword("body.newPassword", next, found.User.Email); err != nil {
		return Grant{}, err
	}
	hash, err := s.hash(ctx, next)
	if err != nil {
		return Grant{}, err
	}
	session, token, text := s.newSession(found.User, client.clean())
	until := session.CreatedAt.Add(s.rotation.blacklistFor)
	ended, err := s.users.ReplacePassword(ctx, found.PasswordHash, Credentials{User: found.User, PasswordHash: hash}, session, token, until)
	if err != nil {
		return Grant{}, err
	}
	s.announce(ctx, until, ended...)
	return s.grant(found.User, session, text)
}

// DeleteExpired removes sessions, refresh tokens and revocations that were over before then, and says how many. It may
// be called at any time, by anyone, again.
func (s *Service) DeleteExpired(ctx context.Context, before time.Time) (int64, error) {
	return s.sessions.DeleteExpired(ctx, before)
}

func (s *Service) revoke(ctx context.Context, in RevokeInput) ([]uuid.UUID, error) {
	in.At = s.moment()
	in.BlacklistUntil = in.At.Add(s.rotation.blacklistFor)
	ended, err := s.sessions.RevokeSessions(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := s.blacklist.Announce(ctx, in.Tokens); err != nil {
		slog.WarnContext(ctx, "revocations reach other processes through Postgres", "error", err)
	}
	s.announce(ctx, in.BlacklistUntil, ended...)
	return ended, nil
}

// announce is best effort: what is committed reaches every process within a second anyway.
func (s *Service) announce(ctx context.Context, until time.Time, ids ...uuid.UUID) {
	revocations := make([]Revocation, 0, len(ids))
	for _, id := range ids {
		revocations = append(revocations, Revocation{ID: id, Until: until})
	}
	if err := s.blacklist.Announce(ctx, revocations); err != nil {
		slog.WarnContext(ctx, "revocations reach other processes through Postgres", "error", err)
	}
}

// prove checks the caller's password.
func (s *Service) prove(ctx context.Context, p Principal, field, password string) (Credentials, error) {
	found, err := s.users.Credentials(ctx, p.WorkspaceID, p.UserID)
	if err != nil {
		return Credentials{}, err
	}
	right, err := s.verify(ctx, found.User.Email, password, found.PasswordHash)
	if err != nil {
		return Credentials{}, err
	}
	if !right {
		return Credentials{}, apperr.New(apperr.Forbidden, "wrong_password", "The current password is wrong.").
			WithField(field, "give your current password", nil)
	}
	return found, nil
}

// verify does the same whether or not there is a hash: one look at the account's limit, one hash, and one count if the
// password was wrong. All of it happens in the hashing slot, so that guesses made at once cannot run past the limit by
// more than the number of slots.
func (s *Service) verify(ctx context.Context, email, password, hash string) (bool, error) {
	release, err := s.passwords.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	account := sha256.Sum256([]byte(email))
	key := "failed:" + hex.EncodeToString(account[:16])
	if wait := s.limiter.Peek(ctx, key, s.limits.FailedLoginsPerAccount, failedLoginPeriod); wait > 0 {
		return false, limited("Too many wrong passwords for this account.", wait)
	}
	right := false
	if len(password) <= 4*maxPassword { // no longer one was ever accepted
		right, err = s.passwords.Verify(password, hash)
	} else {
		_, err = s.passwords.Verify("", "")
	}
	if err == nil && !right {
		s.limiter.Take(ctx, key, s.limits.FailedLoginsPerAccount, failedLoginPeriod)
	}
	return right, err
}

func (s *Service) hash(ctx context.Context, password string) (string, error) {
	release, err := s.passwords.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return s.passwords.Hash(password)
}

func (s *Service) newSession(u User, client Client) (Session, RefreshToken, string) {
	now := s.moment()
	session := Session{
		ID: newID(), WorkspaceID: u.Workspace.ID, UserID: u.ID, UserAgent: client.UserAgent, Address: client.Address,
		CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(s.rotation.ttl),
	}
	text := crypto.NewToken()
	return session, *newRefreshToken(text, session), text
}

func (s *Service) grant(u User, session Session, refreshToken string) (Grant, error) {
	access, err := s.tokens.Issue(session)
	if err != nil {
		return Grant{}, err
	}
	return Grant{
		User: u, AccessToken: access, AccessTTL: s.tokens.ttl,
		RefreshToken: refreshToken, RefreshExpires: session.ExpiresAt,
	}, nil
}

// moment is now as Postgres keeps it.
func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func limited(what string, wait time.Duration) error {
	wait = wait.Round(time.Second) + time.Second
	return apperr.New(apperr.RateLimited, "rate_limited", "%s Please try again in %s.", what, wait).WithRetryAfter(wait)
}

func refused(code, message string) error {
	return apperr.New(apperr.Unauthenticated, code, "%s", message)
}
