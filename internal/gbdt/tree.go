package gbdt

import (
	"fmt"
	"math"
)

// Bits of a node's decision, as LightGBM's decision_type has them.
const (
	categorical  = 1
	defaultLeft  = 2
	missingShift = 2
	missingMask  = 3 << missingShift
	missingNone  = 0 << missingShift
	missingZero  = 1 << missingShift
	missingNaN   = 2 << missingShift
)

// zeroThreshold is LightGBM's: what is nearer to zero counts as zero. It is a
// float32 constant there.
const zeroThreshold = float64(float32(1e-35))

// Limits of what a model file may hold.
const (
	maxFeatures = 1 << 20
	maxClasses  = 1 << 12
	maxDepth    = 512
)

// tree is a binary tree in LightGBM's arrays. A child c >= 0 is an inner node,
// c < 0 the leaf ^c.
type tree struct {
	feature     []int32
	threshold   []float64 // left when x <= threshold; an index into catBounds if categorical
	decision    []uint8
	left, right []int32
	gain        []float64

	leafValue   []float64
	leafWeight  []float64
	leafCount   []int64
	innerValue  []float64
	innerWeight []float64
	innerCount  []int64

	catBounds []int32 // set k is catWords[catBounds[k]:catBounds[k+1]]
	catWords  []uint32

	shrinkage float64
	leafID    []int32 // XGBoost's node number of each leaf; nil: leaves number themselves
}

func (t *tree) leaves() int { return len(t.leafValue) }

// inSet reports whether the category set k holds v.
func (t *tree) inSet(k int, v float64) bool {
	if !(v > -1) { // NaN too; -0.5 is category 0 when truncated
		return false
	}
	words := t.catWords[t.catBounds[k]:t.catBounds[k+1]]
	if v >= float64(len(words)*32) {
		return false
	}
	c := uint32(v)
	return words[c/32]>>(c%32)&1 == 1
}

// goesLeft decides a node for any kind of node.
func (t *tree) goesLeft(node int, v float64) bool {
	d := t.decision[node]
	toDefault := d&defaultLeft != 0
	if d&categorical != 0 {
		if v != v {
			return toDefault
		}
		return t.inSet(int(t.threshold[node]), v)
	}
	switch d & missingMask {
	case missingNaN:
		if v != v {
			return toDefault
		}
	case missingZero:
		if v != v || math.Abs(v) <= zeroThreshold {
			return toDefault
		}
	default:
		if v != v {
			v = 0
		}
	}
	return v <= t.threshold[node]
}

// leafOf walks one tree.
func (t *tree) leafOf(x []float64) int {
	if len(t.feature) == 0 {
		return 0
	}
	node := int32(0)
	for node >= 0 {
		if t.goesLeft(int(node), x[t.feature[node]]) {
			node = t.left[node]
		} else {
			node = t.right[node]
		}
	}
	return int(^node)
}

// validate checks what prediction relies on: lengths, indices, that the nodes
// form one tree, its depth. It returns the reason as text.
func (t *tree) validate(features int) error {
	inner := len(t.feature)
	if t.leaves() != inner+1 {
		return fmt.Errorf("%d leaves do not fit %d inner nodes", t.leaves(), inner)
	}
	if len(t.threshold) != inner || len(t.decision) != inner || len(t.left) != inner || len(t.right) != inner {
		return fmt.Errorf("the arrays of the inner nodes differ in length")
	}
	for i, v := range t.leafValue {
		if math.IsNaN(v) {
			return fmt.Errorf("leaf %d has no number as value", i)
		}
	}
	for k := 1; k < len(t.catBounds); k++ {
		if t.catBounds[k] < t.catBounds[k-1] {
			return fmt.Errorf("the bounds of the category sets are not in order")
		}
	}
	if n := len(t.catBounds); n > 0 && (t.catBounds[0] < 0 || int(t.catBounds[n-1]) > len(t.catWords)) {
		return fmt.Errorf("the bounds of the category sets leave the words")
	}
	for i := range inner {
		if f := t.feature[i]; f < 0 || int(f) >= features {
			return fmt.Errorf("node %d splits feature %d of %d", i, f, features)
		}
		v := t.threshold[i]
		if math.IsNaN(v) {
			return fmt.Errorf("node %d has no number as threshold", i)
		}
		if t.decision[i]&categorical != 0 && (v < 0 || v != math.Trunc(v) || int(min(v, math.MaxInt32)) >= len(t.catBounds)-1) {
			return fmt.Errorf("node %d names category set %v of %d", i, v, max(0, len(t.catBounds)-1))
		}
		if t.decision[i]&missingMask == missingMask {
			return fmt.Errorf("node %d has an unknown missing type", i)
		}
	}
	return t.validateShape()
}

// validateShape checks that every node and leaf is reached exactly once from
// node 0 and that no path is too long.
func (t *tree) validateShape() error {
	inner := len(t.feature)
	if inner == 0 {
		return nil
	}
	seen := make([]bool, inner+t.leaves())
	level, next := []int32{0}, []int32(nil)
	seen[0] = true
	reached := 1
	for depth := 0; len(level) > 0; depth++ {
		if depth >= maxDepth {
			return fmt.Errorf("is deeper than %d", maxDepth)
		}
		next = next[:0]
		for _, node := range level {
			for _, c := range [2]int32{t.left[node], t.right[node]} {
				at := int(c)
				if c < 0 {
					at = inner + int(^c)
				}
				if at >= len(seen) || (c >= 0 && at >= inner) {
					return fmt.Errorf("node %d has child %d, which does not exist", node, c)
				}
				if seen[at] {
					return fmt.Errorf("child %d of node %d has another parent", c, node)
				}
				seen[at] = true
				reached++
				if c >= 0 {
					next = append(next, c)
				}
			}
		}
		level, next = next, level
	}
	if reached != len(seen) {
		return fmt.Errorf("%d nodes cannot be reached", len(seen)-reached)
	}
	return nil
}

// cover returns how much training data passed an inner node or a leaf (child
// index convention), for SHAP: counts, or XGBoost's sums of the hessian.
func (t *tree) cover(c int32) float64 {
	if c < 0 {
		if t.leafCount != nil {
			return float64(t.leafCount[^c])
		}
		return t.leafWeight[^c]
	}
	if t.innerCount != nil {
		return float64(t.innerCount[c])
	}
	return t.innerWeight[c]
}

func (t *tree) hasCover() bool {
	inner, leaves := len(t.feature), t.leaves()
	return len(t.leafCount) == leaves && len(t.innerCount) == inner ||
		t.leafCount == nil && t.innerCount == nil && len(t.leafWeight) == leaves && len(t.innerWeight) == inner
}
