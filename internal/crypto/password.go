// Package crypto is keys and secrets: password hashes, sealed values, signing keys and random tokens.
package crypto

import (
	"context"
	"runtime"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// passwordParams are OWASP's for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. A hash carries
// its own parameters, so raising them here leaves older hashes valid.
var passwordParams = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// PasswordsConfig bounds what hashing may cost.
type PasswordsConfig struct {
	// Concurrent is how many hashes are made at once, each on one core and 19 MiB. 0 is half of the cores, at least
	// one, so that a wave of log-ins leaves room for everything else.
	Concurrent int
	// Wait is how long to queue for a slot before the caller is asked to come again. 0 is 10 s.
	Wait time.Duration
}

// Passwords hashes and verifies passwords with argon2id. It is safe for concurrent use.
type Passwords struct {
	slots chan struct{}
	wait  time.Duration
	decoy string
}

// NewPasswords makes the decoy hash too, which costs one hash.
func NewPasswords(cfg PasswordsConfig) (*Passwords, error) {
	if cfg.Concurrent <= 0 {
		cfg.Concurrent = max(1, runtime.NumCPU()/2)
	}
	if cfg.Wait <= 0 {
		cfg.Wait = 10 * time.Second
	}
	decoy, err := argon2id.CreateHash(NewToken(), passwordParams)
	if err != nil {
		return nil, err
	}
	return &Passwords{slots: make(chan struct{}, cfg.Concurrent), wait: cfg.Wait, decoy: decoy}, nil
}

// Acquire waits for a hashing slot. Hash and Verify must be called between it and release. It fails as Unavailable when
// the queue does not move.
func (p *Passwords) Acquire(ctx context.Context) (release func(), err error) {
	timer := time.NewTimer(p.wait)
	defer timer.Stop()
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, apperr.New(apperr.Unavailable, "busy", "Too many people are signing in right now. Please try again in a few seconds.").
			WithRetryAfter(5 * time.Second)
	}
}

// Hash makes the encoded hash to store.
func (p *Passwords) Hash(password string) (string, error) {
	return argon2id.CreateHash(password, passwordParams)
}

// Verify tells whether the password made the hash. An empty hash stands for an account that is not there: the same work
// is done on a decoy, and the answer is no.
func (p *Passwords) Verify(password, hash string) (bool, error) {
	known := hash != ""
	if !known {
		hash = p.decoy
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	return match && known, err
}
