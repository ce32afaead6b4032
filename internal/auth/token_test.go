package auth_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/auth"
	"github.com/pulsehub/pulsehub/internal/crypto"
)

const issuer = "https://pulsehub.example"

type tokenBundle struct {
	tokens  *auth.AccessTokens
	keys    *crypto.SigningKeys
	session auth.Session
	now     time.Time
}

func setupTokens(t testing.TB) *tokenBundle {
	t.Helper()
	keys, err := crypto.ParseSigningKeys([]string{crypto.NewKey()})
	require.NoError(t, err)
	b := &tokenBundle{
		keys: keys, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		session: auth.Session{ID: uuid.New(), UserID: uuid.New(), WorkspaceID: uuid.New()},
	}
	b.tokens = auth.NewAccessTokens(auth.AccessTokensConfig{
		Keys: keys, Issuer: issuer, TTL: 15 * time.Minute, Now: func() time.Time { return b.now },
	})
	return b
}

// sign makes a token of our own signing key with whatever header and claims.
func (b *tokenBundle) sign(t testing.TB, method jwt.SigningMethod, key any, change func(header, claims map[string]any)) string {
	t.Helper()
	id, signer := b.keys.Signer()
	if key == nil {
		key = signer
	}
	token := jwt.NewWithClaims(method, jwt.MapClaims{
		"iss": issuer, "aud": "pulsehub", "sub": b.session.UserID.String(), "workspace": b.session.WorkspaceID.String(),
		"session": b.session.ID.String(), "jti": uuid.NewString(),
		"iat": b.now.Unix(), "nbf": b.now.Unix(), "exp": b.now.Add(time.Minute).Unix(),
	})
	token.Header["typ"], token.Header["kid"] = "at+jwt", id
	if change != nil {
		change(token.Header, token.Claims.(jwt.MapClaims))
	}
	signed, err := token.SignedString(key)
	require.NoError(t, err)
	return signed
}

func TestAccessTokenSaysWhoItIs(t *testing.T) {
	b := setupTokens(t)
	text, err := b.tokens.Issue(b.session)
	require.NoError(t, err)
	p, err := b.tokens.Parse(text)
	require.NoError(t, err)
	require.Equal(t, b.session.UserID, p.UserID)
	require.Equal(t, b.session.WorkspaceID, p.WorkspaceID)
	require.Equal(t, b.session.ID, p.SessionID)
	require.NotEqual(t, uuid.Nil, p.TokenID)
	require.True(t, b.now.Add(15*time.Minute).Equal(p.ExpiresAt))

	again, err := b.tokens.Issue(b.session)
	require.NoError(t, err)
	q, err := b.tokens.Parse(again)
	require.NoError(t, err)
	require.NotEqual(t, p.TokenID, q.TokenID)

	_, err = b.tokens.Parse(b.sign(t, jwt.SigningMethodEdDSA, nil, nil))
	require.NoError(t, err, "what the refusals below are variations of")
}

