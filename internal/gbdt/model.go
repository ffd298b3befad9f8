package gbdt

import (
	"fmt"
	"slices"
)

// Model is a trained ensemble. It is immutable and safe for concurrent use.
type Model struct {
	features  int
	perRound  int // trees of one iteration: 1, or the number of classes
	objective string
	link      link
	linkScale float64
	average   bool // random forest: predictions divide by the iterations
	trees     []tree
	base      []float64 // XGBoost's start scores, one per class; nil: none
	names     []string
	infos     []string // LightGBM's feature_infos
	monotone  string   // LightGBM's monotone_constraints line, as it came
	label     int      // LightGBM's label_index
	version   string
	params    string // LightGBM's parameters block between its end lines
	trailer   string // what follows the parameters, as it came

	flat flatForest
}

// NumFeatures returns the length of a row.
func (m *Model) NumFeatures() int { return m.features }

// NumOutputs returns the length of a result: 1, or the number of classes.
func (m *Model) NumOutputs() int { return m.perRound }

// NumTrees returns the number of trees over all classes.
func (m *Model) NumTrees() int { return len(m.trees) }

// Objective returns the objective as LightGBM or XGBoost write it, such as
// "binary sigmoid:1".
func (m *Model) Objective() string { return m.objective }

// FeatureNames returns the names of the features in their order.
func (m *Model) FeatureNames() []string { return slices.Clone(m.names) }

// Importance is what the splits on a feature add up to.
type Importance struct {
	Feature string
	Splits  int
	Gain    float64
}

// Importance returns one entry per feature in the features' order.
func (m *Model) Importance() []Importance {
	list := make([]Importance, m.features)
	for j := range list {
		list[j].Feature = m.names[j]
	}
	for i := range m.trees {
		t := &m.trees[i]
		for node, f := range t.feature {
			list[f].Splits++
			if t.gain != nil {
				list[f].Gain += t.gain[node]
			}
		}
	}
	return list
}

// finish validates the trees and prepares prediction.
func (m *Model) finish(format string) error {
	if m.features <= 0 || m.features > maxFeatures {
		return &FormatError{format, -1, fmt.Sprintf("has %d features, 1 to %d are handled", m.features, maxFeatures)}
	}
	if m.perRound <= 0 || m.perRound > maxClasses {
		return &FormatError{format, -1, fmt.Sprintf("has %d trees per iteration, 1 to %d are handled", m.perRound, maxClasses)}
	}
	if len(m.trees)%m.perRound != 0 {
		return &FormatError{format, -1, fmt.Sprintf("has %d trees, no multiple of %d", len(m.trees), m.perRound)}
	}
	for i := range m.trees {
		if err := m.trees[i].validate(m.features); err != nil {
			return &FormatError{format, i, err.Error()}
		}
	}
	if len(m.names) != m.features {
		if len(m.names) != 0 {
			return &FormatError{format, -1, fmt.Sprintf("has %d feature names for %d features", len(m.names), m.features)}
		}
		for j := range m.features {
			m.names = append(m.names, fmt.Sprintf("Column_%d", j))
		}
	}
	m.flat = flatten(m.trees)
	return nil
}
