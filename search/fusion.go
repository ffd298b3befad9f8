package search

import "math"

// Fusion makes one list of the keyword list and the vector list, each with the
// best first. Scores of the result say nothing beyond their order.
type Fusion interface {
	Fuse(keyword, vector []Match) []Match
}

// ReciprocalRank is reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): a
// list adds Weight/(K+rank) to each of its documents.
type ReciprocalRank struct {
	K             float64 // Default 60
	KeywordWeight float64 // Default 1
	VectorWeight  float64 // Default 1
}

// Fuse makes one list of both.
func (r ReciprocalRank) Fuse(keyword, vector []Match) []Match {
	k := orDefault(r.K, 60)
	scores := make(map[string]float64, len(keyword)+len(vector))
	for i, m := range keyword {
		scores[m.ID] += orDefault(r.KeywordWeight, 1) / (k + float64(i+1))
	}
	for i, m := range vector {
		scores[m.ID] += orDefault(r.VectorWeight, 1) / (k + float64(i+1))
	}
	return best(scores, len(scores))
}

// WeightedScores adds up the lists' scores, each scaled so that its best is 1
// and what is not in it 0.
type WeightedScores struct {
	KeywordWeight float64 // Default 1
	VectorWeight  float64 // Default 1
}

// Fuse makes one list of both.
func (w WeightedScores) Fuse(keyword, vector []Match) []Match {
	return weigh(keyword, vector, orDefault(w.KeywordWeight, 1), orDefault(w.VectorWeight, 1))
}

// Trusting is WeightedScores that trusts a list as far as the top of the other
// confirms it: a list's weight is the discounted share of its first Top
// documents among the other's first Deep. A list that leads astray finds
// little agreement; a vector list never outweighs the keyword list.
type Trusting struct {
	Top  int // Default 10
	Deep int // Default 100
}

// Fuse makes one list of both.
func (t Trusting) Fuse(keyword, vector []Match) []Match {
	top, deep := t.Top, t.Deep
	if top <= 0 {
		top = 10
	}
	if deep <= 0 {
		deep = 100
	}
	kw, vw := confirmed(keyword, vector, top, deep), confirmed(vector, keyword, top, deep)
	if len(keyword) == 0 {
		return weigh(nil, vector, 0, 1)
	}
	return weigh(keyword, vector, max(kw, vw, 0.1), vw)
}

// confirmed is the share of list's first top, early ranks counting more, that
// are among other's first deep.
func confirmed(list, other []Match, top, deep int) float64 {
	there := make(map[string]bool, deep)
	for _, m := range other[:min(deep, len(other))] {
		there[m.ID] = true
	}
	var sum, all float64
	for i, m := range list[:min(top, len(list))] {
		discount := 1 / math.Log2(float64(i+2))
		all += discount
		if there[m.ID] {
			sum += discount
		}
	}
	if all == 0 {
		return 0
	}
	return sum / all
}

func weigh(keyword, vector []Match, kw, vw float64) []Match {
	scores := make(map[string]float64, len(keyword)+len(vector))
	for _, l := range []struct {
		matches []Match
		weight  float64
	}{{keyword, kw}, {vector, vw}} {
		for _, m := range l.matches {
			if m.Score > 0 && l.weight > 0 {
				scores[m.ID] += l.weight * m.Score / l.matches[0].Score
			}
		}
	}
	return best(scores, len(scores))
}

func orDefault(x, otherwise float64) float64 {
	if x == 0 {
		return otherwise
	}
	return x
}
