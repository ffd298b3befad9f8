package storagetest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// orgTreeIsSound lets chance change the tree: whatever happens, every path is
// the chain of parents, and refused changes change nothing.
func orgTreeIsSound(t *testing.T, s *orgShelf) {
	steps := 0
	rapid.Check(t, func(rt *rapid.T) {
		if steps++; steps > 15 { // the database is real; the tree is kept between the runs
			return
		}
		for range rapid.IntRange(3, 8).Draw(rt, "steps") {
			before := s.sound(t)
			pick := func(name string) core.CategoryID {
				n := rapid.IntRange(0, len(before)).Draw(rt, name)
				if n == len(before) {
					return ""
				}
				return before[n].ID
			}
			id := pick("id")
			var err error
			switch kind := rapid.IntRange(0, 5).Draw(rt, "kind"); {
			case kind <= 2 || id == "":
				_, err = s.CreateCategory(s.ctx, catalog.Category{Title: "X", ParentID: id, Position: rapid.IntRange(0, 4).Draw(rt, "position")})
			case kind <= 4:
				_, err = s.MoveCategory(s.ctx, id, pick("parent"), rapid.IntRange(0, 4).Draw(rt, "position"))
			default:
				err = s.DeleteCategory(s.ctx, id, rapid.Bool().Draw(rt, "reparent"))
			}
			after := s.sound(t)
			if err != nil {
				var cycle *catalog.CycleError
				var deep *catalog.DepthError
				require.True(t, errors.As(err, &cycle) || errors.As(err, &deep) || core.CodeOf(err) == "category_has_children", "%v", err)
				require.Equal(t, before, after)
			}
		}
	})
}
