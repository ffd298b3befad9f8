package recommend

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

// ranker tells from a candidate's signals how likely it is what the user takes
// to next: boosted trees over logistic loss, the mean of several that learned
// from other misses each (bagging, Breiman 1996).
type ranker struct {
	names  []string // of the sources, in the order of their signals
	models []*gbdt.Model
	// buyers: it has learned from histories with purchases alone, and knows
	// nothing of others.
	buyers bool
}

const (
	rankerCases  = 200 // a ranker is learned from at least so many
	rankerModels = 5
	rankerRounds = 60
	rankerRate   = 0.1
	rankerLeaves = 15
	rankerLeast  = 50 // candidates of a leaf
	rankerShare  = 0.7
	buyersAlone  = 0.9 // share of histories with purchases from which on the others are too few to learn from
	rankerMissed = 10  // one in so many of the candidates that were not taken is learned from, and counts for all
)

func learnRanker(ctx context.Context, cases []*judged, names []string, workers int, seed uint64) (*ranker, error) {
	buyers := 0
	for _, j := range cases {
		if len(j.bought) > 0 {
			buyers++
		}
	}
	r := &ranker{names: names, buyers: float64(buyers) > buyersAlone*float64(len(cases))}
	for part := range uint64(rankerModels) {
		model, err := learnTrees(ctx, cases, names, part, workers, seed*rankerModels+part)
		if err != nil {
			return nil, err
		}
		r.models = append(r.models, model)
	}
	return r, nil
}

// learnTrees learns from what was taken, and from one part of what was not.
func learnTrees(ctx context.Context, cases []*judged, names []string, part uint64, workers int, seed uint64) (*gbdt.Model, error) {
	var rows, labels, weights []float64
	width := 0
	for n, j := range cases {
		width = j.width
		for i, id := range j.pool.ids {
			x, hit := j.targets[id]
			var label, weight float64
			switch {
			case hit:
				label, weight = 1, float64(x.weight)
			case hash(id, strconv.Itoa(n))%rankerMissed != part:
				continue
			default:
				weight = rankerMissed
			}
			rows = append(rows, j.signals[i*width:(i+1)*width]...)
			labels, weights = append(labels, label), append(weights, weight)
		}
	}
	x, err := gbdt.RowMajor(rows, width)
	if err != nil {
		return nil, err
	}
	data, err := gbdt.NewDataset(ctx, gbdt.Table{X: x, Label: labels, Weight: weights}, gbdt.DatasetConfig{Names: columnNames(names), Workers: workers})
	if err != nil {
		return nil, err
	}
	return gbdt.Train(ctx, gbdt.Params{Objective: gbdt.Binary, Rounds: rankerRounds, LearningRate: rankerRate, MaxLeaves: rankerLeaves, MinDataInLeaf: rankerLeast,
		FeatureFraction: rankerShare, Seed: seed, Workers: workers}, data)
}

// knows reports whether the ranker has learned from histories of this kind: of
// users who come again, and of buyers if all of those were.
func (r *ranker) knows(history []Interaction, now time.Time) bool {
	if len(history) == 0 || now.Sub(history[len(history)-1].Time) < leastGap {
		return false
	}
	return !r.buyers || slices.ContainsFunc(history, func(x Interaction) bool { return x.Kind == Purchase })
}

func columnNames(sources []string) []string {
	out := make([]string, 0, len(sources)+len(signalNames))
	for _, s := range sources {
		out = append(out, "source "+s)
	}
	out = append(out, signalNames...)
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], " ", "_") // the file format divides names by spaces
	}
	return out
}

// fits reports whether the signals are those the ranker learned from.
func (r *ranker) fits(sources []Source) bool {
	return r != nil && slices.EqualFunc(r.names, sources, func(name string, s Source) bool { return name == s.Name() })
}

// scores are the chances of the candidates, the greatest as 1.
func (r *ranker) scores(signals []float64, width int) []float64 {
	out := make([]float64, 0, len(signals)/width)
	var p [1]float64
	best := 0.0
	for row := range slices.Chunk(signals, width) {
		sum := 0.0
		for _, m := range r.models {
			if m.Predict(row, p[:]) == nil && !math.IsNaN(p[0]) { // the width was checked when it was loaded
				sum += p[0]
			}
		}
		best = max(best, sum)
		out = append(out, sum)
	}
	for i := range out {
		out[i] /= max(best, 1e-12)
	}
	return out
}

type savedRanker struct {
	Sources []string `json:"sources"`
	Buyers  bool     `json:"buyers"`
	Models  []string `json:"models"` // in LightGBM's text format
}

func (r *ranker) marshal() ([]byte, error) {
	saved := savedRanker{Sources: r.names, Buyers: r.buyers}
	for _, m := range r.models {
		var b bytes.Buffer
		if _, err := m.WriteTo(&b); err != nil {
			return nil, err
		}
		saved.Models = append(saved.Models, b.String())
	}
	return json.Marshal(saved)
}

func loadRanker(data []byte) (*ranker, error) {
	var s savedRanker
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, &FormatError{"the ranker: " + err.Error()}
	}
	r := &ranker{names: s.Sources, buyers: s.Buyers}
	for _, text := range s.Models {
		model, err := gbdt.ReadLightGBM(strings.NewReader(text))
		if err != nil {
			return nil, &FormatError{"the ranker: " + err.Error()}
		}
		if model.NumFeatures() != len(s.Sources)+len(signalNames) || model.NumOutputs() != 1 {
			return nil, &FormatError{"the ranker has other signals"}
		}
		r.models = append(r.models, model)
	}
	if len(r.models) == 0 {
		return nil, &FormatError{"the ranker has no trees"}
	}
	return r, nil
}
