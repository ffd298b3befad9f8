package catalog

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/imaging"
)

// The types of event about images, with ImageEvent as data.
const (
	EventImageAdded   = "image.added"
	EventImageUpdated = "image.updated"
	EventImageDeleted = "image.deleted"
)

// ImageEvent is the data of events about images.
type ImageEvent struct {
	ImageID   core.ImageID   `json:"image_id"`
	ProductID core.ProductID `json:"product_id"`
	Dropped   []string       `json:"dropped_keys,omitempty"` // blobs no longer used: see DropBlobs
}

// ImageConfig bounds uploads and shapes renditions. The zero value is right
// for a shop.
type ImageConfig struct {
	// MaxBytes bounds an uploaded file. Default 10 MiB.
	MaxBytes int
	// MaxPixels bounds width times height of an upload. Default 40 million.
	MaxPixels int64
	// Widths of the renditions in pixels; none is wider than the original.
	// Default 160, 480, 1200.
	Widths []int
	// Quality of JPEG renditions, 1 to 100. Default 85.
	Quality int
	// Square is the side in pixels of an additional square rendition, cut
	// around the focus. Default 0: none.
	Square int
	// Parallel is how many images are rendered at once; each may take some
	// hundred megabytes for a while. Default 1.
	Parallel int
}

func (c ImageConfig) imaging(f Focus) imaging.Config {
	return imaging.Config{MaxBytes: c.MaxBytes, MaxPixels: c.MaxPixels, Widths: c.Widths, Quality: c.Quality, Square: c.Square, Focus: &imaging.Point{X: f.X, Y: f.Y}}
}

// NewImage says what comes with an uploaded picture.
type NewImage struct {
	Alt      string            `json:"alt"`
	AltTexts map[string]string `json:"alt_texts,omitempty"` // by locale
	Focus    *Focus            `json:"focus,omitempty"`     // nil is the middle
	Position int               `json:"position,omitempty"`  // among the product's images, from 1; 0 is the end
}

// AddImage makes renditions of an uploaded file (JPEG, PNG, WebP, or a GIF's
// first frame, told by its content) and adds them to a product. Needs
// PermCatalogWrite. Errors: KindInvalid with the codes "image_type" and
// "image_broken", KindTooLarge, KindNotFound, *TooManyImagesError.
func (s *Service) AddImage(ctx context.Context, product core.ProductID, data []byte, p NewImage) (Image, error) {
	if err := s.mayImage(ctx); err != nil {
		return Image{}, err
	}
	i := Image{ID: core.NewID[core.ImageID](s.cfg.IDs, core.PrefixImage), ProductID: product, Alt: p.Alt, AltTexts: p.AltTexts, Focus: centre, Version: 1}
	assign(&i.Focus, p.Focus)
	if err := i.validate(); err != nil {
		return Image{}, err
	}
	if !core.ValidID(string(product), core.PrefixProduct) {
		return Image{}, core.NotFound("product", product)
	}
	// Not the last word on the limit, but it spares rendering in vain.
	if have, err := s.Images(ctx, product); err != nil {
		return Image{}, err
	} else if len(have) >= MaxImages {
		return Image{}, &TooManyImagesError{product}
	}
	rendered, err := s.render(ctx, data, i.Focus)
	if err != nil {
		return Image{}, err
	}
	i.Width, i.Height, i.Color, i.Hash = rendered.Width, rendered.Height, rendered.Color, rendered.Hash
	// The blobs are there before anything refers to them.
	for _, r := range rendered.Renditions {
		kept, err := s.keep(ctx, i.ID, r)
		if err != nil {
			s.discard(ctx, i.Renditions)
			return Image{}, err
		}
		i.Renditions = append(i.Renditions, kept)
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		have, err := s.lockImages(ctx, tx, product)
		if err != nil {
			return err
		}
		if len(have) >= MaxImages {
			return &TooManyImagesError{product}
		}
		i.CreatedAt = s.now()
		i.UpdatedAt, i.Position = i.CreatedAt, len(have)+1
		if err := tx.Catalog().InsertImage(ctx, i); err != nil {
			return err
		}
		at := len(have)
		if p.Position > 0 {
			at = min(p.Position-1, at)
		}
		i.Position = at + 1
		return s.imagesChanged(ctx, tx, EventImageAdded, ImageEvent{i.ID, product, nil}, slices.Insert(have, at, i))
	})
	if err != nil {
		s.discard(ctx, i.Renditions)
		return Image{}, err
	}
	return i, nil
}

