package resilience

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// Cache keeps values that can be made again, in Redis. It may forget at any time.
type Cache struct{ CacheConfig }

// CacheConfig is what a Cache is made of.
type CacheConfig struct {
	Redis  redis.UniversalClient
	Prefix string // of its keys
}

// NewCache makes a Cache.
func NewCache(cfg CacheConfig) *Cache { return &Cache{cfg} }

// Get answers nil for what is not there.
func (c *Cache) Get(ctx context.Context, key string) ([]byte, error) {
	v, err := c.Redis.Get(ctx, c.Prefix+key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return v, err
}

// Set keeps a value for so long at most.
func (c *Cache) Set(ctx context.Context, key string, value []byte, life time.Duration) error {
	return c.Redis.Set(ctx, c.Prefix+key, value, life).Err()
}
