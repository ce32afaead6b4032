// Command examplegen writes .env.example, whose path is its argument.
package main

import (
	"fmt"
	"os"

	"github.com/pulsehub/pulsehub/internal/config"
)

func main() {
	if err := os.WriteFile(os.Args[1], []byte(config.Example()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
