package storagetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
)

func orgImages(t *testing.T, s *orgShelf) {
	p := s.product(t, nil)
	write := func(fn func(st catalog.Store) error) error {
		return s.db.Update(s.ctx, func(tx storage.Tx) error { return fn(tx.Catalog()) })
	}
	image := func(id core.ImageID, key string) catalog.Image {
		return catalog.Image{ID: id, ProductID: p.ID, Position: 1, Alt: "Eine Jäcke", AltTexts: map[string]string{"en": "A jacket"}, Width: 800, Height: 600, Color: "#102030",
			Focus: catalog.Focus{X: 0, Y: 1000}, Hash: "h", Version: 1, CreatedAt: s.now, UpdatedAt: s.now,
			Renditions: []catalog.Rendition{{Width: 160, Height: 120, ContentType: "image/jpeg", Key: key, Bytes: 10, Hash: "r"}}}
	}
	a, b := image("img_a", "images/a.jpg"), image("img_b", "images/b.jpg")
	require.NoError(t, write(func(st catalog.Store) error {
		if err := st.InsertImage(s.ctx, a); err != nil {
			return err
		}
		return st.InsertImage(s.ctx, b)
	}))
	lost := image("img_c", "images/c.jpg")
	lost.ProductID = "prod_nowhere"
	require.True(t, core.IsKind(write(func(st catalog.Store) error { return st.InsertImage(s.ctx, lost) }), core.KindNotFound))

	require.NoError(t, write(func(st catalog.Store) error { return st.PlaceImages(s.ctx, []core.ImageID{b.ID, a.ID}) }))
	s.view(t, func(st catalog.Store) {
		got, err := st.Images(s.ctx, []core.ProductID{p.ID})
		require.NoError(t, err)
		a.Position = 2
		require.Equal(t, []catalog.Image{b, a}, got)
		byKey, err := st.ImageByKey(s.ctx, "images/a.jpg")
		require.NoError(t, err)
		require.Equal(t, a, byKey)
		used, err := st.UsedBlobs(s.ctx, []string{"images/a.jpg", "images/x.jpg", "images/b.jpg"})
		require.NoError(t, err)
		require.Equal(t, map[string]bool{"images/a.jpg": true, "images/b.jpg": true}, used)
	})

	a.Renditions[0].Key = "images/a2.jpg"
	require.NoError(t, write(func(st catalog.Store) error { return st.UpdateImage(s.ctx, a, 1) }))
	require.True(t, core.IsKind(write(func(st catalog.Store) error { return st.UpdateImage(s.ctx, a, 1) }), core.KindStale))
	require.NoError(t, write(func(st catalog.Store) error { return st.DeleteImage(s.ctx, b.ID) }))
	s.view(t, func(st catalog.Store) {
		used, err := st.UsedBlobs(s.ctx, []string{"images/a.jpg", "images/a2.jpg", "images/b.jpg"})
		require.NoError(t, err)
		require.Equal(t, map[string]bool{"images/a2.jpg": true}, used)
	})
	require.NoError(t, s.DeleteProduct(s.ctx, p.ID, 0))
	s.view(t, func(st catalog.Store) {
		_, err := st.Image(s.ctx, a.ID)
		require.True(t, core.IsKind(err, core.KindNotFound), "goes with its product")
	})
}
