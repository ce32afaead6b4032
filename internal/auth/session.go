package auth

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/mileusna/useragent"

	"github.com/pulsehub/pulsehub/internal/crypto"
)

// Client is the device a call comes from.
type Client struct {
	Address   string // IP
	UserAgent string
}

const maxUserAgent = 400

// clean makes a client fit to be stored.
func (c Client) clean() Client {
	c.UserAgent = strings.ReplaceAll(strings.ToValidUTF8(c.UserAgent, "�"), "\x00", "")
	if runes := []rune(c.UserAgent); len(runes) > maxUserAgent {
		c.UserAgent = string(runes[:maxUserAgent])
	}
	return c
}

// network is what limits count by: the address, or for IPv6 the /64 that one customer of a provider gets.
func (c Client) network() string {
	addr, err := netip.ParseAddr(c.Address)
	if err != nil {
		return c.Address
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		prefix, _ := addr.Prefix(64)
		return prefix.String()
	}
	return addr.String()
}

// Session is one log-in on one device: the family of its refresh tokens.
type Session struct {
	ID            uuid.UUID
	WorkspaceID   uuid.UUID
	UserID        uuid.UUID
	UserAgent     string
	Address       string
	CreatedAt     time.Time
	LastUsedAt    time.Time // log-in or last refresh, so at most an access token's life behind
	ExpiresAt     time.Time
	RevokedAt     *time.Time
	RevokedReason string
}

// Device is the session's browser and system in words, such as "Chrome on Windows".
func (s Session) Device() string {
	ua := useragent.Parse(s.UserAgent)
	system := ua.OS
	if ua.Device != "" && (ua.Mobile || ua.Tablet) {
		system = ua.Device
	}
	switch {
	case ua.Name != "" && system != "":
		return ua.Name + " on " + system
	case ua.Name != "":
		return ua.Name
	case system != "":
		return system
	}
	return "Unknown device"
}

// Reasons for which a session is revoked.
const (
	reasonLogout   = "logout"
	reasonReuse    = "refresh_token_reuse"
	reasonPassword = "password_changed"
)

// RefreshToken is what is kept of one: never the token itself.
type RefreshToken struct {
	Hash      []byte // SHA-256
	SessionID uuid.UUID
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time // when it was exchanged for its successor; it is dead from then on
	// Seed is sealed, and set when the token dies: with the token itself it gives the successor (see successor).
	Seed []byte
}

// Family is a session and those of its refresh tokens that matter now: the one presented, the live one, and those that
// died within the grace.
type Family struct {
	Session Session
	Tokens  []RefreshToken
}

func (f Family) token(hash []byte) (RefreshToken, bool) {
	for _, t := range f.Tokens {
		if bytes.Equal(t.Hash, hash) {
			return t, true
		}
	}
	return RefreshToken{}, false
}

// Ruling is what to do with a family after one of its tokens was presented. The zero Ruling changes nothing.
type Ruling struct {
	// Dead is the presented token with UsedAt and Seed set, and Next its successor; both or neither.
	Dead, Next *RefreshToken
	// Session has the new last use, expiry and device; nil leaves it.
	Session *Session
	// Revoke ends the session for this reason; its id is blacklisted until BlacklistUntil.
	Revoke         string
	BlacklistUntil time.Time
}

type verdict int

const (
	granted verdict = iota
	raced           // the grace applies and the successor cannot be told: nothing is revoked
	expired
	revoked
	reused
)

// rotation rules on presented refresh tokens.
//
// A live token dies and gets a successor. A dead one means that two parties hold it, so the family is revoked, except
// within the grace after its death and from the same user agent: two tabs that refresh at once, or a client that lost
// the answer and asks again. Those get the family's live token, the very same one the first caller got. A family thus
// never forks: there is one live token at any time, so a thief and the owner always collide at the next refresh, also
// when the thief was within the grace.
//
// To give the same successor again without storing it, a successor is HMAC-SHA256(dead token, seed), with 256 random
// bits as the seed, kept sealed in the dead token's row. The database alone gives no token, nor does the database with
// the sealing keys: it takes the dead token, too.
type rotation struct {
	keys         *crypto.Keyring
	ttl          time.Duration
	grace        time.Duration
	blacklistFor time.Duration
}

// rule decides; next is the token to hand out when the verdict is granted.
func (r rotation) rule(f Family, presented string, client Client, now time.Time) (ruling Ruling, next string, v verdict) {
	token, ok := f.token(crypto.HashToken(presented))
	switch {
	case !ok:
		return Ruling{}, "", expired
	case f.Session.RevokedAt != nil:
		return Ruling{}, "", revoked
	case !now.Before(token.ExpiresAt) || !now.Before(f.Session.ExpiresAt):
		return Ruling{}, "", expired
	case token.UsedAt == nil:
		ruling, next = r.rotate(f.Session, token, presented, client, now)
		return ruling, next, granted
	case now.Sub(*token.UsedAt) > r.grace || client.UserAgent != f.Session.UserAgent:
		return Ruling{Revoke: reasonReuse, BlacklistUntil: now.Add(r.blacklistFor)}, "", reused
	}
	if next, ok = r.live(f, token, presented); !ok {
		return Ruling{}, "", raced
	}
	return Ruling{}, next, granted
}

func (r rotation) rotate(s Session, t RefreshToken, presented string, client Client, now time.Time) (Ruling, string) {
	seed := []byte(crypto.NewToken())
	next := successor(presented, seed)
	t.UsedAt, t.Seed = &now, r.keys.Seal(seed, place(t))
	s.LastUsedAt, s.ExpiresAt = now, now.Add(r.ttl)
	s.UserAgent, s.Address = client.UserAgent, client.Address
	return Ruling{Dead: &t, Next: newRefreshToken(next, s), Session: &s}, next
}

// live follows the successors of a token that died within the grace to the one that is alive.
func (r rotation) live(f Family, t RefreshToken, text string) (string, bool) {
	for range f.Tokens {
		seed, err := r.keys.Open(t.Seed, place(t))
		if err != nil {
			return "", false
		}
		text = successor(text, seed)
		next, ok := f.token(crypto.HashToken(text))
		if !ok {
			return "", false
		}
		if next.UsedAt == nil {
			return text, true
		}
		t = next
	}
	return "", false
}

func successor(dead string, seed []byte) string {
	h := hmac.New(sha256.New, []byte(dead))
	h.Write(seed)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func place(t RefreshToken) string { return "refresh_tokens.seed/" + string(t.Hash) }

func newRefreshToken(text string, s Session) *RefreshToken {
	return &RefreshToken{Hash: crypto.HashToken(text), SessionID: s.ID, CreatedAt: s.LastUsedAt, ExpiresAt: s.ExpiresAt}
}
