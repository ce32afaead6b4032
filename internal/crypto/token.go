package crypto

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// NewToken is 256 random bits as 43 characters that are safe in URLs and cookies.
func NewToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// HashToken is what is stored of a random token: its SHA-256. A token of 256 random bits needs no slow hash.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// NewKey makes a key as AUTH_SIGNING_KEYS and SEALING_KEYS take it: a random key id, a colon, and 32 random bytes in
// base64.
func NewKey() string {
	var id [4]byte
	var key [32]byte
	_, _ = rand.Read(id[:])
	_, _ = rand.Read(key[:])
	return hex.EncodeToString(id[:]) + ":" + base64.StdEncoding.EncodeToString(key[:])
}