func (s *Service) mayImage(ctx context.Context) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	if s.cfg.Blobs == nil {
		return core.Errorf(core.KindConflict, "images_off", "this shop keeps no images: it has no place for blobs")
	}
	return nil
}

// render waits for its turn: decoded pictures are large.
func (s *Service) render(ctx context.Context, data []byte, f Focus) (imaging.Result, error) {
	cfg := s.cfg.Images.imaging(f)
	if _, err := imaging.Inspect(data, cfg); err != nil { // refused without waiting
		return imaging.Result{}, err
	}
	select {
	case s.rendering <- struct{}{}:
		defer func() { <-s.rendering }()
	case <-ctx.Done():
		return imaging.Result{}, ctx.Err()
	}
	return imaging.Render(ctx, data, cfg)
}

const imagePrefix = "images/"

// keep stores a rendition under a key that is never used again.
func (s *Service) keep(ctx context.Context, id core.ImageID, r imaging.Rendition) (Rendition, error) {
	shape, ext := "", ".jpg"
	if r.Square {
		shape = "s"
	}
	if r.ContentType == imaging.PNG {
		ext = ".png"
	}
	key := fmt.Sprintf("%s%s-%d%s-%s%s", imagePrefix, id, r.Width, shape, r.Hash[:16], ext)
	err := s.cfg.Blobs.Put(ctx, key, r.ContentType, bytes.NewReader(r.Data))
	return Rendition{Width: r.Width, Height: r.Height, Square: r.Square, ContentType: r.ContentType, Key: key, Bytes: int64(len(r.Data)), Hash: r.Hash}, err
}

// discard deletes blobs nothing refers to; what fails is left to SweepBlobs.
func (s *Service) discard(ctx context.Context, rs []Rendition) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for _, r := range rs {
		_ = s.cfg.Blobs.Delete(ctx, r.Key)
	}
}

// lockImages holds the product and returns its images.
func (s *Service) lockImages(ctx context.Context, tx Tx, product core.ProductID) ([]Image, error) {
	if _, err := tx.Catalog().LockProduct(ctx, product, 0, s.now()); err != nil {
		return nil, err
	}
	return tx.Catalog().Images(ctx, []core.ProductID{product})
}

// imagesChanged brings positions and thumbnail in line with a product's
// images, in their order now, and tells of the change.
func (s *Service) imagesChanged(ctx context.Context, tx Tx, typ string, about ImageEvent, images []Image) error {
	ids := make([]core.ImageID, len(images))
	for n, i := range images {
		ids[n] = i.ID
	}
	if err := tx.Catalog().PlaceImages(ctx, ids); err != nil {
		return err
	}
	var thumbnail *Thumbnail
	if len(images) > 0 {
		thumbnail = &Thumbnail{ImageID: images[0].ID, Alt: images[0].Alt, Width: images[0].Width, Height: images[0].Height}
	}
	if err := tx.Catalog().SetThumbnail(ctx, about.ProductID, thumbnail, s.now()); err != nil {
		return err
	}
	if err := s.event(ctx, tx, typ, string(about.ImageID), about); err != nil {
		return err
	}
	return s.changed(ctx, tx, EventProductUpdated, ProductEvent{ProductID: about.ProductID, Changed: []string{"images"}})
}

// UpdateImage changes alternative texts and focus if the version is still
// seen; 0 is any. With another focus the square rendition is cut anew. Needs
// PermCatalogWrite.
func (s *Service) UpdateImage(ctx context.Context, id core.ImageID, seen int64, u ImageUpdate) (Image, error) {
	if err := s.mayImage(ctx); err != nil {
		return Image{}, err
	}
	i, err := s.Image(ctx, id)
	if err != nil {
		return Image{}, err
	}
	seen = cmp.Or(seen, i.Version)
	if i.Version != seen {
		return Image{}, core.Stale("image", id, seen, i.Version)
	}
	focus := i.Focus
	assign(&i.Alt, u.Alt)
	assign(&i.AltTexts, u.AltTexts)
	assign(&i.Focus, u.Focus)
	if err := i.validate(); err != nil {
		return Image{}, err
	}
	var fresh []Rendition
	var dropped []string
	if at := slices.IndexFunc(i.Renditions, func(r Rendition) bool { return r.Square }); at >= 0 && i.Focus != focus {
		square, err := s.recut(ctx, i)
		if err != nil {
			return Image{}, err
		}
		if square.Key != i.Renditions[at].Key {
			fresh, dropped = []Rendition{square}, []string{i.Renditions[at].Key}
			i.Renditions = slices.Clone(i.Renditions)
			i.Renditions[at] = square
		}
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		images, err := s.lockImages(ctx, tx, i.ProductID)
		if err != nil {
			return err
		}
		i.UpdatedAt = s.now()
		if err := tx.Catalog().UpdateImage(ctx, i, seen); err != nil {
			return err
		}
		for n := range images {
			if images[n].ID == id {
				images[n] = i
			}
		}
		return s.imagesChanged(ctx, tx, EventImageUpdated, ImageEvent{id, i.ProductID, dropped}, images)
	})
	if err != nil {
		s.discard(ctx, fresh)
		return Image{}, err
	}
	i.Version++
	return i, nil
}

