package catalog_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/blob"
	"github.com/bodega-commerce/bodega/storage/memory"
)

// gallery is a catalog with blobs, one product and a clock to turn.
type gallery struct {
	*catalog.Service
	db      *storage.DB
	blobs   *blob.Memory
	ctx     context.Context
	product catalog.Product
	mu      sync.Mutex
	now     time.Time
}

func newGallery(t *testing.T, cfg catalog.Config) *gallery { return openGallery(t, cfg) }

func openGallery(t testing.TB, cfg catalog.Config) *gallery {
	t.Helper()
	db, err := memory.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Migrate(t.Context())
	require.NoError(t, err)
	g := &gallery{db: db, ctx: core.WithActor(t.Context(), core.System("test")), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	clock := core.Clock(func() time.Time {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.now
	})
	g.blobs = &blob.Memory{Clock: clock}
	cfg.Clock = clock
	if cfg.Blobs == nil {
		cfg.Blobs = g.blobs
	}
	g.Service = catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), cfg)
	g.product, err = g.CreateProduct(g.ctx, catalog.Product{Title: "Jacket", Variants: []catalog.Variant{{SKU: "J"}}})
	require.NoError(t, err)
	return g
}

func picture(t *testing.T, w, h int, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, c)
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, nil))
	return b.Bytes()
}

var navy = color.RGBA{11, 31, 58, 255}

func (g *gallery) keys(t *testing.T) (out []string) {
	t.Helper()
	for b, err := range g.blobs.List(t.Context(), "") {
		require.NoError(t, err)
		out = append(out, b.Key)
	}
	return out
}

func (g *gallery) add(t *testing.T, p catalog.NewImage) catalog.Image {
	t.Helper()
	i, err := g.AddImage(g.ctx, g.product.ID, picture(t, 600, 300, navy), p)
	require.NoError(t, err)
	return i
}

func (g *gallery) current(t *testing.T) catalog.Product {
	t.Helper()
	p, err := g.Product(g.ctx, g.product.ID)
	require.NoError(t, err)
	return p
}

// handle gives all events to the handler of blobs.
func (g *gallery) handle(t *testing.T) {
	t.Helper()
	var page core.Page[outbox.Stored]
	require.NoError(t, g.db.Update(g.ctx, func(tx storage.Tx) (err error) {
		if _, err = tx.Outbox().Sequence(g.ctx, 1000); err != nil {
			return err
		}
		page, err = tx.Outbox().Events(g.ctx, outbox.Filter{}, core.PageQuery{Limit: core.MaxPageSize})
		return err
	}))
	require.NotEmpty(t, page.Items)
	for _, e := range page.Items {
		require.NoError(t, g.DropBlobs(g.ctx, e.Event))
	}
}

func TestAddImage(t *testing.T) {
	t.Parallel()
	g := newGallery(t, catalog.Config{})
	a := g.add(t, catalog.NewImage{Alt: "A jacket", AltTexts: map[string]string{"de": "Eine Jacke"}})
	require.Equal(t, [2]int{600, 300}, [2]int{a.Width, a.Height})
	require.Len(t, a.Renditions, 3) // 160, 480 and its own 600
	require.Len(t, g.keys(t), 3)
	require.Equal(t, "Eine Jacke", a.LocalAlt("de-CH"))
	require.Equal(t, 1, a.Position)
	require.True(t, strings.HasPrefix(a.Color, "#0"), a.Color)
	require.Equal(t, &catalog.Thumbnail{ImageID: a.ID, Alt: "A jacket", Width: 600, Height: 300}, g.current(t).Thumbnail)

	b := g.add(t, catalog.NewImage{Position: 1})
	require.Equal(t, 1, b.Position)
	images, err := g.Images(t.Context(), g.product.ID)
	require.NoError(t, err)
	require.Equal(t, []core.ImageID{b.ID, a.ID}, []core.ImageID{images[0].ID, images[1].ID})
	require.Equal(t, b.ID, g.current(t).Thumbnail.ImageID)
	require.Greater(t, g.current(t).Version, g.product.Version)

	images, err = g.ReorderImages(g.ctx, g.product.ID, a.ID, b.ID)
	require.NoError(t, err)
	require.Equal(t, a.ID, g.current(t).Thumbnail.ImageID)
	require.Equal(t, 2, images[1].Position)
	for _, bad := range [][]core.ImageID{{a.ID}, {a.ID, a.ID}, {a.ID, b.ID, b.ID}, {a.ID, "img_other"}} {
		_, err = g.ReorderImages(g.ctx, g.product.ID, bad...)
		require.True(t, core.IsKind(err, core.KindInvalid), "%v", bad)
	}
}

