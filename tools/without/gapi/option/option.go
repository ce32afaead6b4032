// Package option has the one option that the server names.
package option

import "golang.org/x/oauth2"

// ClientOption says nothing.
type ClientOption struct{}

// WithTokenSource forgets what it is told.
func WithTokenSource(oauth2.TokenSource) ClientOption { return ClientOption{} }
