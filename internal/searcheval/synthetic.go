package searcheval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/search"
)

// Synthetic is a made-up catalog of any size: some 1,200 types of goods in a
// tree of three levels, brands and colours of very different frequency, and
// descriptions of words by Zipf's law, half of them the type's own. Each product
// follows from the seed and its number alone, so that a catalog need not be held.
type Synthetic struct {
	seed  uint64
	types []syntheticType
	brand []string
	words []string // the commonest first
}

type syntheticType struct {
	name, department, group string
	colors, materials       []string
	own                     []string // words that its descriptions use
	price                   float64  // the median
}

const (
	syntheticBrands = 3000
	syntheticWords  = 40_000
)

// NewSynthetic makes the words of a catalog.
func NewSynthetic(seed uint64) *Synthetic {
	r := draw(seed, 0)
	s := &Synthetic{seed: seed}
	taken := map[string]bool{}
	word := func(least, most int) string {
		for {
			if w := invented(r, least+r.IntN(most-least+1)); !taken[w] {
				taken[w] = true
				return w
			}
		}
	}
	for len(s.brand) < syntheticBrands {
		s.brand = append(s.brand, capital(word(2, 3)))
	}
	s.words = append(s.words, commonWords...)
	for len(s.words) < syntheticWords {
		s.words = append(s.words, word(2, 4))
	}
	for _, d := range syntheticDepartments {
		for _, group := range d.groups {
			for _, use := range syntheticUses {
				t := syntheticType{name: use + " " + group, department: d.name, group: group, price: math.Exp(2 + 3*r.Float64())}
				for range 40 {
					t.own = append(t.own, s.words[len(commonWords)+r.IntN(syntheticWords-len(commonWords))])
				}
				t.colors = some(r, syntheticColors, 8)
				t.materials = some(r, syntheticMaterials, 4)
				s.types = append(s.types, t)
			}
		}
	}
	r.Shuffle(len(s.types), func(i, j int) { s.types[i], s.types[j] = s.types[j], s.types[i] })
	return s
}

// draw makes the random numbers of one thing of a catalog.
func draw(seed, of uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, of)) } //nolint:gosec // made-up goods

func capital(w string) string { return strings.ToUpper(w[:1]) + w[1:] }

// invented is a word of some syllables.
func invented(r *rand.Rand, syllables int) string {
	const consonants, vowels = "bcdfghjklmnprstvz", "aeiou"
	var b strings.Builder
	for range syllables {
		b.WriteByte(consonants[r.IntN(len(consonants))])
		b.WriteByte(vowels[r.IntN(len(vowels))])
		if r.IntN(3) == 0 {
			b.WriteByte("lmnrst"[r.IntN(6)])
		}
	}
	return b.String()
}

func some(r *rand.Rand, of []string, n int) []string {
	chosen := slices.Clone(of)
	r.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	return chosen[:n]
}

// zipf draws a number below n: k about as often as 1/(k+1).
func zipf(r *rand.Rand, n int) int { return min(int(math.Pow(float64(n+1), r.Float64()))-1, n-1) }

// synthesis is what a product is made of.
type synthesis struct {
	kind                          *syntheticType
	brand, color, material, style string
	model                         string
}

func (s *Synthetic) synthesis(r *rand.Rand) synthesis {
	x := synthesis{kind: &s.types[zipf(r, len(s.types))], brand: s.brand[zipf(r, len(s.brand))], style: syntheticStyles[zipf(r, len(syntheticStyles))]}
	x.color, x.material = x.kind.colors[zipf(r, len(x.kind.colors))], x.kind.materials[zipf(r, len(x.kind.materials))]
	x.model = fmt.Sprintf("%c%c%d", 'A'+r.IntN(26), 'A'+r.IntN(26), 10+r.IntN(990))
	return x
}

// ID is that of a product.
func (s *Synthetic) ID(n int) string { return fmt.Sprintf("prod_%08d", n) }

