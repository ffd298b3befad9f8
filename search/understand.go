package search

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What words mean in a query, in the languages that are read: English, German,
// French, Spanish, Italian, Dutch and Portuguese, without accents. A phrase is
// words in a row.
var (
	wordsBelow   = phrases("under", "below", "less than", "up to", "at most", "max", "maximum", "cheaper than", "unter", "bis", "bis zu", "hochstens", "moins de", "jusqu a", "menos de", "hasta", "sotto", "meno di", "fino a", "onder", "minder dan", "tot", "abaixo de", "ate")
	wordsAbove   = phrases("over", "above", "more than", "at least", "min", "minimum", "uber", "ab", "mindestens", "plus de", "a partir de", "mas de", "desde", "sopra", "piu di", "boven", "meer dan", "vanaf", "mais de", "acima de")
	wordsBetween = phrases("between", "from", "zwischen", "von", "entre", "tra", "fra", "tussen", "van", "de")
	wordsAnd     = phrases("and", "to", "und", "bis", "et", "y", "a", "e", "en", "ate")
	wordsStars   = phrases("star", "stars", "sterne", "etoiles", "estrellas", "stelle", "sterren", "estrelas")
	wordsInStock = phrases("in stock", "available now", "auf lager", "sofort lieferbar", "en stock", "disponible", "disponibile", "op voorraad", "em estoque")
	wordsWithout = phrases("without", "no", "ohne", "sans", "sin", "senza", "zonder", "sem")
	wordsSize    = phrases("size", "große", "grosse", "groesse", "taille", "talla", "taglia", "maat", "tamanho")
	wordsFor     = phrases("for", "fur", "pour", "para", "per", "voor")
	currencies   = map[string]string{"$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
		"£": "GBP", "gbp": "GBP", "pounds": "GBP", "¥": "JPY", "yen": "JPY", "jpy": "JPY", "chf": "CHF", "franken": "CHF"}
)

// readWords are the words of all that is read.
var readWords = wordsIn(wordsBelow, wordsAbove, wordsBetween, wordsAnd, wordsStars, wordsInStock, wordsWithout, wordsSize)

func wordsIn(lists ...[][]string) map[string]bool {
	all := map[string]bool{}
	for _, list := range lists {
		for _, phrase := range list {
			for _, w := range phrase {
				all[w] = true
			}
		}
	}
	return all
}

func phrases(all ...string) [][]string {
	out := make([][]string, len(all))
	for i, p := range all {
		out[i] = strings.Fields(p)
	}
	slices.SortStableFunc(out, func(a, b []string) int { return len(b) - len(a) }) // the longest fits first
	return out
}

// bit is a word, a number or a sign of a query.
type bit struct {
	from, to int
	text     string // folded
	number   float64
	isNumber bool
}

