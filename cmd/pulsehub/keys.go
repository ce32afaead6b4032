package main

import (
	"fmt"

	"github.com/pulsehub/pulsehub/internal/crypto"
)

type keysCmd struct{}

// Run prints keys as lines for the environment. They are shown once and kept nowhere.
func (c *keysCmd) Run() error {
	fmt.Printf("AUTH_SIGNING_KEYS=%s\nSEALING_KEYS=%s\n", crypto.NewKey(), crypto.NewKey())
	return nil
}