func TestRefusedImagesLeaveNothing(t *testing.T) {
	t.Parallel()
	g := newGallery(t, catalog.Config{})
	for _, data := range []string{"<svg onload='x()'/>", "", "GIF89a", "\xff\xd8\xff broken"} {
		_, err := g.AddImage(g.ctx, g.product.ID, []byte(data), catalog.NewImage{})
		require.True(t, core.IsKind(err, core.KindInvalid), "%q: %v", data, err)
	}
	_, err := g.AddImage(g.ctx, "prod_nowhere", picture(t, 9, 9, navy), catalog.NewImage{})
	require.True(t, core.IsKind(err, core.KindNotFound), "%v", err)
	_, err = g.AddImage(g.ctx, g.product.ID, picture(t, 9, 9, navy), catalog.NewImage{Focus: &catalog.Focus{X: 1001}})
	require.ErrorContains(t, err, "focus.x")
	_, err = g.AddImage(t.Context(), g.product.ID, picture(t, 9, 9, navy), catalog.NewImage{})
	require.True(t, core.IsKind(err, core.KindUnauthenticated))
	require.Empty(t, g.keys(t), "blobs of failed uploads are gone")

	none := newGallery(t, catalog.Config{})
	bare := catalog.New(core.Narrow(none.db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{})
	_, err = bare.AddImage(g.ctx, none.product.ID, picture(t, 9, 9, navy), catalog.NewImage{})
	require.Equal(t, "images_off", core.CodeOf(err))
}

// fullDisk fails at the second blob.
type fullDisk struct {
	*blob.Memory
	puts int
}

var errFull = errors.New("no space left on device")

func (d *fullDisk) Put(ctx context.Context, key, contentType string, r io.Reader) error {
	if d.puts++; d.puts == 2 {
		return errFull
	}
	return d.Memory.Put(ctx, key, contentType, r)
}

func TestFullDiskLeavesNothing(t *testing.T) {
	t.Parallel()
	disk := &fullDisk{Memory: &blob.Memory{}}
	g := newGallery(t, catalog.Config{Blobs: disk})
	_, err := g.AddImage(g.ctx, g.product.ID, picture(t, 600, 300, navy), catalog.NewImage{})
	require.ErrorIs(t, err, errFull)
	for b := range disk.List(t.Context(), "") {
		t.Errorf("left over: %s", b.Key)
	}
	images, err := g.Images(t.Context(), g.product.ID)
	require.NoError(t, err)
	require.Empty(t, images)
}

func TestOpenImage(t *testing.T) {
	t.Parallel()
	g := newGallery(t, catalog.Config{Images: catalog.ImageConfig{Square: 100}})
	i := g.add(t, catalog.NewImage{})
	for width, want := range map[int]int{0: 600, 1: 160, 160: 160, 161: 480, 481: 600, 5000: 600} {
		b, err := g.OpenImage(t.Context(), i.ID, width, false)
		require.NoError(t, err)
		cfg, err := jpeg.DecodeConfig(b.Body)
		require.NoError(t, err)
		require.NoError(t, b.Body.Close())
		require.Equal(t, want, cfg.Width, "asked for %d", width)
		require.Equal(t, "image/jpeg", b.ContentType)
		require.Len(t, b.ETag, 64)
		again, err := g.OpenBlob(t.Context(), b.Key)
		require.NoError(t, err)
		require.Equal(t, b.ETag, again.ETag)
	}
	square, err := g.OpenImage(t.Context(), i.ID, 50, true)
	require.NoError(t, err)
	require.Contains(t, square.Key, "-100s-")
	require.NoError(t, g.blobs.Put(t.Context(), "images/stray.jpg", "image/jpeg", strings.NewReader("x")))
	for _, key := range []string{"images/stray.jpg", "../etc/passwd", ""} {
		_, err := g.OpenBlob(t.Context(), key)
		require.True(t, core.IsKind(err, core.KindNotFound), key)
	}
}

func TestUpdateImage(t *testing.T) {
	t.Parallel()
	g := newGallery(t, catalog.Config{Images: catalog.ImageConfig{Square: 100}})
	i := g.add(t, catalog.NewImage{})
	// A picture whose left is another color, to see what the square shows.
	m := image.NewRGBA(image.Rect(0, 0, 400, 100))
	for n := range 400 * 100 {
		m.Set(n%400, n/400, color.RGBA{uint8(255 * (n % 400 / 200)), 0, 0, 255})
	}
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, m))
	two, err := g.AddImage(g.ctx, g.product.ID, file.Bytes(), catalog.NewImage{Focus: &catalog.Focus{X: 0, Y: 0}})
	require.NoError(t, err)
	before := two.Renditions[len(two.Renditions)-1]
	alt, focus := "Red", catalog.Focus{X: 1000, Y: 0}
	two, err = g.UpdateImage(g.ctx, two.ID, 1, catalog.ImageUpdate{Alt: &alt, Focus: &focus})
	require.NoError(t, err)
	after := two.Renditions[len(two.Renditions)-1]
	require.True(t, after.Square)
	require.NotEqual(t, before.Key, after.Key)
	b, err := g.OpenImage(t.Context(), two.ID, 0, true)
	require.NoError(t, err)
	cut, err := jpeg.Decode(b.Body)
	require.NoError(t, err)
	r, _, _, _ := cut.At(50, 50).RGBA()
	require.Greater(t, r>>8, uint32(240), "the square moved to the right")

	_, err = g.UpdateImage(g.ctx, two.ID, 1, catalog.ImageUpdate{Alt: &alt})
	require.True(t, core.IsKind(err, core.KindStale))
	first, err := g.UpdateImage(g.ctx, i.ID, 1, catalog.ImageUpdate{Alt: &alt})
	require.NoError(t, err)
	require.Equal(t, i.Renditions, first.Renditions)
	require.Equal(t, "Red", g.current(t).Thumbnail.Alt)
}

