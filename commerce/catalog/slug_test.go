package catalog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
)

func TestSlugify(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, locale, want string }{
		{"Linen Tee", "", "linen-tee"},
		{"  Men's  shirt — 50% off!  ", "", "mens-shirt-50percent-off"},
		{"Größe Öl für Äpfel", "", "grosse-ol-fur-apfel"},
		{"Größe Öl für Äpfel", "de-AT", "groesse-oel-fuer-aepfel"},
		{"Crème brûlée Ærø Łódź Åland", "", "creme-brulee-aero-lodz-aland"},
		{"Щедрый Вечер", "", "shchedryy-vecher"},
		{"Ελιά και φέτα", "", "elia-kai-feta"},
		{"猫の本 2", "", "猫の本-2"},
		{"한글", "", "한글"},
		{"Tea & Co", "", "tea-and-co"},
		{"ﬁne ①", "", "fine-1"},
		{"İstanbul ılık", "", "istanbul-ilik"},
		{"👍 --- ", "", ""},
		{"a\xff\x00b", "", "a-b"},
		{strings.Repeat("word ", 100), "", strings.TrimSuffix(strings.Repeat("word-", 40), "-")},
	} {
		got := catalog.Slugify(row.text, row.locale)
		require.Equal(t, row.want, got, "%q", row.text)
		require.True(t, got == "" || catalog.ValidSlug(got), got)
	}
	for _, bad := range []string{"", "-a", "a-", "a--b", "A", "a b", "a/b", "É", "a_b", "a\x00", "a\xff", strings.Repeat("a", 201)} {
		require.False(t, catalog.ValidSlug(bad), "%q", bad)
	}
	require.Equal(t, []string{"a", "a-2", "a-3"}, catalog.SlugCandidates("a", 1, 3))
	long := catalog.SlugCandidates(strings.Repeat("a", 200), 9, 2)
	require.Len(t, long[1], 200)
	require.True(t, strings.HasSuffix(long[1], "-10"))
}

func FuzzSlugify(f *testing.F) {
	f.Add("Größe  猫 — é", "de")
	f.Add("ᾀ̸ Ǆ İ", "")
	f.Fuzz(func(t *testing.T, text, locale string) {
		got := catalog.Slugify(text, locale)
		if got != "" && !catalog.ValidSlug(got) {
			t.Fatalf("%q of %q is no slug", got, text)
		}
		if again := catalog.Slugify(got, ""); got != "" && !catalog.ValidSlug(again) {
			t.Fatalf("%q of %q", again, got)
		}
	})
}

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"ABC": "abc", "Éclair": "eclair", "Übergröße": "ubergroße", "한글": "한글", "": ""} {
		require.Equal(t, want, catalog.Fold(in))
	}
}
