package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// Memory keeps blobs in memory. The zero value is empty and ready. Safe for
// concurrent use.
type Memory struct {
	// Clock dates what is put; nil is the system clock. Set it before use.
	Clock core.Clock

	mu    sync.RWMutex
	blobs map[string]kept
}

type kept struct {
	info catalog.BlobInfo
	data []byte
}

var _ catalog.Blobs = (*Memory)(nil)

// Put implements catalog.Blobs.
func (m *Memory) Put(ctx context.Context, key, contentType string, r io.Reader) error {
	if err := check(ctx, key, contentType); err != nil {
		return err
	}
	data, err := io.ReadAll(&obedient{ctx, r})
	if err != nil {
		return failed("writing", err)
	}
	sum := sha256.Sum256(data)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.blobs == nil {
		m.blobs = map[string]kept{}
	}
	m.blobs[key] = kept{catalog.BlobInfo{Key: key, ContentType: contentType, Size: int64(len(data)), ETag: hex.EncodeToString(sum[:]),
		ModifiedAt: m.Clock.Now()}, data}
	return nil
}

// Get implements catalog.Blobs. The body can seek.
func (m *Memory) Get(ctx context.Context, key string) (catalog.Blob, error) {
	if err := ctx.Err(); err != nil {
		return catalog.Blob{}, err
	}
	m.mu.RLock()
	k, ok := m.blobs[key]
	m.mu.RUnlock()
	if !ok {
		return catalog.Blob{}, core.NotFound("blob", key)
	}
	return catalog.Blob{BlobInfo: k.info, Body: body{bytes.NewReader(k.data)}}, nil
}

type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

// Delete implements catalog.Blobs.
func (m *Memory) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.blobs, key)
	return nil
}

// List implements catalog.Blobs, by key.
func (m *Memory) List(ctx context.Context, prefix string) iter.Seq2[catalog.BlobInfo, error] {
	return func(yield func(catalog.BlobInfo, error) bool) {
		m.mu.RLock()
		all := maps.Clone(m.blobs)
		m.mu.RUnlock()
		for _, key := range slices.Sorted(maps.Keys(all)) {
			if err := ctx.Err(); err != nil {
				yield(catalog.BlobInfo{}, err)
				return
			}
			if strings.HasPrefix(key, prefix) && !yield(all[key].info, nil) {
				return
			}
		}
	}
}