func TestDeletedImagesLoseTheirBlobs(t *testing.T) {
	t.Parallel()
	g := newGallery(t, catalog.Config{})
	a, b := g.add(t, catalog.NewImage{}), g.add(t, catalog.NewImage{})
	_, err := g.UpdateVariant(g.ctx, g.product.Variants[0].ID, catalog.VariantUpdate{Images: &[]core.ImageID{a.ID, b.ID}})
	require.NoError(t, err)

	require.NoError(t, g.DeleteImage(g.ctx, a.ID))
	require.Equal(t, []core.ImageID{b.ID}, g.current(t).Variants[0].Images)
	require.Equal(t, b.ID, g.current(t).Thumbnail.ImageID)
	require.True(t, core.IsKind(g.DeleteImage(g.ctx, a.ID), core.KindNotFound))
	require.Len(t, g.keys(t), 6, "blobs go after the commit")
	for range 2 { // events may come twice
		g.handle(t)
		require.Len(t, g.keys(t), 3)
	}
	require.NoError(t, g.DeleteProduct(g.ctx, g.product.ID, 0))
	g.handle(t)
	require.Empty(t, g.keys(t))
}

func TestSweepBlobs(t *testing.T) {
	t.Parallel()
	g := newGallery(t, catalog.Config{})
	g.add(t, catalog.NewImage{})
	put := func(key string) {
		require.NoError(t, g.blobs.Put(t.Context(), key, "image/jpeg", strings.NewReader("x")))
	}
	put("images/left-over.jpg")
	put("elsewhere/kept.jpg")
	n, err := g.SweepBlobs(g.ctx)
	require.NoError(t, err)
	require.Zero(t, n, "an upload may be about to refer to it")
	g.mu.Lock()
	g.now = g.now.Add(25 * time.Hour)
	g.mu.Unlock()
	put("images/young.jpg")
	n, err = g.SweepBlobs(g.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Len(t, g.keys(t), 5)
	require.NotContains(t, g.keys(t), "images/left-over.jpg")
}
