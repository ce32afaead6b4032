package auth

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/crypto"
)

const (
	accessTokenType = "at+jwt" // RFC 9068
	audience        = "pulsehub"
	// leeway is how far the clocks of two of our machines may be apart.
	leeway = 5 * time.Second
	// maxAccessToken bounds what is parsed at all; ours have about 550 bytes.
	maxAccessToken = 4096
)

// AccessTokensConfig is what access tokens are made with.
type AccessTokensConfig struct {
	Keys   *crypto.SigningKeys
	Issuer string // the public URL
	TTL    time.Duration
	Now    func() time.Time // nil is time.Now
}

// AccessTokens issues and reads access tokens: JWTs signed with Ed25519. It is safe for concurrent use.
type AccessTokens struct {
	keys   *crypto.SigningKeys
	issuer string
	ttl    time.Duration
	now    func() time.Time
	parser *jwt.Parser
}

// NewAccessTokens makes them.
func NewAccessTokens(cfg AccessTokensConfig) *AccessTokens {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &AccessTokens{keys: cfg.Keys, issuer: cfg.Issuer, ttl: cfg.TTL, now: cfg.Now, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(cfg.Issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithNotBeforeRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(cfg.Now),
	)}
}

type accessClaims struct {
	jwt.RegisteredClaims
	Workspace string `json:"workspace"`
	Session   string `json:"session"`
}

// Issue signs a new access token of a session.
func (a *AccessTokens) Issue(s Session) (string, error) {
	now := a.now()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    a.issuer,
			Subject:   s.UserID.String(),
			Audience:  jwt.ClaimStrings{audience},
			ExpiresAt: jwt.NewNumericDate(now.Add(a.ttl)),
			NotBefore: jwt.NewNumericDate(now),
			IssuedAt:  jwt.NewNumericDate(now),
			ID:        uuid.Must(uuid.NewV7()).String(),
		},
		Workspace: s.WorkspaceID.String(),
		Session:   s.ID.String(),
	})
	id, key := a.keys.Signer()
	token.Header["kid"], token.Header["typ"] = id, accessTokenType
	signed, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("signing an access token: %w", err)
	}
	return signed, nil
}

var (
	errTokenExpired = apperr.New(apperr.Unauthenticated, "token_expired", "This access token has expired. Get a new one with POST /auth/refresh.")
	errTokenInvalid = apperr.New(apperr.Unauthenticated, "token_invalid", "This is not an access token of this server. Please sign in again.")
	errTokenRevoked = apperr.New(apperr.Unauthenticated, "token_revoked", "This access token was revoked. Please sign in again.")
)

// Parse reads an access token: token_expired if it is ours and over, token_invalid for anything else that is not
// good. It does not know of revocations.
func (a *AccessTokens) Parse(text string) (Principal, error) {
	if len(text) > maxAccessToken {
		return Principal{}, errTokenInvalid
	}
	var claims accessClaims
	if _, err := a.parser.ParseWithClaims(text, &claims, a.key); err != nil {
		if errors.Is(err, jwt.ErrTokenExpired) && claims.Issuer == a.issuer {
			return Principal{}, errTokenExpired
		}
		return Principal{}, errTokenInvalid
	}
	p := Principal{ExpiresAt: claims.ExpiresAt.Time}
	for _, id := range []struct {
		to   *uuid.UUID
		text string
	}{{&p.UserID, claims.Subject}, {&p.WorkspaceID, claims.Workspace}, {&p.SessionID, claims.Session}, {&p.TokenID, claims.ID}} {
		parsed, err := uuid.Parse(id.text)
		if err != nil {
			return Principal{}, errTokenInvalid
		}
		*id.to = parsed
	}
	return p, nil
}

// key finds the key of a token whose header is exactly one that Issue writes.
func (a *AccessTokens) key(t *jwt.Token) (any, error) {
	typ, _ := t.Header["typ"].(string)
	id, _ := t.Header["kid"].(string)
	key, known := a.keys.Public(id)
	if typ != accessTokenType || !known || len(t.Header) != 3 {
		return ed25519.PublicKey(nil), errors.New("not a header of ours")
	}
	return key, nil
}
