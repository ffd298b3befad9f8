package gbdt

import (
	"cmp"
	"math"
	"slices"
)

// binSet is a set of bins.
type binSet [4]uint64

func (s *binSet) add(b int)      { s[b>>6&3] |= 1 << (b & 63) }
func (s *binSet) has(b int) bool { return s[b>>6&3]>>(b&63)&1 == 1 }

// split is a way to divide a leaf.
type split struct {
	gain        float64 // above the leaf's own; valid if > 0
	feature     int
	bin         int // numbers: bins 0..bin go left
	toLeft      bool
	set         binSet // categories: these bins go left
	isSet       bool
	left, right sums
	l2          float64 // ridge penalty of the children
}

// leafLimits bound a leaf's value, by monotone constraints above it.
type leafLimits struct{ low, high float64 }

var noLimits = leafLimits{math.Inf(-1), math.Inf(1)}

// splitter finds the best split of a leaf on one feature.
type splitter struct {
	p       *Params
	d       *Dataset
	pack    packing
	bounded bool // leaf values have limits of some kind
}

func shrinkL1(g, l1 float64) float64 {
	switch {
	case g > l1:
		return g - l1
	case g < -l1:
		return g + l1
	}
	return 0
}

// value returns the best leaf value within the limits.
func (s *splitter) value(g, h, l2 float64, lim leafLimits) float64 {
	v := -shrinkL1(g, s.p.L1) / (h + l2)
	if h+l2 <= 0 {
		v = 0
	}
	if s.p.MaxDeltaStep > 0 {
		v = max(-s.p.MaxDeltaStep, min(s.p.MaxDeltaStep, v))
	}
	return max(lim.low, min(lim.high, v))
}

// worth is twice the loss that a leaf with these sums saves.
func (s *splitter) worth(g, h, l2 float64, lim leafLimits) float64 {
	g1 := shrinkL1(g, s.p.L1)
	if !s.bounded {
		if h+l2 <= 0 {
			return 0
		}
		return g1 * g1 / (h + l2)
	}
	v := s.value(g, h, l2, lim)
	return -(2*g1*v + (h+l2)*v*v)
}

// find returns the best split of a leaf on a feature. The histogram is its own.
func (s *splitter) find(feature int, hist []int64, total sums, lim leafLimits) split {
	b := s.d.binners[feature]
	best := split{feature: feature}
	var cum [257]sums
	bins := b.bins()
	if b.category != nil {
		s.pack.prefix(hist, bins+1, &cum)
		s.findSet(&best, bins, &cum, total, lim)
		return best
	}
	count := bins
	if b.missing {
		count++
	}
	s.pack.prefix(hist, count, &cum)
	var miss sums
	if b.missing {
		miss = cum[bins+1].sub(cum[bins])
	}
	direction := 0
	if s.p.Monotone != nil {
		direction = s.p.Monotone[feature]
	}
	base := s.worth0(total, lim) + s.p.MinSplitGain
	if s.bounded {
		s.scanBounded(&best, cum[1:bins+1], total, sums{}, base, lim, direction)
		if miss.n > 0 {
			s.scanBounded(&best, cum[1:bins+1], total, miss, base, lim, direction)
		}
	} else {
		s.scan(&best, cum[1:bins+1], total, sums{}, base)
		if miss.n > 0 {
			s.scan(&best, cum[1:bins+1], total, miss, base)
		}
	}
	if best.gain > 0 && miss.n == 0 {
		best.toLeft = best.left.n > best.right.n // nothing is known of missing values: with the many
	}
	return best
}

func (s *splitter) worth0(total sums, lim leafLimits) float64 {
	g, h := s.pack.real(total)
	return s.worth(g, h, s.p.L2, lim)
}

