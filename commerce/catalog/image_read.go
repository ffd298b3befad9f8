package catalog

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Image returns an image. Its ID cannot be guessed, and what it shows is meant
// to be seen: no permission is needed.
func (s *Service) Image(ctx context.Context, id core.ImageID) (i Image, err error) {
	if !core.ValidID(string(id), core.PrefixImage) {
		return Image{}, core.NotFound("image", id)
	}
	err = s.db.View(ctx, func(tx Tx) error {
		i, err = tx.Catalog().Image(ctx, id)
		return err
	})
	return i, err
}

// Images returns the images of products by product and position.
func (s *Service) Images(ctx context.Context, products ...core.ProductID) (out []Image, err error) {
	if len(products) > core.MaxPageSize {
		return nil, core.Invalid("product_ids", "at most %d at a time", core.MaxPageSize)
	}
	err = s.db.View(ctx, func(tx Tx) error {
		out, err = tx.Catalog().Images(ctx, products)
		return err
	})
	return out, err
}

// OpenImage opens the rendition to show at a width in pixels (0 is the
// widest): the narrowest that is at least as wide, else the widest there is.
// The caller closes its body. The blob's ETag changes with its content.
func (s *Service) OpenImage(ctx context.Context, id core.ImageID, width int, square bool) (Blob, error) {
	i, err := s.Image(ctx, id)
	if err != nil {
		return Blob{}, err
	}
	r, ok := i.Best(width, square)
	if !ok || s.cfg.Blobs == nil {
		return Blob{}, core.NotFound("image", id)
	}
	return s.open(ctx, r)
}

// OpenBlob opens a rendition by its key. What a key stands for never changes,
// so that it may be cached for ever. Keys that belong to no image are
// KindNotFound, whatever else the blobs hold.
func (s *Service) OpenBlob(ctx context.Context, key string) (Blob, error) {
	if CheckBlobKey(key) != nil || s.cfg.Blobs == nil {
		return Blob{}, core.NotFound("image", key)
	}
	var i Image
	err := s.db.View(ctx, func(tx Tx) (err error) {
		i, err = tx.Catalog().ImageByKey(ctx, key)
		return err
	})
	if err != nil {
		return Blob{}, err
	}
	at := slices.IndexFunc(i.Renditions, func(r Rendition) bool { return r.Key == key })
	if at < 0 {
		return Blob{}, core.NotFound("image", key)
	}
	return s.open(ctx, i.Renditions[at])
}

func (s *Service) open(ctx context.Context, r Rendition) (Blob, error) {
	b, err := s.cfg.Blobs.Get(ctx, r.Key)
	b.ContentType, b.ETag = r.ContentType, r.Hash
	return b, err
}

// DropBlobs handles an event: the blobs that image.deleted and image.updated
// name as no longer used are deleted. Other events are passed over. Subscribe
// it to the outbox; handling an event twice does no harm.
func (s *Service) DropBlobs(ctx context.Context, e core.Event) error {
	if s.cfg.Blobs == nil || e.Type != EventImageDeleted && e.Type != EventImageUpdated {
		return nil
	}
	var about ImageEvent
	if err := json.Unmarshal(e.Data, &about); err != nil {
		return core.Errorf(core.KindInternal, "event_malformed", "event %s: %v", e.ID, err)
	}
	_, err := s.drop(ctx, about.Dropped)
	return err
}

// drop deletes those of the blobs that no image uses.
func (s *Service) drop(ctx context.Context, keys []string) (int, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	var used map[string]bool
	err := s.db.View(ctx, func(tx Tx) (err error) {
		used, err = tx.Catalog().UsedBlobs(ctx, keys)
		return err
	})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, key := range keys {
		if used[key] {
			continue
		}
		if err := s.cfg.Blobs.Delete(ctx, key); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// orphanAge is how old a blob must be before it counts as left over: an upload
// puts its blobs before the transaction that refers to them.
const orphanAge = 24 * time.Hour

// SweepBlobs deletes the blobs of images that are older than a day and belong
// to no image, and returns how many: what uploads and deletions that were cut
// short left behind. A job calls it once a day.
func (s *Service) SweepBlobs(ctx context.Context) (int, error) {
	if s.cfg.Blobs == nil {
		return 0, nil
	}
	before := s.now().Add(-orphanAge)
	n := 0
	var old []string
	sweep := func() error {
		dropped, err := s.drop(ctx, old)
		n, old = n+dropped, old[:0]
		return err
	}
	for b, err := range s.cfg.Blobs.List(ctx, imagePrefix) {
		if err != nil {
			return n, err
		}
		if b.ModifiedAt.After(before) {
			continue
		}
		if old = append(old, b.Key); len(old) == 500 {
			if err := sweep(); err != nil {
				return n, err
			}
		}
	}
	return n, sweep()
}

// forgetImages tells, before a product is deleted, that its images' blobs are
// no longer used.
func (s *Service) forgetImages(ctx context.Context, tx Tx, products ...core.ProductID) error {
	for part := range slices.Chunk(products, MaxPlaced) {
		images, err := tx.Catalog().Images(ctx, part)
		if err != nil {
			return err
		}
		for _, i := range images {
			if err := s.event(ctx, tx, EventImageDeleted, string(i.ID), ImageEvent{i.ID, i.ProductID, keysOf(i)}); err != nil {
				return err
			}
		}
	}
	return nil
}