// Document makes a product.
func (s *Synthetic) Document(n int) search.Document {
	r := draw(s.seed, uint64(n)+1)
	x := s.synthesis(r)
	title := []string{x.brand, x.model, capital(x.style), capital(x.color), capital(x.material), capital(x.kind.name)}
	if r.IntN(3) == 0 {
		title = append(title, "with", s.words[zipf(r, len(s.words))], s.words[zipf(r, len(s.words))])
	}
	var text strings.Builder
	for i := range 15 + r.IntN(30) {
		w := s.words[zipf(r, len(s.words))]
		if i%2 == 0 {
			w = x.kind.own[zipf(r, len(x.kind.own))]
		}
		text.WriteString(w + " ")
	}
	d := search.Document{ID: s.ID(n), Locale: "en", Categories: [][]string{{x.kind.department, x.kind.group, x.kind.name}},
		Text:        map[string]string{search.FieldTitle: strings.Join(title, " "), search.FieldBrand: x.brand, search.FieldColor: x.color, search.FieldDescription: text.String()},
		Attributes:  map[string][]string{"brand": {x.brand}, "color": {x.color}, "material": {x.material}, "size": some(r, syntheticSizes, 1+r.IntN(4))},
		Numbers:     map[string]float64{"price": math.Round(100*x.kind.price*math.Exp(r.NormFloat64()/2)) / 100},
		Popularity:  math.Floor(math.Exp(6 * r.Float64() * r.Float64())),
		Unavailable: r.IntN(10) == 0}
	if r.IntN(3) > 0 {
		d.Ratings = int(math.Exp(7 * r.Float64() * r.Float64()))
		d.Rating = math.Round(10*min(5, 3.9+r.NormFloat64()*0.6)) / 10
	}
	return d
}

// Documents makes the products from one number up to another.
func (s *Synthetic) Documents(from, to int) []search.Document {
	docs := make([]search.Document, to-from)
	for i := range docs {
		docs[i] = s.Document(from + i)
	}
	return docs
}

// Query makes what a shopper looks for: one to five words that a product has,
// one in ten queries with a misspelt one.
func (s *Synthetic) Query(n int) string {
	r := draw(s.seed+1, uint64(n))
	x := s.synthesis(r)
	parts := []string{x.kind.group, x.kind.name, x.color, x.material, x.style, x.brand, x.kind.own[zipf(r, len(x.kind.own))]}
	words := strings.Fields(parts[r.IntN(2)])
	for _, more := range r.Perm(len(parts) - 2)[:r.IntN(4)] {
		words = append([]string{parts[2+more]}, words...)
	}
	words = words[max(0, len(words)-5):]
	if r.IntN(10) == 0 {
		at := r.IntN(len(words))
		words[at] = misspelt(r, words[at])
	}
	return strings.ToLower(strings.Join(words, " "))
}

// Filters makes one or two filters that the product passes which the query of
// that number has its words from.
func (s *Synthetic) Filters(n int) []search.Filter {
	x := s.synthesis(draw(s.seed+1, uint64(n)))
	r := draw(s.seed+2, uint64(n))
	low, high := x.kind.price/2, 2*x.kind.price
	all := []search.Filter{
		{Field: "color", Values: []string{x.color, x.kind.colors[r.IntN(len(x.kind.colors))]}},
		{Field: "price", Min: &low, Max: &high},
		{Field: search.FieldAvailable, Values: []string{"true"}},
		{Field: "brand", Values: []string{x.brand, s.brand[zipf(r, len(s.brand))], s.brand[zipf(r, len(s.brand))]}},
		{Field: search.FieldCategory, Values: []string{x.kind.department}},
		{Field: "size", Values: some(r, syntheticSizes, 2)},
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+r.IntN(2)]
}

// misspelt swaps, drops or doubles a letter behind the first.
func misspelt(r *rand.Rand, w string) string {
	b := []byte(w)
	if len(b) < 4 {
		return w
	}
	at := 1 + r.IntN(len(b)-2)
	switch r.IntN(3) {
	case 0:
		b[at], b[at+1] = b[at+1], b[at]
	case 1:
		b = slices.Delete(b, at, at+1)
	default:
		b = slices.Insert(b, at, b[at])
	}
	return string(b)
}
