package main

import (
	"fmt"
	"time"

	"github.com/pulsehub/pulsehub/internal/crypto"
)

type keysCmd struct{}

// Run prints keys as lines for the environment. They are shown once and kept nowhere.
func (c *keysCmd) Run() error {
	id := time.Now().UTC().Format("20060102")
	fmt.Printf("AUTH_SIGNING_KEYS=%s:%s\nSEALING_KEYS=%s:%s\n", id, crypto.NewKey(), id, crypto.NewKey())
	return nil
}
