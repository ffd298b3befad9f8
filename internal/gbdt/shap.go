package gbdt

import "errors"

// ErrNoCover means that a model file lacks the counts (or weights) of its nodes,
// which SHAP values need.
var ErrNoCover = errors.New("gbdt: the model has no counts for its nodes, so it has no SHAP values")

// SHAP writes the contributions of each feature to the raw scores of a row to
// out: for each class NumFeatures values and the expected raw score, so
// NumOutputs x (NumFeatures + 1). Their sum is the raw score. The method is path
// dependent TreeSHAP (Lundberg, Erion, Lee 2018), exact for the trees' own
// distribution.
func (m *Model) SHAP(x, out []float64) error {
	width := m.features + 1
	if err := m.checkShape(x, out, m.perRound*width); err != nil {
		return err
	}
	for i := range m.trees {
		if !m.trees[i].hasCover() {
			return ErrNoCover
		}
	}
	out = out[:m.perRound*width]
	clear(out)
	for k, b := range m.base {
		out[k*width+m.features] = b
	}
	var s shapWalk
	for i := range m.trees {
		phi := out[(i%m.perRound)*width:][:width]
		t := &m.trees[i]
		phi[m.features] += t.expected()
		if len(t.feature) == 0 {
			continue
		}
		s.tree, s.x, s.phi = t, x, phi
		s.walk(0, 0, 0, 1, 1, -1)
	}
	return nil
}

// expected returns the mean of the leaves by cover.
func (t *tree) expected() float64 {
	if len(t.feature) == 0 {
		return t.leafValue[0]
	}
	sum, total := 0.0, t.cover(0)
	for i, v := range t.leafValue {
		sum += v * t.cover(^int32(i))
	}
	if !(total > 0) {
		return 0
	}
	return sum / total
}

// pathPart is one feature on the path from the root: the share of paths that
// pass when the feature is absent (zero) and present (one), and the weight of
// the subsets of that size.
type pathPart struct {
	feature           int32
	zero, one, weight float64
}

type shapWalk struct {
	tree  *tree
	x     []float64
	phi   []float64
	parts []pathPart // the paths of all levels behind one another
}

// walk descends to child c. The parent's path is parts[from : from+length].
func (s *shapWalk) walk(c int32, from, length int, zero, one float64, feature int32) {
	at := from + length
	if need := at + length + 1; need > len(s.parts) {
		s.parts = append(s.parts, make([]pathPart, need-len(s.parts)+32)...)
	}
	path := s.parts[at : at+length+1]
	copy(path, s.parts[from:at])
	extend(path, zero, one, feature)
	if c < 0 {
		s.leaf(path, s.tree.leafValue[^c])
		return
	}
	t := s.tree
	hot, cold := t.left[c], t.right[c]
	f := t.feature[c]
	if !t.goesLeft(int(c), s.x[f]) {
		hot, cold = cold, hot
	}
	hotShare, coldShare := 0.0, 0.0
	if w := t.cover(c); w > 0 {
		hotShare, coldShare = t.cover(hot)/w, t.cover(cold)/w
	}
	inZero, inOne := 1.0, 1.0
	for i := 1; i < len(path); i++ {
		if path[i].feature == f {
			inZero, inOne = path[i].zero, path[i].one
			unwind(path, i)
			path = path[:len(path)-1]
			break
		}
	}
	n := len(path)
	s.walk(hot, at, n, inZero*hotShare, inOne, f)
	s.walk(cold, at, n, inZero*coldShare, 0, f)
}

// leaf adds what a leaf brings to each feature on its path. For the features that
// the row does not follow the sum of weights is the same but for their share.
func (s *shapWalk) leaf(path []pathPart, v float64) {
	n := len(path) - 1
	cold := 0.0
	for i := range n {
		cold += path[i].weight * inverse(n-i)
	}
	cold *= float64(n+1) * v
	for k := 1; k <= n; k++ {
		p := &path[k]
		switch {
		case p.one != 0:
			s.phi[p.feature] += unwoundSum(path, p.zero) * (1 - p.zero) * v
		case p.zero != 0:
			s.phi[p.feature] -= cold
		}
	}
}

// extend makes the last element of the path a feature with the given shares.
func extend(path []pathPart, zero, one float64, feature int32) {
	n := len(path) - 1
	path[n] = pathPart{feature, zero, one, 0}
	if n == 0 {
		path[n].weight = 1
	}
	scale := inverse(n + 1)
	for i := n - 1; i >= 0; i-- {
		w := path[i].weight * scale
		path[i+1].weight += one * w * float64(i+1)
		path[i].weight = zero * w * float64(n-i)
	}
}

// unwind undoes extend for element k; the path is one shorter after it.
func unwind(path []pathPart, k int) {
	n := len(path) - 1
	zero, one := path[k].zero, path[k].one
	next, scale := path[n].weight, inverse(n+1)
	for i := n - 1; i >= 0; i-- {
		if one != 0 {
			old := path[i].weight
			path[i].weight = next * float64(n+1) * inverse(i+1)
			next = old - path[i].weight*zero*float64(n-i)*scale
		} else if zero != 0 {
			path[i].weight *= float64(n+1) * inverse(n-i) / zero
		}
	}
	for i := k; i < n; i++ {
		path[i].feature, path[i].zero, path[i].one = path[i+1].feature, path[i+1].zero, path[i+1].one
	}
}

// unwoundSum returns the sum of weights that unwind would leave, for a feature
// that the row follows.
func unwoundSum(path []pathPart, zero float64) float64 {
	n := len(path) - 1
	next, total, scale := path[n].weight, 0.0, zero*inverse(n+1)
	for i := n - 1; i >= 0; i-- {
		w := next * inverse(i+1)
		total += w
		next = path[i].weight - w*float64(n+1)*scale*float64(n-i)
	}
	return total * float64(n+1)
}

// inverses holds 1/n: paths are at most maxDepth+1 long.
var inverses = func() (list [maxDepth + 3]float64) {
	for n := 1; n < len(list); n++ {
		list[n] = 1 / float64(n)
	}
	return list
}()

func inverse(n int) float64 { return inverses[n] }