// recut makes the square rendition around the image's focus out of its widest.
func (s *Service) recut(ctx context.Context, i Image) (Rendition, error) {
	widest, _ := i.Best(0, false)
	b, err := s.cfg.Blobs.Get(ctx, widest.Key)
	if err != nil {
		return Rendition{}, err
	}
	data, err := io.ReadAll(b.Body)
	_ = b.Body.Close() // it was only read
	if err != nil {
		return Rendition{}, err
	}
	cfg := s.cfg.Images.imaging(i.Focus)
	cfg.MaxBytes = max(cfg.MaxBytes, len(data)) // it is our own
	if cfg.Square == 0 {
		old, _ := i.Best(0, true)
		cfg.Square = old.Width
	}
	r, err := imaging.Square(ctx, data, cfg)
	if err != nil {
		return Rendition{}, err
	}
	return s.keep(ctx, i.ID, r)
}

// ReorderImages puts the images of a product in order; the first is its
// thumbnail. All must be named. Needs PermCatalogWrite.
func (s *Service) ReorderImages(ctx context.Context, product core.ProductID, order ...core.ImageID) ([]Image, error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return nil, err
	}
	var out []Image
	err := s.db.Update(ctx, func(tx Tx) error {
		have, err := s.lockImages(ctx, tx, product)
		if err != nil {
			return err
		}
		out = nil
		for _, id := range unique(order) {
			if at := slices.IndexFunc(have, func(i Image) bool { return i.ID == id }); at >= 0 {
				out = append(out, have[at])
				out[len(out)-1].Position = len(out)
			}
		}
		if len(out) != len(have) || len(order) != len(have) || len(have) == 0 {
			return core.Invalid("image_ids", "must name each of the product's %d images once", len(have))
		}
		return s.imagesChanged(ctx, tx, EventImageUpdated, ImageEvent{out[0].ID, product, nil}, out)
	})
	return out, err
}

// DeleteImage deletes an image; variants no longer refer to it. Its blobs go
// when the event is handled: see DropBlobs. Needs PermCatalogWrite.
func (s *Service) DeleteImage(ctx context.Context, id core.ImageID) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		i, err := tx.Catalog().Image(ctx, id)
		if err != nil {
			return err
		}
		images, err := s.lockImages(ctx, tx, i.ProductID)
		if err != nil {
			return err
		}
		if err := tx.Catalog().DeleteImage(ctx, id); err != nil {
			return err
		}
		variants, err := tx.Catalog().VariantsOf(ctx, []core.ProductID{i.ProductID})
		if err != nil {
			return err
		}
		is := func(other core.ImageID) bool { return other == id }
		variants = slices.DeleteFunc(variants, func(v Variant) bool { return !slices.ContainsFunc(v.Images, is) })
		if len(variants) > 0 {
			for n := range variants {
				variants[n].Images = slices.DeleteFunc(slices.Clone(variants[n].Images), is)
				variants[n].UpdatedAt = s.now()
			}
			if err := tx.Catalog().UpdateVariants(ctx, variants); err != nil {
				return err
			}
		}
		images = slices.DeleteFunc(images, func(other Image) bool { return other.ID == id })
		return s.imagesChanged(ctx, tx, EventImageDeleted, ImageEvent{id, i.ProductID, keysOf(i)}, images)
	})
}

func keysOf(i Image) []string {
	keys := make([]string, len(i.Renditions))
	for n, r := range i.Renditions {
		keys[n] = r.Key
	}
	return keys
}
