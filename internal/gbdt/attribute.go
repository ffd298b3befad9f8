package gbdt

import "errors"

// ErrNoInnerValues means that a model file lacks the values of its inner nodes,
// which Attribute needs.
var ErrNoInnerValues = errors.New("gbdt: the model has no values for its inner nodes, so scores cannot be attributed")

// Attribute writes what each feature added to the raw scores of a row to out, in
// the shape of SHAP, and like there their sum is the raw score. A feature gets
// what the value of a node changes by where its split is passed (Saabas 2014):
// the cost of a prediction, but of features that work together the one that is
// split later gets more than its Shapley value.
func (m *Model) Attribute(x, out []float64) error {
	width := m.features + 1
	if err := m.checkShape(x, out, m.perRound*width); err != nil {
		return err
	}
	for i := range m.trees {
		if t := &m.trees[i]; len(t.innerValue) != len(t.feature) {
			return ErrNoInnerValues
		}
	}
	out = out[:m.perRound*width]
	clear(out)
	for k, b := range m.base {
		out[k*width+m.features] = b
	}
	for i := range m.trees {
		m.trees[i].attribute(x, out[(i%m.perRound)*width:][:width])
	}
	return nil
}

func (t *tree) attribute(x, out []float64) {
	if len(t.feature) == 0 {
		out[len(out)-1] += t.leafValue[0]
		return
	}
	value := t.innerValue[0]
	out[len(out)-1] += value
	for node := int32(0); node >= 0; {
		feature := t.feature[node]
		if t.goesLeft(int(node), x[feature]) {
			node = t.left[node]
		} else {
			node = t.right[node]
		}
		next := 0.0
		if node < 0 {
			next = t.leafValue[^node]
		} else {
			next = t.innerValue[node]
		}
		out[feature] += next - value
		value = next
	}
}
