package review

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/core"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a\n\nb c", plain(" a\r\n\n\n\n\nb\tc\x07 ", true))
	require.Equal(t, "a b", plain("a\nb", false))
	require.Equal(t, "evil", plain("\u202eevil\u2066", false), "no turning of the reading direction")
	require.Equal(t, "👩‍👩‍👧 naïve", plain("👩‍👩‍👧 naïve", false), "joiners stay")
}

func TestHTMLIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"<b>", "a<script", "</p>", "<!-- x", "<?php", "x <A href"} {
		require.True(t, hasHTML(s), s)
	}
	for _, s := range []string{"", "2 < 3 > 1", "I <3 it", "<", "a<", "<=", "<1 kg", "< b >"} {
		require.False(t, hasHTML(s), s)
	}
}

func TestNormalizeNamesEveryField(t *testing.T) {
	t.Parallel()
	r := Review{ProductID: "x", Rating: 0, Title: strings.Repeat("t", MaxTitle+1), Body: "<i>", Author: " "}
	err := r.normalize()
	for _, field := range []string{"product_id", "rating", "title", "body", "author"} {
		require.ErrorContains(t, err, field+":")
	}
	bad := Review{ProductID: "prod_1", Rating: 5, Author: "A", Body: "\xff"}
	require.True(t, core.IsKind(bad.normalize(), core.KindInvalid))
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	require.Equal(t, Summary{ProductID: "p"}, Summarize("p", [5]int64{}))
	require.EqualValues(t, 367, Summarize("p", [5]int64{0, 0, 1, 2, 0}).Average) // 3.666...
	require.EqualValues(t, 450, Summarize("p", [5]int64{0, 0, 0, 1, 1}).Average)
	rapid.Check(t, func(t *rapid.T) {
		var stars [5]int64
		for i := range stars {
			stars[i] = rapid.Int64Range(0, 1e9).Draw(t, "n")
		}
		s := Summarize("p", stars)
		if s.Count == 0 {
			require.Zero(t, s.Average)
			return
		}
		require.True(t, s.Average >= 100 && s.Average <= 500)
	})
}

func FuzzPlain(f *testing.F) {
	f.Add("a\r\n<b>\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		if !core.ValidText(s) {
			return
		}
		once := plain(s, true)
		require.True(t, core.ValidText(once))
		require.Equal(t, once, plain(once, true), "plain is plain already")
	})
}