// scan tries every bin with missing values, if any, on the left. cum[b] are the
// sums over the bins to b.
func (s *splitter) scan(best *split, cum []sums, total, miss sums, base float64) {
	minN, minH := int64(s.p.MinDataInLeaf), s.p.MinChildWeight
	l1, l2 := s.p.L1, s.p.L2
	gUnit, hUnit := s.pack.gUnit, s.pack.hUnit
	totalG, totalH := s.pack.real(total)
	top, at := base+best.gain, -1
	last := int64(-1)
	for b := range cum {
		n := cum[b].n + miss.n
		if n < minN || n == last { // an empty bin divides as the one before
			continue
		}
		if total.n-n < minN {
			break
		}
		last = n
		g, h := float64(cum[b].g+miss.g)*gUnit, float64(cum[b].h+miss.h)*hUnit
		if h < minH {
			continue
		}
		rg, rh := totalG-g, totalH-h
		if rh < minH {
			break
		}
		if l1 > 0 {
			g, rg = shrinkL1(g, l1), shrinkL1(rg, l1)
		}
		h, rh = h+l2, rh+l2
		if worth := (g*g*rh + rg*rg*h) / (h * rh); worth > top {
			top, at = worth, b
		}
	}
	if at < 0 {
		return
	}
	best.gain = top - base
	best.bin, best.toLeft, best.l2 = at, miss.n > 0, l2
	best.left = cum[at].add(miss)
	best.right = total.sub(best.left)
}

// scanBounded is scan for leaf values with limits.
func (s *splitter) scanBounded(best *split, cum []sums, total, miss sums, base float64, lim leafLimits, direction int) {
	minN, minH, l2 := int64(s.p.MinDataInLeaf), s.p.MinChildWeight, s.p.L2
	for b := range cum {
		left := cum[b].add(miss)
		right := total.sub(left)
		if left.n < minN {
			continue
		}
		if right.n < minN {
			break
		}
		lg, lh := s.pack.real(left)
		rg, rh := s.pack.real(right)
		if lh < minH || rh < minH {
			continue
		}
		if direction != 0 && float64(direction)*(s.value(rg, rh, l2, lim)-s.value(lg, lh, l2, lim)) < 0 {
			continue
		}
		if gain := s.worth(lg, lh, l2, lim) + s.worth(rg, rh, l2, lim) - base; gain > best.gain {
			*best = split{gain: gain, feature: best.feature, bin: b, toLeft: miss.n > 0, left: left, right: right, l2: l2}
		}
	}
}

// findSet divides categories. A few are taken out one by one; many are put in
// the order of their gradient over hessian, where the best division of a convex
// loss is a cut (Fisher 1958).
func (s *splitter) findSet(best *split, bins int, cum *[257]sums, total sums, lim leafLimits) {
	base := s.worth0(total, lim) + s.p.MinSplitGain
	if bins <= s.p.MaxCatToOneHot {
		for b := range bins {
			var set binSet
			set.add(b)
			s.trySet(best, set, cum[b+1].sub(cum[b]), total, base, s.p.L2, lim, int64(s.p.MinDataInLeaf))
		}
		return
	}
	type entry struct {
		bin   int
		of    sums
		order float64
	}
	var space [256]entry
	list := space[:0]
	for b := range bins {
		of := cum[b+1].sub(cum[b])
		if of.n == 0 || float64(of.n) < s.p.CatSmooth {
			continue
		}
		g, h := s.pack.real(of)
		list = append(list, entry{b, of, g / (h + s.p.CatSmooth)})
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.bin, b.bin))
	})
	most := min(s.p.MaxCatThreshold, (len(list)+1)/2)
	minGroup := max(s.p.MinDataInLeaf, s.p.MinDataPerGroup)
	for range 2 {
		var set binSet
		var left sums
		group := int64(0)
		for i, e := range list[:most] {
			set.add(e.bin)
			left = left.add(e.of)
			if group += e.of.n; group < int64(s.p.MinDataPerGroup) && i < most-1 {
				continue
			}
			group = 0
			s.trySet(best, set, left, total, base, s.p.L2+s.p.CatL2, lim, int64(minGroup))
		}
		slices.Reverse(list) // from the other end
	}
}

func (s *splitter) trySet(best *split, set binSet, left, total sums, base, l2 float64, lim leafLimits, minRight int64) {
	right := total.sub(left)
	if left.n < int64(s.p.MinDataInLeaf) || right.n < minRight {
		return
	}
	lg, lh := s.pack.real(left)
	rg, rh := s.pack.real(right)
	if lh < s.p.MinChildWeight || rh < s.p.MinChildWeight {
		return
	}
	if gain := s.worth(lg, lh, l2, lim) + s.worth(rg, rh, l2, lim) - base; gain > best.gain {
		*best = split{gain: gain, feature: best.feature, set: set, isSet: true, left: left, right: right, l2: l2}
	}
}
