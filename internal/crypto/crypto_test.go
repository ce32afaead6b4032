package crypto_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/crypto"
)

func TestKeysAreRefusedByNameAndNeverShown(t *testing.T) {
	good := crypto.NewKey()
	secret := strings.SplitN(good, ":", 2)[1]
	for name, tc := range map[string]struct {
		pairs []string
		want  string
	}{
		"none":           {nil, "is empty"},
		"no id":          {[]string{secret}, "key 1 has no usable id"},
		"empty id":       {[]string{":" + secret}, "key 1 has no usable id"},
		"spaces in id":   {[]string{"a b:" + secret}, "key 1 has no usable id"},
		"short":          {[]string{"k1:aGVsbG8="}, "key k1 is not 32 bytes"},
		"not base64":     {[]string{good, "k2:%%%%"}, "key k2 is not 32 bytes"},
		"the same twice": {[]string{"k1:" + secret, "k1:" + secret}, "k1 is there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := crypto.ParseKeyring(tc.pairs)
			require.ErrorContains(t, err, tc.want)
			require.ErrorContains(t, err, "SEALING_KEYS")
			require.NotContains(t, err.Error(), secret)
			_, err = crypto.ParseSigningKeys(tc.pairs)
			require.ErrorContains(t, err, tc.want)
			require.ErrorContains(t, err, "AUTH_SIGNING_KEYS")
		})
	}
}

func TestKeyringOpensWhatAnyOfItsKeysSealed(t *testing.T) {
	first, second := crypto.NewKey(), crypto.NewKey()
	before := keyring(t, first)
	sealed := before.Seal([]byte("a provider token"), "data_sources.secrets/1")
	require.NotContains(t, string(sealed), "provider")
	require.NotEqual(t, sealed, before.Seal([]byte("a provider token"), "data_sources.secrets/1"), "a nonce is used once")

	rotated := keyring(t, second, first)
	opened, err := rotated.Open(sealed, "data_sources.secrets/1")
	require.NoError(t, err)
	require.Equal(t, "a provider token", string(opened))
	require.False(t, rotated.Current(sealed), "to be sealed again with the new key")
	require.True(t, rotated.Current(rotated.Seal(opened, "data_sources.secrets/1")))

	_, err = keyring(t, second).Open(sealed, "data_sources.secrets/1")
	require.ErrorIs(t, err, crypto.ErrSealed, "the key is gone")
	_, err = rotated.Open(sealed, "data_sources.secrets/2")
	require.ErrorIs(t, err, crypto.ErrSealed, "moved to another row")
	for i := range sealed {
		damaged := append([]byte{}, sealed...)
		damaged[i] ^= 1
		_, err := rotated.Open(damaged, "data_sources.secrets/1")
		require.ErrorIs(t, err, crypto.ErrSealed, "byte %d", i)
		_, err = rotated.Open(sealed[:i], "data_sources.secrets/1")
		require.ErrorIs(t, err, crypto.ErrSealed, "cut at %d", i)
	}
}

func TestMACIsForOnePurpose(t *testing.T) {
	first, second := crypto.NewKey(), crypto.NewKey()
	before, rotated := keyring(t, first), keyring(t, second, first)
	id, mac := before.MAC("visitor", []byte("data"))
	require.True(t, rotated.VerifyMAC("visitor", id, []byte("data"), mac))
	require.False(t, rotated.VerifyMAC("unsubscribe", id, []byte("data"), mac))
	require.False(t, rotated.VerifyMAC("visitor", id, []byte("other"), mac))
	require.False(t, rotated.VerifyMAC("visitor", "unknown", []byte("data"), mac))
	require.False(t, keyring(t, second).VerifyMAC("visitor", id, []byte("data"), mac))
}

func TestPasswordsVerify(t *testing.T) {
	p, err := crypto.NewPasswords(crypto.PasswordsConfig{})
	require.NoError(t, err)
	hash, err := p.Hash("correct horse battery")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), "OWASP's parameters: %s", hash)

	for password, want := range map[string]bool{"correct horse battery": true, "correct horse batterz": false, "": false} {
		right, err := p.Verify(password, hash)
		require.NoError(t, err)
		require.Equal(t, want, right)
	}
	right, err := p.Verify("anything", "")
	require.NoError(t, err)
	require.False(t, right, "there is no account")
	_, err = p.Verify("anything", "not a hash")
	require.Error(t, err)
}

func TestPasswordsAreHashedFewAtATime(t *testing.T) {
	p, err := crypto.NewPasswords(crypto.PasswordsConfig{Concurrent: 1, Wait: time.Millisecond})
	require.NoError(t, err)
	release, err := p.Acquire(context.Background())
	require.NoError(t, err)

	_, err = p.Acquire(context.Background())
	require.True(t, apperr.Is(err, apperr.Unavailable), "the queue does not move: %v", err)
	require.Positive(t, apperr.From(err).RetryAfter)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = p.Acquire(cancelled)
	require.Error(t, err)

	release()
	release, err = p.Acquire(context.Background())
	require.NoError(t, err)
	release()
}

func TestTokensAreLongAndNeverTheSame(t *testing.T) {
	a, b := crypto.NewToken(), crypto.NewToken()
	require.Len(t, a, 43, "256 bits")
	require.NotEqual(t, a, b)
	require.Len(t, crypto.HashToken(a), 32)
	require.NotEqual(t, crypto.HashToken(a), crypto.HashToken(b))
}

func keyring(t *testing.T, keys ...string) *crypto.Keyring {
	t.Helper()
	k, err := crypto.ParseKeyring(keys)
	require.NoError(t, err)
	return k
}

func BenchmarkPasswordHash(b *testing.B) {
	p, err := crypto.NewPasswords(crypto.PasswordsConfig{})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = p.Hash("correct horse battery")
	}
}
