package search

import (
	"maps"
	"math"
	"strings"
)

// compounds knows the words of a catalog and splits those that are written
// together: Ledersofa into leder and sofa. As in Koehn and Knight, "Empirical
// methods for compound splitting" (EACL 2003), parts are words seen alone and
// the split with the greatest mean frequency is taken; what joins the parts, as
// the s of Arbeitstisch, is what the stemmer takes off.
type compounds struct {
	speech *speech
	seen   map[string]int // by stem: in how many fields
}

// The shortest parts, in bytes, and how sure a last part must be when nothing
// is known of what stands before it: Schreib-tisch.
const (
	shortestHead = 3
	shortestTail = 3
	shortestBoth = 7
	sureTail     = 5
	sureTailSeen = 3
)

// fieldCompounds holds the parts of a document's compounds.
const fieldCompounds = "compounds"

// learn takes in the words of documents.
func (c *compounds) learn(docs []Document) {
	for i := range docs {
		for _, f := range docs[i].Fields() {
			c.speech.eachToken(f.Text, func(_, surface, token string) {
				if surface != "" && !c.speech.isStop(surface) {
					c.seen[token]++
				}
			})
		}
	}
}

// split returns the parts of a folded word, or nothing when it is none of
// several.
func (c *compounds) split(word string) []string {
	if len(word) < shortestBoth || strings.ContainsAny(word, "0123456789") {
		return nil
	}
	var parts []string
	best := 0.0
	for at := shortestHead; at <= len(word)-shortestTail; at++ {
		head, tail := word[:at], word[at:]
		last := c.known(tail)
		if last == 0 {
			continue
		}
		if first := c.known(head); first > 0 {
			if mean := math.Sqrt(float64(first) * float64(last)); mean > best {
				parts, best = []string{head, tail}, mean
			}
		} else if parts == nil && len(tail) >= sureTail && last >= sureTailSeen {
			parts = []string{tail} // the longest
		}
	}
	return parts
}

// known is how often a part was seen as a word.
func (c *compounds) known(part string) int {
	if c.speech.isStop(part) {
		return 0
	}
	return c.seen[c.speech.token(part)]
}

// parts returns the parts of the compounds of a text, and of those.
func (c *compounds) parts(text string) []string {
	var found []string
	var add func(word string)
	add = func(word string) {
		for _, part := range c.split(word) {
			found = append(found, part)
			add(part)
		}
	}
	c.speech.eachToken(text, func(_, surface, _ string) { add(surface) })
	return found
}

// taken returns the document with a field for the parts of its compounds; those
// of the title count twice.
func (c *compounds) taken(d Document) Document {
	var parts []string
	for _, f := range d.Fields() {
		of := c.parts(f.Text)
		parts = append(parts, of...)
		if f.Name == FieldTitle {
			parts = append(parts, of...)
		}
	}
	if len(parts) > 0 {
		d.Text = maps.Clone(d.Text)
		d.Text[fieldCompounds] = strings.Join(parts, " ")
	}
	return d
}

// arrange returns documents as they are indexed: in the engine's locale unless
// they have their own, and with the parts of compounds. Its caller may write.
func (e *Engine) arrange(docs []Document) []Document {
	if e.config.Locale == "" && e.compounds == nil {
		return docs
	}
	if e.compounds != nil {
		e.mu.Lock()
		e.compounds.learn(docs)
		e.mu.Unlock()
	}
	out := make([]Document, len(docs))
	parallel(len(docs), func(i int) {
		out[i] = docs[i]
		if out[i].Locale == "" {
			out[i].Locale = e.config.Locale
		}
		if e.compounds != nil {
			out[i] = e.compounds.taken(out[i])
		}
	})
	return out
}

// apart returns a query with its compounds split; false when there are none.
func (e *Engine) apart(text string) (string, bool) {
	if e.compounds == nil {
		return "", false
	}
	var b strings.Builder
	last := 0
	for _, w := range e.speech.pieces(text) {
		if parts := e.compounds.split(w.text); len(parts) > 1 {
			b.WriteString(text[last:w.from] + strings.Join(parts, " "))
			last = w.to
		}
	}
	return b.String() + text[last:], last > 0
}