func TestAccessTokensRefused(t *testing.T) {
	b := setupTokens(t)
	good, err := b.tokens.Issue(b.session)
	require.NoError(t, err)
	parts := strings.Split(good, ".")
	_, stranger, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	id, signer := b.keys.Signer()
	public, _ := b.keys.Public(id)
	header := func(name string, value any) func(header, claims map[string]any) {
		return func(h, _ map[string]any) { h[name] = value }
	}
	claim := func(name string, value any) func(header, claims map[string]any) {
		return func(_, c map[string]any) {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		}
	}
	ours := func(change func(header, claims map[string]any)) string {
		return b.sign(t, jwt.SigningMethodEdDSA, nil, change)
	}
	visitors := auth.NewVisitors(sealingKeys(t))
	_, visitor := visitors.Issue()
	unsigned := b.sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil)

	for name, tc := range map[string]struct{ token, code string }{
		"nothing":                   {"", "token_invalid"},
		"not a token":               {"abc", "token_invalid"},
		"dots":                      {"..", "token_invalid"},
		"a refresh token":           {crypto.NewToken(), "token_invalid"},
		"a visitor cookie":          {visitor, "token_invalid"},
		"too long":                  {good + strings.Repeat("a", 5000), "token_invalid"},
		"alg none":                  {unsigned, "token_invalid"},
		"alg none, our signature":   {swapHeader(t, good, "alg", "none"), "token_invalid"},
		"alg None":                  {swapHeader(t, unsigned, "alg", "None"), "token_invalid"},
		"HS256 with our public key": {b.sign(t, jwt.SigningMethodHS256, []byte(public), nil), "token_invalid"},
		"HS256 with our seed":       {b.sign(t, jwt.SigningMethodHS256, signer.Seed(), nil), "token_invalid"},
		"a stranger's key":          {b.sign(t, jwt.SigningMethodEdDSA, stranger, nil), "token_invalid"},
		"an unknown key id":         {ours(header("kid", "other")), "token_invalid"},
		"no key id":                 {ours(func(h, _ map[string]any) { delete(h, "kid") }), "token_invalid"},
		"a key id that is no text":  {ours(header("kid", 1)), "token_invalid"},
		"type JWT":                  {ours(header("typ", "JWT")), "token_invalid"},
		"type visitor":              {ours(header("typ", "visitor+jwt")), "token_invalid"},
		"no type":                   {ours(func(h, _ map[string]any) { delete(h, "typ") }), "token_invalid"},
		"a critical extension":      {ours(header("crit", []string{"b64"})), "token_invalid"},
		"a key of its own":          {ours(header("jwk", map[string]string{"kty": "OKP"})), "token_invalid"},
		"another issuer":            {ours(claim("iss", "https://evil.example")), "token_invalid"},
		"no issuer":                 {ours(claim("iss", nil)), "token_invalid"},
		"another audience":          {ours(claim("aud", "elsewhere")), "token_invalid"},
		"no audience":               {ours(claim("aud", nil)), "token_invalid"},
		"no expiry":                 {ours(claim("exp", nil)), "token_invalid"},
		"no not-before":             {ours(claim("nbf", nil)), "token_invalid"},
		"not yet":                   {ours(claim("nbf", b.now.Add(time.Minute).Unix())), "token_invalid"},
		"issued in the future":      {ours(claim("iat", b.now.Add(time.Minute).Unix())), "token_invalid"},
		"expired":                   {ours(claim("exp", b.now.Add(-6*time.Second).Unix())), "token_expired"},
		"expired, another issuer": {ours(func(_, c map[string]any) {
			c["iss"], c["exp"] = "https://evil.example", b.now.Add(-time.Hour).Unix()
		}), "token_invalid"},
		"no subject":          {ours(claim("sub", nil)), "token_invalid"},
		"no workspace":        {ours(claim("workspace", nil)), "token_invalid"},
		"no session":          {ours(claim("session", "x")), "token_invalid"},
		"no id":               {ours(claim("jti", nil)), "token_invalid"},
		"no signature":        {parts[0] + "." + parts[1] + ".", "token_invalid"},
		"a changed claim":     {swapClaim(t, good, "workspace", uuid.NewString()), "token_invalid"},
		"a changed signature": {parts[0] + "." + parts[1] + "." + flip(parts[2]), "token_invalid"},
		"padding":             {good + "==", "token_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := b.tokens.Parse(tc.token)
			require.True(t, apperr.Is(err, apperr.Unauthenticated), "%v", err)
			require.Equal(t, tc.code, apperr.From(err).Code)
			require.Zero(t, p)
		})
	}

	b.now = b.now.Add(15*time.Minute + 6*time.Second)
	_, err = b.tokens.Parse(good)
	require.Equal(t, "token_expired", apperr.From(err).Code)
}

func TestSigningKeysRotate(t *testing.T) {
	first, second := crypto.NewKey(), crypto.NewKey()
	tokens := func(keys ...string) *auth.AccessTokens {
		parsed, err := crypto.ParseSigningKeys(keys)
		require.NoError(t, err)
		return auth.NewAccessTokens(auth.AccessTokensConfig{Keys: parsed, Issuer: issuer, TTL: time.Minute})
	}
	before, err := tokens(first).Issue(auth.Session{})
	require.NoError(t, err)
	_, err = tokens(second, first).Parse(before)
	require.NoError(t, err, "the old key verifies")
	after, err := tokens(second, first).Issue(auth.Session{})
	require.NoError(t, err)
	_, err = tokens(first).Parse(after)
	require.Error(t, err, "the new key signs")
	_, err = tokens(second).Parse(before)
	require.Equal(t, "token_invalid", apperr.From(err).Code, "the old key is gone")
}

