package searcheval_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/searcheval"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/search"
)

// TestSpelling measures correction with words alone, which is all it goes by.
func TestSpelling(t *testing.T) {
	t.Parallel()
	folder := testenv.Data(t, "esci-150")
	data, err := searcheval.Load(t.Context(), searcheval.Files{Folder: folder})
	require.NoError(t, err)
	typos, err := searcheval.LoadTypos(filepath.Join(folder, "typos-dev.csv"))
	require.NoError(t, err)
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), data.Documents))
	s, err := searcheval.Spell(t.Context(), engine, typos, data.Queries)
	require.NoError(t, err)
	t.Logf("%+v", *s)
	if os.Getenv("BODEGA_LONG") != "" {
		for _, w := range s.Wrong {
			t.Log(w)
		}
	}
	// "sweetner", which one query has, is in no product: it is taken for a mistake.
	require.LessOrEqual(t, s.Changed, 1, s.Wrong)
	require.GreaterOrEqual(t, s.Restored, 190)
	made, err := searcheval.Spell(t.Context(), engine, searcheval.MakeTypos(data.Documents, 500, 7), nil)
	require.NoError(t, err)
	t.Logf("%d of %d made from titles, %d correct ones changed", made.Restored, made.Typos, made.Changed)
	require.GreaterOrEqual(t, made.Restored, 485)
}

// TestStrangers holds a speller of half of the products to two things at once:
// that it restores mistakes in their titles, and leaves alone the words that
// only the other half has. Many of those are mistakes of the sellers, or two
// words in one.
func TestStrangers(t *testing.T) {
	t.Parallel()
	data, err := searcheval.Load(t.Context(), searcheval.Files{Folder: testenv.Data(t, "esci-150")})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(20, 9))
	var docs, others []search.Document
	for _, d := range data.Documents {
		if r.IntN(2) == 0 {
			docs = append(docs, d)
		} else {
			others = append(others, d)
		}
	}
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), docs))
	strangers, changed := searcheval.MakeStrangers(docs, others, 400, 20), 0
	require.Len(t, strangers, 400)
	for _, text := range strangers {
		if c := engine.Correct(text); c != nil && c.Applied {
			changed++
		}
	}
	made, err := searcheval.Spell(t.Context(), engine, searcheval.MakeTypos(docs, 500, 120), nil)
	require.NoError(t, err)
	t.Logf("%d of %d strangers changed, %d of %d mistakes restored", changed, len(strangers), made.Restored, made.Typos)
	require.LessOrEqual(t, changed, 120)
	require.GreaterOrEqual(t, made.Restored, 485)
}
