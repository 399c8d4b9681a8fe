package trust

import "context"

// What tests of this package need of its inside.
const (
	MaxAnswered = maxAnswered
	MaxAsking   = maxAsking
)

// NewCache is newCache for texts.
var NewCache = newCache[string]

// Get is get.
func (c *cache[T]) Get(ctx context.Context, key string) (T, error) { return c.get(ctx, key) }

// Len is how much is kept.
func (c *cache[T]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.answers)
}

// MetadataAddress is metadataAddress.
var MetadataAddress = metadataAddress

// Normal is normal.
func Normal(name string) string { return normal(name) }
