package demo

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
)

var day = time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)

// digest is a hash of everything a world has.
func digest(t *testing.T, w *World) [32]byte {
	t.Helper()
	h := sha256.New()
	require.NoError(t, json.NewEncoder(h).Encode(w))
	return [32]byte(h.Sum(nil))
}

func TestTheSameSeedMakesTheSameWorld(t *testing.T) {
	t.Parallel()
	cfg := Config{Seed: 7, Now: day, Size: .02}
	first := digest(t, Generate(cfg))
	require.Equal(t, first, digest(t, Generate(cfg)))
	later := cfg
	later.Now = day.Add(5 * time.Hour) // still the same day
	require.Equal(t, first, digest(t, Generate(later)))
	cfg.Seed = 8
	require.NotEqual(t, first, digest(t, Generate(cfg)))
}

func TestEveryFormHasItsNumbers(t *testing.T) {
	t.Parallel()
	nums, wants, with := numbers(), demands(), complements()
	codes := map[string]bool{}
	for _, k := range kinds() {
		codes[k.code] = true
		require.Len(t, nums[k.code], len(k.forms), k.code)
		for i, row := range nums[k.code] {
			require.Len(t, row, 2+len(k.facts), k.forms[i].title)
		}
		require.Contains(t, wants, k.code)
		require.Contains(t, seasons(), wants[k.code].season)
	}
	for code, list := range with {
		require.True(t, codes[code], code)
		for _, c := range list {
			require.True(t, codes[c.with], c.with)
		}
	}
}

func TestTextsReadLikeTexts(t *testing.T) {
	t.Parallel()
	w := Generate(Config{Now: day, Size: .02})
	require.Greater(t, len(w.Products), 280)
	slugs := map[string]bool{}
	for i, p := range w.Products {
		require.False(t, slugs[p.Slug], p.Slug)
		slugs[p.Slug] = true
		require.True(t, catalog.ValidSlug(p.Slug), p.Slug)
		words := len(strings.Fields(p.Description))
		require.True(t, words >= 45 && words <= 150, "%s: %d words\n%s", p.Title, words, p.Description)
		require.NotContains(t, p.Description, "%!")
		require.NotContains(t, p.Description, "{it}")
		for _, v := range p.Variants {
			for _, price := range v.Prices {
				require.Positive(t, price.Amount, p.Title)
			}
		}
		if testing.Verbose() && i%29 == 0 {
			t.Logf("%s | %s | %d variants | %v\n%s\n%v", p.Title, p.Subtitle, len(p.Variants), p.Variants[0].Prices, p.Description, p.Tags)
		}
	}
}
