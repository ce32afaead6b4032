// Package cache keeps in Redis what can be computed again. Losing it costs time and nothing else.
package cache

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis is a cache whose keys begin with a prefix.
type Redis struct {
	client *redis.Client
	prefix string
}

// New makes a cache.
func New(client *redis.Client, prefix string) *Redis { return &Redis{client: client, prefix: prefix} }

// Get is the value of a key, or nil if there is none.
func (c *Redis) Get(ctx context.Context, key string) ([]byte, error) {
	value, err := c.client.Get(ctx, c.prefix+key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return value, err
}

// Set keeps a value for a while.
func (c *Redis) Set(ctx context.Context, key string, value []byte, life time.Duration) error {
	return c.client.Set(ctx, c.prefix+key, value, life).Err()
}