func TestVisitorCookies(t *testing.T) {
	first, second := crypto.NewKey(), crypto.NewKey()
	ring := func(keys ...string) *auth.Visitors {
		parsed, err := crypto.ParseKeyring(keys)
		require.NoError(t, err)
		return auth.NewVisitors(parsed)
	}
	v := ring(first)
	id, cookie := v.Issue()
	other, otherCookie := v.Issue()
	require.NotEqual(t, id, other)

	got, ok := ring(second, first).Read(cookie)
	require.True(t, ok, "an older key verifies")
	require.Equal(t, id, got)
	_, ok = ring(second).Read(cookie)
	require.False(t, ok, "the key is gone")

	parts, otherParts := strings.Split(cookie, "."), strings.Split(otherCookie, ".")
	for name, forged := range map[string]string{
		"nothing":            "",
		"no code":            strings.Join(parts[:3], "."),
		"an empty code":      strings.Join(parts[:3], ".") + ".",
		"another's code":     strings.Join(append(parts[:3:3], otherParts[3]), "."),
		"another's id":       strings.Join([]string{parts[0], parts[1], otherParts[2], parts[3]}, "."),
		"another version":    "v2" + strings.TrimPrefix(cookie, "v1"),
		"an unknown key":     strings.Join([]string{parts[0], "nokey", parts[2], parts[3]}, "."),
		"more":               cookie + ".x",
		"a plain id":         id.String(),
		"long":               cookie + strings.Repeat("A", 300),
		"not base64":         strings.Join([]string{parts[0], parts[1], "%%%", parts[3]}, "."),
		"a code with a tail": cookie + "A",
	} {
		_, ok := v.Read(forged)
		require.False(t, ok, name)
	}
}

func FuzzAccessTokens(f *testing.F) {
	b := setupTokens(f)
	good, err := b.tokens.Issue(b.session)
	require.NoError(f, err)
	f.Add(good)
	f.Add(swapHeader(f, good, "alg", "none"))
	f.Add(swapClaim(f, good, "exp", "soon"))
	f.Add("")
	f.Add("..")
	f.Add(good[:len(good)-1])
	f.Fuzz(func(t *testing.T, text string) {
		p, err := b.tokens.Parse(text)
		if text == good {
			require.NoError(t, err)
			return
		}
		// Nobody can sign but us, so whatever else there is must be refused as such and give nothing.
		require.True(t, apperr.Is(err, apperr.Unauthenticated), "%q: %v", text, err)
		require.Zero(t, p)
	})
}

func FuzzVisitorCookies(f *testing.F) {
	v := auth.NewVisitors(sealingKeys(f))
	id, good := v.Issue()
	f.Add(good)
	f.Add("v1.k.AAAA.AAAA")
	f.Add("...")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := v.Read(text)
		require.Equal(t, text == good, ok, "%q", text)
		if ok {
			require.Equal(t, id, got)
		}
	})
}

func sealingKeys(t testing.TB) *crypto.Keyring {
	t.Helper()
	keys, err := crypto.ParseKeyring([]string{crypto.NewKey()})
	require.NoError(t, err)
	return keys
}

func swapHeader(t testing.TB, token, name string, value any) string {
	t.Helper()
	parts := strings.Split(token, ".")
	parts[0] = swapMember(t, parts[0], name, value)
	return strings.Join(parts, ".")
}

func swapClaim(t testing.TB, token, name string, value any) string {
	t.Helper()
	parts := strings.Split(token, ".")
	parts[1] = swapMember(t, parts[1], name, value)
	return strings.Join(parts, ".")
}

func swapMember(t testing.TB, part, name string, value any) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(t, err)
	members := map[string]any{}
	require.NoError(t, json.Unmarshal(raw, &members))
	members[name] = value
	raw, err = json.Marshal(members)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func flip(s string) string {
	b := []byte(s)
	if b[0] == 'A' {
		b[0] = 'B'
	} else {
		b[0] = 'A'
	}
	return string(b)
}