// bits takes a query apart. "$900", "4+" and "20-50" are several.
func (s *speech) bits(text string) []bit {
	var out []bit
	for _, p := range s.pieces(text) {
		// Digits and letters that touch are parted: 900eur, 180cm.
		start := p.from
		part := func(to int) {
			if to > start {
				b := bit{from: start, to: to, text: s.fold(text[start:to])}
				out = append(out, b)
			}
			start = to
		}
		last := false
		for at, r := range text[p.from:p.to] {
			digit := r >= '0' && r <= '9'
			if at > 0 && digit != last {
				part(p.from + at)
			}
			last = digit
		}
		part(p.to)
	}
	var merged []bit
	for i := 0; i < len(out); i++ { // 1,299.50
		b := out[i]
		for i+1 < len(out) && isDigits(b.text[strings.LastIndexAny(b.text, ".,")+1:]) && isDigits(out[i+1].text) && out[i+1].from == b.to+1 && (text[b.to] == '.' || text[b.to] == ',') {
			b.text += string(text[b.to]) + out[i+1].text
			b.to = out[i+1].to
			i++
		}
		b.number, b.isNumber = parseNumber(b.text)
		merged = append(merged, b)
	}
	for sign := range currencies { // signs of currencies are no words
		if len(sign) > 3 || isLetter(sign) {
			continue
		}
		for at := 0; ; {
			next := strings.Index(text[at:], sign)
			if next < 0 {
				break
			}
			at += next
			merged = append(merged, bit{from: at, to: at + len(sign), text: sign})
			at += len(sign)
		}
	}
	slices.SortFunc(merged, func(a, b bit) int { return a.from - b.from })
	return merged
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func isLetter(s string) bool { return s[0] >= 'a' && s[0] <= 'z' }

// parseNumber reads 1299, 1,299, 1.299,50 and 1299.5: the last sign parts the
// fraction when one or two digits follow it.
func parseNumber(s string) (float64, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' || strings.Trim(s, "0123456789.,") != "" {
		return 0, false
	}
	if at := strings.LastIndexAny(s, ".,"); at >= 0 {
		whole, fraction := s[:at], s[at+1:]
		whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
		if len(fraction) <= 2 {
			s = whole + "." + fraction
		} else {
			s = whole + fraction
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && n < 1e12
}

// match returns how many bits from at on one of the phrases takes; 0 is none.
func match(all [][]string, bits []bit, at int) int {
	for _, p := range all {
		if at+len(p) > len(bits) {
			continue
		}
		fits := true
		for i, w := range p {
			fits = fits && bits[at+i].text == w
		}
		if fits {
			return len(p)
		}
	}
	return 0
}

// understood is what was read of a query.
type understood struct {
	text    string // without the words that became filters
	said    []Understanding
	negated []string // stems that are not wanted
}

// parser reads a query.
type parser struct {
	e        *Engine
	q        *Query
	bits     []bit
	taken    []bool
	measures []measure
	out      *understood
}

// read finds out what the words ask for beside what they name: prices, stars,
// availability and sizes become filters, values that documents have count more,
// and words behind "without" are not wanted. Its caller holds the lock.
func (e *Engine) read(q *Query) *understood {
	p := &parser{e: e, q: q, bits: e.speech.bits(q.Text), measures: measures(q.Text), out: &understood{}}
	p.taken = make([]bool, len(p.bits))
	for at := 0; at < len(p.bits); {
		at += max(1, p.step(at))
	}
	if e.corpus.size() > 0 {
		p.values()
		p.purpose()
	}
	var b strings.Builder
	last := 0
	for i, x := range p.bits {
		if p.taken[i] {
			b.WriteString(q.Text[last:x.from])
			last = x.to
		}
	}
	b.WriteString(q.Text[last:])
	p.out.text = b.String()
	return p.out
}

// step reads what begins at a bit and returns how many it took.
func (p *parser) step(at int) int {
	if n := match(wordsInStock, p.bits, at); n > 0 {
		return p.take(at, n, Filter{Field: FieldAvailable, Values: []string{"true"}}, "can be bought now")
	}
	if n := p.stars(at); n > 0 {
		return n
	}
	if n := p.quantity(at); n > 0 {
		return n
	}
	if n := match(wordsBetween, p.bits, at); n > 0 {
		if low, a, cur, marked := p.amount(at + n); a > 0 {
			if m := match(wordsAnd, p.bits, at+n+a); m > 0 {
				if high, b, other, alsoMarked := p.amount(at + n + a + m); b > 0 && low < high && (marked || alsoMarked || p.ends(at+n+a+m+b)) && p.currency(cur) && p.currency(other) {
					return p.take(at, n+a+m+b, p.price(&low, &high), fmt.Sprintf("costs from %v to %v", low, high))
				}
			}
		}
	}
	if n := match(wordsBelow, p.bits, at); n > 0 {
		if high, a, cur, marked := p.amount(at + n); a > 0 && (marked || p.ends(at+n+a)) && p.currency(cur) {
			return p.take(at, n+a, p.price(nil, &high), fmt.Sprintf("costs up to %v", high))
		}
	}
	if n := match(wordsAbove, p.bits, at); n > 0 {
		if low, a, cur, marked := p.amount(at + n); a > 0 && marked && p.currency(cur) {
			return p.take(at, n+a, p.price(&low, nil), fmt.Sprintf("costs from %v", low))
		}
	}
	if n := match(wordsSize, p.bits, at); n > 0 && at+n < len(p.bits) {
		for field, col := range p.e.corpus.columns {
			if !slices.ContainsFunc(wordsSize, func(w []string) bool { return w[0] == p.e.speech.fold(field) }) {
				continue
			}
			for _, v := range col.named(p.bits[at+n].text) {
				value := col.values.text[v]
				return p.take(at, n+1, Filter{Field: field, Values: []string{value}}, field+" "+value)
			}
		}
	}
	if n := match(wordsWithout, p.bits, at); n > 0 && at+n < len(p.bits) && !p.bits[at+n].isNumber {
		p.out.negated = append(p.out.negated, p.e.speech.tokens(p.bits[at+n].text)...)
		return n + 1
	}
	if at+1 < len(p.bits) && p.bits[at+1].text == "free" && !p.e.speech.isStop(p.bits[at].text) {
		p.out.negated = append(p.out.negated, p.e.speech.tokens(p.bits[at].text)...)
		return 2
	}
	return 0
}

// stars reads "4 stars and up", "4+ stars", "at least 4 stars".
func (p *parser) stars(at int) int {
	n := match(wordsAbove, p.bits, at)
	if at+n+1 >= len(p.bits) || !p.bits[at+n].isNumber {
		return 0
	}
	low := p.bits[at+n].number
	if low < 1 || low > 5 || match(wordsStars, p.bits, at+n+1) == 0 {
		return 0
	}
	n += 2
	for _, tail := range [][]string{{"and", "up"}, {"or", "more"}, {"or", "better"}, {"and", "above"}, {"und", "mehr"}, {"et", "plus"}, {"o", "mas"}} {
		if match([][]string{tail}, p.bits, at+n) > 0 {
			n += 2
		}
	}
	return p.take(at, n, Filter{Field: FieldRating, Min: &low}, fmt.Sprintf("has %v stars or more", low))
}

// amount reads a number with a currency before it or behind it, or none.
func (p *parser) amount(at int) (n float64, took int, currency string, marked bool) {
	start := at
	if at < len(p.bits) {
		if c, ok := currencies[p.bits[at].text]; ok {
			currency, marked = c, true
			at++
		}
	}
	if at >= len(p.bits) || !p.bits[at].isNumber {
		return 0, 0, "", false
	}
	n = p.bits[at].number
	at++
	if at < len(p.bits) && !marked {
		if c, ok := currencies[p.bits[at].text]; ok {
			currency, marked = c, true
			at++
		}
	}
	return n, at - start, currency, marked
}

// ends reports whether the query ends at a bit: "under 900", and not "under 5
// years".
func (p *parser) ends(at int) bool { return at >= len(p.bits) }

// currency reports whether an amount in it can be compared with prices.
func (p *parser) currency(c string) bool {
	return (c == "" || p.q.Currency == "" || c == p.q.Currency) && p.e.corpus.columns[p.q.priceField()] != nil
}

func (q *Query) priceField() string {
	if q.Price == "" {
		return "price"
	}
	return q.Price
}

func (p *parser) price(low, high *float64) Filter {
	return Filter{Field: p.q.priceField(), Min: low, Max: high}
}

// take makes a filter of some bits, unless the caller filters that field.
func (p *parser) take(at, n int, f Filter, reason string) int {
	if slices.ContainsFunc(p.q.Filters, func(g Filter) bool { return g.Field == f.Field }) {
		return n
	}
	for i := at; i < at+n; i++ {
		p.taken[i] = true
	}
	p.out.said = append(p.out.said, Understanding{Words: p.words(at, n), Filter: f, Reason: reason})
	return n
}

func (p *parser) words(at, n int) string { return p.q.Text[p.bits[at].from:p.bits[at+n-1].to] }

// longestValue is how many words of a query may name a value.
const longestValue = 3

// values finds the words that name values documents have: "red", "real leather".
func (p *parser) values() {
	for at := 0; at < len(p.bits); {
		step := 1
		for n := min(longestValue, len(p.bits)-at); n > 0; n-- {
			if p.value(at, n) {
				step = n
				break
			}
		}
		at += step
	}
}

func (p *parser) value(at, n int) bool {
	var stems []string
	for i := at; i < at+n; i++ {
		if p.taken[i] {
			return false
		}
		stems = append(stems, p.e.speech.tokens(p.bits[i].text)...)
	}
	if len(stems) == 1 && (isDigits(stems[0]) || p.e.speech.isStop(stems[0]) || slices.Contains(p.out.negated, stems[0])) {
		return false
	}
	found := false
	for _, field := range p.e.corpus.valued {
		col := p.e.corpus.columns[field]
		var values []string
		for _, v := range col.byStems[strings.Join(stems, " ")] {
			values = append(values, col.values.text[v])
		}
		if len(values) > 0 && !slices.ContainsFunc(p.q.Filters, func(g Filter) bool { return g.Field == field }) {
			found = true
			p.out.said = append(p.out.said, Understanding{Words: p.words(at, n), Filter: Filter{Field: field, Values: values}, Boost: true, Reason: field + " " + strings.Join(values, " or ")})
		}
	}
	return found
}

// purpose prefers the categories that are named behind "for": a mirror for a
// small bathroom, of all mirrors.
func (p *parser) purpose() {
	if slices.ContainsFunc(p.q.Filters, func(f Filter) bool { return f.Field == FieldCategory }) {
		return
	}
	for at := range p.bits {
		if match(wordsFor, p.bits, at) == 0 {
			continue
		}
		for from := at + 1; from < min(at+4, len(p.bits)); from++ { // "the", "a small"
			var stems []string
			for i := from; i < min(from+longestValue, len(p.bits)) && !p.taken[i]; i++ {
				stems = append(stems, p.e.speech.tokens(p.bits[i].text)...)
				var paths []string
				for _, id := range p.e.corpus.called[strings.Join(stems, " ")] {
					if p.e.corpus.inPath[id] > 0 {
						paths = append(paths, p.e.corpus.paths.text[id])
					}
				}
				if len(paths) > 0 {
					p.out.said = append(p.out.said, Understanding{Words: p.words(from, i-from+1), Filter: Filter{Field: FieldCategory, Values: paths}, Boost: true,
						Reason: "category " + strings.Join(paths, " or ")})
				}
			}
		}
	}
}

// negated returns the stems that the query does not want.
func (p *prepared) negated() []string {
	if p.read == nil {
		return nil
	}
	return p.read.negated
}
