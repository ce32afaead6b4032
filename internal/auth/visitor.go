package auth

import (
	"encoding/base64"
	"strings"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/crypto"
)

// Visitors makes and reads the cookie that an anonymous visitor's conversations are bound to. A cookie is an id and a
// message authentication code under SEALING_KEYS; it says nothing else and does not expire by itself.
type Visitors struct{ keys *crypto.Keyring }

// NewVisitors signs with the keyring's first key and reads what any of its keys signed.
func NewVisitors(keys *crypto.Keyring) *Visitors { return &Visitors{keys: keys} }

const visitorPurpose = "visitor"

// Issue makes a new visitor and the value of their cookie.
func (v *Visitors) Issue() (id uuid.UUID, cookieValue string) {
	id = uuid.Must(uuid.NewV7())
	keyID, mac := v.keys.MAC(visitorPurpose, id[:])
	return id, strings.Join([]string{
		"v1", keyID, base64.RawURLEncoding.EncodeToString(id[:]), base64.RawURLEncoding.EncodeToString(mac),
	}, ".")
}

// Read gives the visitor of a cookie; false for one that was not made here. The check takes constant time.
func (v *Visitors) Read(cookieValue string) (uuid.UUID, bool) {
	parts := strings.Split(cookieValue, ".")
	if len(cookieValue) > 256 || len(parts) != 4 || parts[0] != "v1" {
		return uuid.Nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return uuid.Nil, false
	}
	mac, err := base64.RawURLEncoding.Strict().DecodeString(parts[3])
	if err != nil {
		return uuid.Nil, false
	}
	id, err := uuid.FromBytes(raw)
	if err != nil || !v.keys.VerifyMAC(visitorPurpose, parts[1], id[:], mac) {
		return uuid.Nil, false
	}
	return id, true
}
