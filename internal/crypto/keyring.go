package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrSealed is a sealed value that cannot be opened: damaged, moved to another place, or of a key that is gone.
var ErrSealed = errors.New("this value cannot be opened with the keys in SEALING_KEYS")

// Keyring seals values at rest with AES-256-GCM and makes message authentication codes. The first key seals and signs;
// all of them open and verify, so a key is rotated by putting a new one in front and removing the old one once nothing
// needs it.
type Keyring struct {
	keys []sealingKey
	byID map[string]sealingKey
}

type sealingKey struct {
	id   string
	raw  []byte
	aead cipher.AEAD
}

// ParseKeyring reads SEALING_KEYS.
func ParseKeyring(pairs []string) (*Keyring, error) {
	named, err := parseKeys("SEALING_KEYS", pairs)
	if err != nil {
		return nil, err
	}
	k := &Keyring{byID: map[string]sealingKey{}}
	for _, n := range named {
		aead, err := newAEAD(n.raw)
		if err != nil {
			return nil, fmt.Errorf("SEALING_KEYS: key %s: %w", n.id, err)
		}
		key := sealingKey{id: n.id, raw: n.raw, aead: aead}
		k.keys = append(k.keys, key)
		k.byID[n.id] = key
	}
	return k, nil
}

func newAEAD(raw []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(derive(raw, "seal"))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// derive keeps the uses of one key apart.
func derive(raw []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, raw, nil, "pulsehub/"+purpose, 32)
	if err != nil {
		panic(err) // 32 bytes are always within HKDF's bounds
	}
	return key
}

const sealVersion = 1

// Seal encrypts and authenticates plaintext. place says where the value belongs (table, row): it opens nowhere else.
func (k *Keyring) Seal(plaintext []byte, place string) []byte {
	key := k.keys[0]
	out := append([]byte{sealVersion, byte(len(key.id))}, key.id...)
	head := len(out)
	out = append(out, make([]byte, key.aead.NonceSize())...)
	_, _ = rand.Read(out[head:])
	return key.aead.Seal(out, out[head:], plaintext, additional(out[:head], place))
}

// Open reverses Seal. Every failure is ErrSealed.
func (k *Keyring) Open(sealed []byte, place string) ([]byte, error) {
	key, head, ok := k.keyOf(sealed)
	if !ok || len(sealed) < head+key.aead.NonceSize() {
		return nil, ErrSealed
	}
	nonce, text := sealed[head:head+key.aead.NonceSize()], sealed[head+key.aead.NonceSize():]
	plaintext, err := key.aead.Open(nil, nonce, text, additional(sealed[:head], place))
	if err != nil {
		return nil, ErrSealed
	}
	return plaintext, nil
}

// Current tells whether a value was sealed with the first key; others are to be opened and sealed again before their
// key is removed.
func (k *Keyring) Current(sealed []byte) bool {
	key, _, ok := k.keyOf(sealed)
	return ok && key.id == k.keys[0].id
}

func (k *Keyring) keyOf(sealed []byte) (key sealingKey, head int, ok bool) {
	if len(sealed) < 2 || sealed[0] != sealVersion || len(sealed) < 2+int(sealed[1]) {
		return sealingKey{}, 0, false
	}
	head = 2 + int(sealed[1])
	key, ok = k.byID[string(sealed[2:head])]
	return key, head, ok
}

func additional(head []byte, place string) []byte {
	return append(append([]byte{}, head...), place...)
}

// MAC authenticates data for one purpose, and names the key it used. A code for one purpose is worth nothing in another.
func (k *Keyring) MAC(purpose string, data []byte) (keyID string, mac []byte) {
	return k.keys[0].id, k.keys[0].mac(purpose, data)
}

// VerifyMAC checks a code in constant time.
func (k *Keyring) VerifyMAC(purpose, keyID string, data, mac []byte) bool {
	key, ok := k.byID[keyID]
	return ok && hmac.Equal(mac, key.mac(purpose, data))
}

func (key sealingKey) mac(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, derive(key.raw, "mac/"+purpose))
	h.Write(data)
	return h.Sum(nil)
}
