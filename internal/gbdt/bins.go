package gbdt

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// binner maps the values of one feature to bins. Numbers have the bins 0..n-1
// in order, categories in order of frequency. Bin n takes what is missing; of
// categories also those without a bin of their own.
type binner struct {
	upper    []float64 // upper[b] is the largest value of bin b; the last is infinite
	category []int32   // category of bin b; nil for numbers
	binOf    []uint8   // bin of a category, for those below len
	zeroMiss bool      // zeros are missing
	missing  bool      // the training data have missing values
	low      float64   // smallest and largest value seen
	high     float64

	// The search starts from a grid: the bounds in cell c are upper[grid[c]:grid[c+1]].
	grid   [gridCells + 1]uint8
	origin float64
	scale  float64
}

const gridCells = 1024

// cell is monotone in v, so that only the bounds in a value's own cell can be on
// either side of it.
func (b *binner) cell(v float64) int {
	f := (v - b.origin) * b.scale
	switch {
	case !(f > 0):
		return 0
	case f >= gridCells-1:
		return gridCells - 1
	}
	return int(f)
}

func (b *binner) makeGrid() {
	bounds := b.upper[:len(b.upper)-1]
	if len(bounds) > 0 {
		b.origin = bounds[0]
		if width := bounds[len(bounds)-1] - b.origin; width > 0 {
			if scale := gridCells / width; !math.IsInf(scale, 0) {
				b.scale = scale
			}
		}
	}
	at := 0
	for c := range b.grid {
		for at < len(bounds) && b.cell(bounds[at]) < c {
			at++
		}
		b.grid[c] = uint8(at)
	}
}

// bins returns the number of bins without the one for what is missing.
func (b *binner) bins() int {
	if b.category != nil {
		return len(b.category)
	}
	return len(b.upper)
}

// numberBinner makes at most most bins of about equal weight from a sample, which it
// sorts. A value that fills a bin alone gets one to itself.
func numberBinner(sample []float64, most int, zeroMiss bool) *binner {
	sortFloats(sample)
	values, counts := distinct(sample)
	b := &binner{zeroMiss: zeroMiss, low: math.Inf(1), high: math.Inf(-1)}
	if len(values) <= most {
		for i := 1; i < len(values); i++ {
			b.upper = append(b.upper, between(values[i-1], values[i]))
		}
	} else {
		b.upper = spread(values, counts, len(sample), most)
	}
	b.upper = append(b.upper, math.Inf(1))
	b.makeGrid()
	return b
}

// sortFloats sorts numbers without NaN by their bits, eight at a time from the
// lowest: several times faster than by comparison.
func sortFloats(list []float64) {
	if len(list) < 4096 {
		slices.Sort(list)
		return
	}
	from, to := make([]uint64, len(list)), make([]uint64, len(list))
	var counts [8][256]int
	for i, v := range list {
		key := math.Float64bits(v + 0) // no negative zero
		key ^= uint64(int64(key)>>63) | 1<<63
		from[i] = key
		for b := range counts {
			counts[b][uint8(key>>(8*b))]++
		}
	}
	for b := range counts {
		at, busy := 0, 0
		for k, n := range counts[b] {
			counts[b][k] = at
			at += n
			busy = max(busy, n)
		}
		if busy == len(list) {
			continue // the byte is the same in all
		}
		for _, key := range from {
			slot := &counts[b][uint8(key>>(8*b))]
			to[*slot] = key
			*slot++
		}
		from, to = to, from
	}
	for i, key := range from {
		key ^= uint64(int64(^key)>>63) | 1<<63
		list[i] = math.Float64frombits(key)
	}
}

func distinct(sorted []float64) (values []float64, counts []int) {
	for i, v := range sorted {
		if i == 0 || v != values[len(values)-1] {
			values = append(values, v)
			counts = append(counts, 0)
		}
		counts[len(counts)-1]++
	}
	return values, counts
}

