package crypto

import "crypto/ed25519"

// SigningKeys are Ed25519 keys by id. The first signs, all verify.
type SigningKeys struct {
	id     string
	signer ed25519.PrivateKey
	public map[string]ed25519.PublicKey
}

// ParseSigningKeys reads AUTH_SIGNING_KEYS: seeds of 32 bytes (RFC 8032).
func ParseSigningKeys(pairs []string) (*SigningKeys, error) {
	named, err := parseKeys("AUTH_SIGNING_KEYS", pairs)
	if err != nil {
		return nil, err
	}
	k := &SigningKeys{
		id:     named[0].id,
		signer: ed25519.NewKeyFromSeed(named[0].raw),
		public: map[string]ed25519.PublicKey{},
	}
	for _, n := range named {
		k.public[n.id] = ed25519.NewKeyFromSeed(n.raw).Public().(ed25519.PublicKey)
	}
	return k, nil
}

// Signer is the key that signs, and its id.
func (k *SigningKeys) Signer() (keyID string, key ed25519.PrivateKey) { return k.id, k.signer }

// Public is the verifying half of a key; ok is false for an id that is not known (any more).
func (k *SigningKeys) Public(keyID string) (key ed25519.PublicKey, ok bool) {
	key, ok = k.public[keyID]
	return key, ok
}
