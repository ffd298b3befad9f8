package searcheval

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/bodega-commerce/bodega/search"
)

// Typo is a query with a mistake, and as it was meant.
type Typo struct{ Query, Misspelt, Intended string }

// LoadTypos reads query_id,misspelt,intended; further columns are ignored.
func LoadTypos(file string) ([]Typo, error) {
	var typos []Typo
	err := table(file, []string{"query_id", "misspelt", "intended"}, func(row []string) error {
		typos = append(typos, Typo{row[0], row[1], row[2]})
		return nil
	})
	return typos, err
}

// Spelling is how spelling correction does.
type Spelling struct {
	Typos     int     `json:"typos"`
	Restored  int     `json:"restored"`
	Changed   int     `json:"correct_queries_changed"`
	Misspelt  float64 `json:"ndcg@10_misspelt"`  // not corrected
	Corrected float64 `json:"ndcg@10_corrected"` // misspelt, corrected
	Intended  float64 `json:"ndcg@10_intended"`  // written correctly

	Wrong []string `json:"-"` // what came out otherwise
}

// Spell measures the engine's correction: typos that are restored exactly, and
// correct queries that are changed.
func Spell(ctx context.Context, engine *search.Engine, typos []Typo, queries []Query) (*Spelling, error) {
	s := &Spelling{Typos: len(typos)}
	correct := map[string]bool{}
	by := map[string]*Query{}
	for i := range queries {
		correct[queries[i].Text] = true
		by[queries[i].ID] = &queries[i]
	}
	var sums [3]float64
	judged := 0
	for _, t := range typos {
		correct[t.Intended] = true
		if got := corrected(engine, t.Misspelt); got == t.Intended {
			s.Restored++
		} else {
			s.Wrong = append(s.Wrong, t.Misspelt+" -> "+got+" (meant: "+t.Intended+")")
		}
		q := by[t.Query]
		if q == nil {
			continue
		}
		judged++
		for i, c := range []search.Query{{Text: t.Misspelt, Literal: true}, {Text: t.Misspelt}, {Text: t.Intended}} {
			c.Locale, c.Limit = "en", 10
			result, err := engine.Search(ctx, c)
			if err != nil {
				return nil, err
			}
			ids := make([]string, len(result.Hits))
			for j, h := range result.Hits {
				ids[j] = h.ID
			}
			sums[i] += q.Score(ids).NDCG10
		}
	}
	for text := range correct {
		if got := corrected(engine, text); got != text {
			s.Changed++
			s.Wrong = append(s.Wrong, text+" was changed to "+got)
		}
	}
	if judged > 0 {
		s.Misspelt, s.Corrected, s.Intended = sums[0]/float64(judged), sums[1]/float64(judged), sums[2]/float64(judged)
	}
	return s, nil
}

func corrected(engine *search.Engine, text string) string {
	if c := engine.Correct(text); c != nil && c.Applied {
		return c.Text
	}
	return text
}

// piece draws two to five words in a row of a title, in lower case; none where
// the title has fewer than three.
func piece(docs []search.Document, r *rand.Rand) []string {
	words := strings.Fields(strings.ToLower(docs[r.IntN(len(docs))].Text[search.FieldTitle]))
	if len(words) < 3 {
		return nil
	}
	start := r.IntN(len(words) - 2)
	return words[start:min(len(words), start+2+r.IntN(4))]
}

// MakeTypos puts a mistake of one edit into words of documents' titles: n of
// them, by the seed.
func MakeTypos(docs []search.Document, n int, seed uint64) []Typo {
	known := vocabulary(docs)
	r := rand.New(rand.NewPCG(seed, 0))
	var typos []Typo
	for tries := 0; len(typos) < n && tries < 100*n; tries++ {
		words := piece(docs, r)
		if len(words) == 0 {
			continue
		}
		at := r.IntN(len(words))
		word := words[at]
		if len(word) < 5 || strings.ContainsFunc(word, func(c rune) bool { return c < 'a' || c > 'z' }) {
			continue
		}
		i := 1 + r.IntN(len(word)-2)
		wrong := word[:i] + word[i+1:]
		switch r.IntN(3) {
		case 0:
			wrong = word[:i] + string(rune('a'+r.IntN(26))) + word[i+1:]
		case 1:
			wrong = word[:i] + string(word[i+1]) + string(word[i]) + word[min(i+2, len(word)):]
		}
		if known[wrong] {
			continue
		}
		meant := strings.Join(words, " ")
		words = append([]string(nil), words...)
		words[at] = wrong
		typos = append(typos, Typo{"", strings.Join(words, " "), meant})
	}
	return typos
}

// vocabulary returns the words of documents.
func vocabulary(docs []search.Document) map[string]bool {
	known := map[string]bool{}
	for _, d := range docs {
		for _, f := range d.Fields() {
			for _, w := range strings.FieldsFunc(strings.ToLower(f.Text), func(r rune) bool { return !unicode.IsLetter(r) }) {
				known[w] = true
			}
		}
	}
	return known
}

// MakeStrangers takes n pieces of the titles of others that have a word of five
// letters or more that no document has: a speller of these documents should
// leave them alone.
func MakeStrangers(docs, others []search.Document, n int, seed uint64) []string {
	known := vocabulary(docs)
	r := rand.New(rand.NewPCG(seed, 1))
	var found []string
	for tries := 0; len(found) < n && tries < 1000*n; tries++ {
		words := piece(others, r)
		if slices.ContainsFunc(words, func(w string) bool {
			return len(w) >= 5 && !known[w] && !strings.ContainsFunc(w, func(c rune) bool { return c < 'a' || c > 'z' })
		}) {
			found = append(found, strings.Join(words, " "))
		}
	}
	return found
}
