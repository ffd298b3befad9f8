package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// MaxImages bounds the images of a product.
const MaxImages = 100

// Image is a picture of a product in several renditions. What was uploaded is
// not kept: the renditions are encoded anew, without the camera's metadata.
type Image struct {
	ID        core.ImageID   `json:"id"`
	ProductID core.ProductID `json:"product_id"`
	Position  int            `json:"position"` // among the product's images, from 1; the first is its thumbnail
	Alt       string         `json:"alt"`      // what it shows, in words
	// AltTexts are the alternative texts by locale.
	AltTexts   map[string]string `json:"alt_texts,omitempty"`
	Width      int               `json:"width"` // pixels of the original
	Height     int               `json:"height"`
	Color      string            `json:"color"` // dominant, "#rrggbb", for placeholders
	Focus      Focus             `json:"focus"`
	Hash       string            `json:"hash"`       // SHA-256 of what was uploaded
	Renditions []Rendition       `json:"renditions"` // by width, squares last
	Version    int64             `json:"version"`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

// Focus is the point of a picture that must stay in view when it is cropped,
// in thousandths of its width and height.
type Focus struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Centre is the middle of a picture.
var centre = Focus{500, 500}

// Rendition is one stored encoding of an image.
type Rendition struct {
	Width       int    `json:"width"` // pixels
	Height      int    `json:"height"`
	Square      bool   `json:"square,omitempty"` // cut around the focus
	ContentType string `json:"content_type"`
	Key         string `json:"key"`   // in Blobs
	Bytes       int64  `json:"bytes"` // size
	Hash        string `json:"hash"`  // SHA-256, its ETag
}

// LocalAlt is the alternative text in a locale, falling back on Alt.
func (i *Image) LocalAlt(locale string) string {
	return text(i.AltTexts, locale, i.Alt, func(s string) string { return s })
}

// Best returns the rendition to show at a width in pixels: the narrowest that
// is at least as wide, else the widest. 0 asks for the widest. Squares are
// chosen only when square is true and there are any.
func (i *Image) Best(width int, square bool) (Rendition, bool) {
	var best Rendition
	found := false
	for pass := range 2 {
		for _, r := range i.Renditions {
			if r.Square != (square && pass == 0) {
				continue
			}
			enough, had := width > 0 && r.Width >= width, width > 0 && best.Width >= width
			switch {
			case !found, enough && (!had || r.Width < best.Width), !enough && !had && r.Width > best.Width:
				best, found = r, true
			}
		}
		if found {
			break
		}
	}
	return best, found
}

// ImageStore keeps the images of products. Their content is in Blobs.
type ImageStore interface {
	InsertImage(ctx context.Context, i Image) error
	// UpdateImage writes alternative texts, focus and renditions if the version
	// is still seen.
	UpdateImage(ctx context.Context, i Image, seen int64) error
	// PlaceImages sets the positions of a product's images: 1, 2, 3 and so on.
	PlaceImages(ctx context.Context, ids []core.ImageID) error
	DeleteImage(ctx context.Context, id core.ImageID) error
	Image(ctx context.Context, id core.ImageID) (Image, error)
	ImageByKey(ctx context.Context, key string) (Image, error) // the image a blob belongs to
	// Images returns the images of products by product, position and ID.
	Images(ctx context.Context, ids []core.ProductID) ([]Image, error)
	// UsedBlobs returns which of the keys belong to an image.
	UsedBlobs(ctx context.Context, keys []string) (map[string]bool, error)
}

// ImageUpdate changes what is not nil.
type ImageUpdate struct {
	Alt      *string            `json:"alt,omitempty"`
	AltTexts *map[string]string `json:"alt_texts,omitempty"` // replaces all
	Focus    *Focus             `json:"focus,omitempty"`
}

func (i *Image) validate() error {
	var v core.Violations
	v.Check(len(i.Alt) <= MaxTitle && core.ValidText(i.Alt), "alt", "must be at most %d bytes of valid text", MaxTitle)
	checkNames(&v, "alt_texts", i.AltTexts)
	v.Check(i.Focus.X >= 0 && i.Focus.X <= 1000, "focus.x", "must be between 0 and 1000")
	v.Check(i.Focus.Y >= 0 && i.Focus.Y <= 1000, "focus.y", "must be between 0 and 1000")
	return v.Err()
}

// TooManyImagesError says that a product has as many images as it may have.
type TooManyImagesError struct{ ProductID core.ProductID }

func (e *TooManyImagesError) Error() string {
	return fmt.Sprintf("product %q has %d images already", e.ProductID, MaxImages)
}

// ErrorKind implements core.Classified.
func (e *TooManyImagesError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *TooManyImagesError) ErrorCode() string { return "too_many_images" }