// spread cuts the values into most bins of about equal mass: their numbers, but
// in thin tails more. There a stretch of rows counts for half of its share of
// width^(2/3), if that is more: cut points of density f^(1/3) keep the squared error
// of rounding to a bin least (Panter, Dite 1951).
func spread(values []float64, counts []int, total, most int) []float64 {
	mass := make([]float64, len(values))
	var stretches [][2]int // first and behind the last value
	widths, rows, from := 0.0, 0, 0
	weight := func(from, to int) float64 {
		if w := values[min(to, len(values)-1)] - values[from]; !math.IsInf(w, 0) {
			return math.Cbrt(w * w)
		}
		return 0
	}
	for i, c := range counts {
		mass[i] = float64(c)
		if rows += c; rows*stretchesPerBin*most >= total || i == len(counts)-1 {
			stretches = append(stretches, [2]int{from, i + 1})
			widths += weight(from, i+1)
			rows, from = 0, i+1
		}
	}
	rest := 0.0
	for _, s := range stretches {
		own := 0.0
		for _, m := range mass[s[0]:s[1]] {
			own += m
		}
		more := 1.0
		if widths > 0 && !math.IsInf(widths, 0) {
			more = max(1, weight(s[0], s[1])/widths/2*float64(total)/own)
		}
		for i := s[0]; i < s[1]; i++ {
			mass[i] *= more
		}
		rest += own * more
	}
	var upper []float64
	inBin := 0.0
	for i := 0; i < len(values)-1 && len(upper) < most-1; i++ {
		target := (rest + inBin) / float64(most-len(upper))
		inBin += mass[i]
		rest -= mass[i]
		if inBin >= target || inBin+mass[i+1]/2 >= target {
			upper = append(upper, between(values[i], values[i+1]))
			inBin = 0
		}
	}
	return upper
}

// stretchesPerBin is how finely spread looks at the density.
const stretchesPerBin = 4

// between returns a number that is at least a and below b.
func between(a, b float64) float64 {
	if m := a/2 + b/2; m >= a && m < b {
		return m
	}
	return a
}

// categoryBinner gives the most frequent categories bins of their own: at most
// most, and none beyond 99% of the rows.
func categoryBinner(counts map[int32]int, most int) *binner {
	type entry struct {
		category int32
		count    int
	}
	list := make([]entry, 0, len(counts))
	total := 0
	for c, n := range counts {
		list = append(list, entry{c, n})
		total += n
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.category, b.category))
	})
	b := &binner{category: []int32{}}
	top, covered := int32(-1), 0
	for i, e := range list {
		if i == most || i > 8 && float64(covered) >= 0.99*float64(total) {
			break
		}
		covered += e.count
		b.category = append(b.category, e.category)
		top = max(top, e.category)
	}
	b.binOf = make([]uint8, top+1)
	for i := range b.binOf {
		b.binOf[i] = uint8(len(b.category))
	}
	for bin, c := range b.category {
		b.binOf[c] = uint8(bin)
	}
	b.missing = true
	return b
}

// bin returns the bin of a value.
func (b *binner) bin(v float64) uint8 {
	if b.category != nil {
		if !(v > -1) || v >= float64(len(b.binOf)) {
			return uint8(len(b.category))
		}
		return b.binOf[int32(v)]
	}
	if v != v || b.zeroMiss && math.Abs(v) <= zeroThreshold {
		return uint8(len(b.upper))
	}
	c := b.cell(v)
	at, end := b.grid[c], b.grid[c+1]
	for at < end {
		if middle := at + (end-at)/2; b.upper[middle] < v {
			at = middle + 1
		} else {
			end = middle
		}
	}
	return at
}

// info describes the feature as LightGBM's feature_infos do.
func (b *binner) info() string {
	if b.category != nil {
		if len(b.category) < 2 {
			return "none"
		}
		var text strings.Builder
		text.WriteString("-1")
		for _, c := range b.category {
			fmt.Fprintf(&text, ":%d", c)
		}
		return text.String()
	}
	if b.bins() < 2 && !b.missing {
		return "none"
	}
	if b.low > b.high {
		return "none"
	}
	return "[" + strconv.FormatFloat(b.low, 'g', 17, 64) + ":" + strconv.FormatFloat(b.high, 'g', 17, 64) + "]"
}
