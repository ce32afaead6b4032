package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// What every call with an access token pays: one signature check and two look-ups in memory.
func BenchmarkAuthenticate(b *testing.B) {
	a := setupAccounts(b)
	token := a.client().register("ada@example.com").Tokens.AccessToken
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.service.Authenticate(ctx, token); err != nil {
			b.Fatal(err)
		}
	}
}

// A sign-up over HTTP, from one client: 300 a minute are one in 200 ms.
func BenchmarkRegister(b *testing.B) {
	a := setupAccounts(b)
	c := a.client()
	b.ReportAllocs()
	for b.Loop() {
		c.register(uuid.NewString() + "@example.com")
	}
}

// A log-in over HTTP, from one client: the hash is nearly all of it.
func BenchmarkLogin(b *testing.B) {
	a := setupAccounts(b)
	c := a.client()
	c.register("ada@example.com")
	b.ReportAllocs()
	for b.Loop() {
		require.Equal(b, http.StatusOK, c.login("ada@example.com", password).status)
	}
}

// A refresh over HTTP, from one client.
func BenchmarkRefresh(b *testing.B) {
	a := setupAccounts(b)
	c := a.client()
	token := c.register("ada@example.com").Tokens.RefreshToken
	b.ReportAllocs()
	for b.Loop() {
		token = c.refresh(token).signedIn(http.StatusOK).Tokens.RefreshToken
	}
}
