package searcheval

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// Scores are the metrics of one query, or their means.
type Scores struct {
	NDCG10    float64 `json:"ndcg@10"`
	Recall100 float64 `json:"recall@100"`
	MRR       float64 `json:"mrr"`
	Rerank    float64 `json:"rerank_ndcg"`
}

// Score judges a ranking of ids, the best first. Recall and reciprocal rank
// count products labelled E; NDCG@10 counts the gains of all, unjudged ones 0.
// Rerank is the NDCG of the judged products alone: those that the ranking
// lacks come after it, by id.
func (q *Query) Score(ranking []string) Scores {
	var s Scores
	gains := make([]float64, len(ranking))
	found := 0
	var judged []float64
	seen := map[string]bool{}
	for i, id := range ranking {
		gain, ok := q.Gains[id]
		gains[i] = gain
		if ok {
			judged = append(judged, gain)
			seen[id] = true
		}
		if q.Exact[id] {
			if i < 100 {
				found++
			}
			if s.MRR == 0 && i < 1000 {
				s.MRR = 1 / float64(i+1)
			}
		}
	}
	var missing []string
	ideal := make([]float64, 0, len(q.Gains))
	for id, gain := range q.Gains {
		ideal = append(ideal, gain)
		if !seen[id] {
			missing = append(missing, id)
		}
	}
	sort.Strings(missing)
	for _, id := range missing {
		judged = append(judged, q.Gains[id])
	}
	slices.Sort(ideal)
	slices.Reverse(ideal)
	s.NDCG10 = ratio(gain(gains, 10), gain(ideal, 10))
	s.Rerank = ratio(gain(judged, len(judged)), gain(ideal, len(ideal)))
	s.Recall100 = ratio(float64(found), float64(len(q.Exact)))
	return s
}

// gain is the discounted cumulative gain of the first cut.
func gain(gains []float64, cut int) float64 {
	var sum float64
	for i, g := range gains[:min(cut, len(gains))] {
		sum += g / math.Log2(float64(i+2))
	}
	return sum
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// Mean returns the mean of each metric.
func Mean(all []Scores) Scores {
	var m Scores
	for _, s := range all {
		m.NDCG10 += s.NDCG10 / float64(len(all))
		m.Recall100 += s.Recall100 / float64(len(all))
		m.MRR += s.MRR / float64(len(all))
		m.Rerank += s.Rerank / float64(len(all))
	}
	return m
}

// Interval is where the difference of two means lies with 95% confidence.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

const resamples = 10_000

// Bootstrap returns the interval of mean(a-b), resampling queries, of which a
// and b hold one number each.
func Bootstrap(a, b []float64, seed uint64) Interval {
	random := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // numbers that must repeat, not secrets
	means := make([]float64, resamples)
	for i := range means {
		for range a {
			j := random.IntN(len(a))
			means[i] += (a[j] - b[j]) / float64(len(a))
		}
	}
	slices.Sort(means)
	return Interval{means[resamples/40], means[resamples-1-resamples/40]}
}
