package durable

import (
	"runtime/debug"
	"sync"
)

// Build names this build of PulseHub, as the Web UI shows it on what a worker has done: the commit it was made from, or
// "development" where the compiler was not told.
var Build = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return "development"
})
