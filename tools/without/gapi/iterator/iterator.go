// Package iterator has the error that ends a list.
package iterator

import "errors"

// Done is never returned, as there are no lists.
var Done = errors.New("no more items in iterator")
