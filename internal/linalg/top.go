package linalg

import (
	"cmp"
	"fmt"
	"slices"
)

// Scored is a row and how well it did.
type Scored struct {
	Index int
	Score float32
}

// before orders by score, the greater first, and among equals by index, the
// lower first. No two rows are equal, so that the best k are one certain set.
func before(a, b Scored) bool {
	return a.Score > b.Score || a.Score == b.Score && a.Index < b.Index
}

// Top keeps the k best of what it is offered, in whatever order that comes:
// those with the greatest scores, among equals those with the lowest indexes.
// The zero value keeps nothing; Reset says how many. A Top is not safe for
// concurrent use.
type Top struct {
	k    int
	heap []Scored // the worst is at 0, each is before its parent
}

// Reset empties the Top and sets how many it keeps.
func (t *Top) Reset(k int) {
	t.k = max(0, k)
	t.heap = t.heap[:0]
}

// Full reports whether k are kept; then only what is before Worst gets in.
func (t *Top) Full() bool { return len(t.heap) >= t.k }

// Worst returns the last of those that are kept; there must be one.
func (t *Top) Worst() Scored { return t.heap[0] }

// Offer keeps the row if it is among the best so far. A score that is not a
// number is never kept.
func (t *Top) Offer(index int, score float32) {
	s := Scored{index, score}
	switch {
	case score != score || t.k == 0:
	case len(t.heap) < t.k:
		t.heap = append(t.heap, s)
		for i := len(t.heap) - 1; i > 0; {
			parent := (i - 1) / 2
			if !before(t.heap[parent], t.heap[i]) {
				return
			}
			t.heap[parent], t.heap[i] = t.heap[i], t.heap[parent]
			i = parent
		}
	case before(s, t.heap[0]):
		t.heap[0] = s
		t.sink()
	}
}

func (t *Top) sink() {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(t.heap) {
			return
		}
		if child+1 < len(t.heap) && before(t.heap[child], t.heap[child+1]) {
			child++
		}
		if !before(t.heap[i], t.heap[child]) {
			return
		}
		t.heap[i], t.heap[child] = t.heap[child], t.heap[i]
		i = child
	}
}

// offerAll offers scores[i] as that of row first+i.
func (t *Top) offerAll(first int, scores []float32) {
	i := 0
	for ; i < len(scores) && !t.Full(); i++ {
		t.Offer(first+i, scores[i])
	}
	if i == len(scores) || t.k == 0 {
		return
	}
	worst := t.heap[0].Score
	for ; i < len(scores); i++ {
		if scores[i] >= worst {
			t.Offer(first+i, scores[i])
			worst = t.heap[0].Score
		}
	}
}

// Sorted returns what is kept, the best first.
func (t *Top) Sorted() []Scored {
	s := slices.Clone(t.heap)
	slices.SortFunc(s, func(a, b Scored) int {
		if c := cmp.Compare(b.Score, a.Score); c != 0 {
			return c
		}
		return cmp.Compare(a.Index, b.Index)
	})
	return s
}

// scanRows is how many rows a scan scores before it looks at the scores.
const scanRows = 256

// scan offers score(first, out) for all rows, in pieces, and returns the best k.
func scan(rows, k, workers int, score func(first int, out []float32)) *Top {
	pieces := (rows + scanRows - 1) / scanRows
	tops := make([]Top, bounded(workers, pieces))
	scores := make([]float32, len(tops)*scanRows)
	for i := range tops {
		tops[i].Reset(k)
	}
	inParallel(len(tops), pieces, func(worker, piece int) {
		first := piece * scanRows
		out := scores[worker*scanRows:][:min(scanRows, rows-first)]
		score(first, out)
		tops[worker].offerAll(first, out)
	})
	for _, other := range tops[1:] {
		for _, s := range other.heap {
			tops[0].Offer(s.Index, s.Score)
		}
	}
	return &tops[0]
}

// TopDot returns the k rows of a with the greatest dot product with x, the
// greatest first, equals by index. Scores are those of Dot; rows whose score is
// not a number are left out. The answer does not depend on the number of workers.
func TopDot(a Matrix[float32], x []float32, k, workers int) []Scored {
	checkScan("TopDot", a, x)
	return scan(a.Rows, k, workers, func(first int, out []float32) {
		if a.Stride == a.Cols {
			dotRows(out, a.Data[first*a.Cols:][:len(out)*a.Cols], x)
			return
		}
		for i := range out {
			out[i] = dot(a.Row(first+i), x)
		}
	}).Sorted()
}

// TopNear returns the k rows of a with the smallest squared distance from x, the
// nearest first, equals by index. Scores are those of SquaredDistance; rows whose
// score is not a number are left out. The answer does not depend on the number of
// workers.
func TopNear(a Matrix[float32], x []float32, k, workers int) []Scored {
	checkScan("TopNear", a, x)
	near := scan(a.Rows, k, workers, func(first int, out []float32) {
		if a.Stride == a.Cols {
			squaredDistanceRows(out, a.Data[first*a.Cols:][:len(out)*a.Cols], x)
		} else {
			for i := range out {
				out[i] = squaredDistance(a.Row(first+i), x)
			}
		}
		for i := range out {
			out[i] = -out[i]
		}
	}).Sorted()
	for i := range near {
		near[i].Score = -near[i].Score
	}
	return near
}

func checkScan(name string, a Matrix[float32], x []float32) {
	a.check("a")
	if a.transposed || a.Cols != len(x) {
		panic(fmt.Sprintf("linalg: %s of a %d x %d matrix (transposed: %t) and a vector of length %d", name, a.Rows, a.Cols, a.transposed, len(x)))
	}
}
