package gbdt

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// WriteTo writes the model in LightGBM's text format, version 4, which LightGBM
// and ReadLightGBM load. A model read from XGBoost is translated: its start
// score goes into the first trees. It fails if the model has a node that the
// format cannot express (a categorical split of XGBoost's that sends missing
// values into the chosen set).
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	out := &countingWriter{w: bufio.NewWriter(w)}
	blocks := make([][]byte, len(m.trees))
	sizes := make([]int, len(m.trees))
	for i := range m.trees {
		shift := 0.0
		if i < len(m.base) {
			shift = m.base[i]
		}
		block, err := m.trees[i].appendText(nil, i, shift)
		if err != nil {
			return 0, err
		}
		blocks[i], sizes[i] = block, len(block)
	}
	out.text("tree\nversion=v4\n")
	out.printf("num_class=%d\nnum_tree_per_iteration=%d\nlabel_index=%d\nmax_feature_idx=%d\n",
		m.perRound, m.perRound, m.label, m.features-1)
	if m.objective != "" {
		out.printf("objective=%s\n", m.lightGBMObjective())
	}
	if m.average {
		out.text("average_output\n")
	}
	names := make([]string, len(m.names))
	for j, name := range m.names {
		names[j] = lightGBMName(name, j)
	}
	out.printf("feature_names=%s\n", strings.Join(names, " "))
	if m.monotone != "" {
		out.printf("monotone_constraints=%s\n", m.monotone)
	}
	infos := m.infos
	if len(infos) != m.features {
		infos = slices.Repeat([]string{"none"}, m.features)
	}
	out.printf("feature_infos=%s\n", strings.Join(infos, " "))
	out.text("tree_sizes=" + string(appendInts(nil, sizes)) + "\n\n")
	for _, b := range blocks {
		out.text(string(b))
	}
	out.text("end of trees\n\nfeature_importances:\n")
	out.text(m.importanceText())
	if m.params != "" {
		out.printf("\nparameters:\n%s\nend of parameters\n%s", m.params, m.trailer)
	}
	if out.err == nil {
		out.err = out.w.Flush()
	}
	return out.n, out.err
}

// lightGBMName is a name without what separates names and lines.
func lightGBMName(name string, index int) string {
	separates := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	if name = strings.Join(strings.FieldsFunc(name, separates), "_"); name == "" {
		return fmt.Sprintf("Column_%d", index)
	}
	return name
}

// lightGBMObjective names the objective in LightGBM's words.
func (m *Model) lightGBMObjective() string {
	if _, _, err := lightGBMLink(m.objective); err == nil {
		return m.objective
	}
	switch m.link {
	case linkSigmoid:
		return "binary sigmoid:1"
	case linkSoftmax:
		return fmt.Sprintf("multiclass num_class:%d", m.perRound)
	case linkExp:
		return "poisson"
	default:
		return "regression"
	}
}

// importanceText lists the features by the number of splits with a gain.
func (m *Model) importanceText() string {
	counts := make([]int, m.features)
	for i := range m.trees {
		t := &m.trees[i]
		for node, f := range t.feature {
			if len(t.gain) == 0 || t.gain[node] > 0 {
				counts[f]++
			}
		}
	}
	order := make([]int, 0, m.features)
	for j, n := range counts {
		if n > 0 {
			order = append(order, j)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	var text strings.Builder
	for _, j := range order {
		fmt.Fprintf(&text, "%s=%d\n", lightGBMName(m.names[j], j), counts[j])
	}
	return text.String()
}

// appendText writes a tree's block. The shift is added to the leaves.
func (t *tree) appendText(b []byte, index int, shift float64) ([]byte, error) {
	for node, d := range t.decision {
		if d&categorical != 0 && d&defaultLeft != 0 {
			return nil, fmt.Errorf("gbdt: tree %d, node %d: LightGBM's format cannot send missing categories left", index, node)
		}
	}
	sets := max(0, len(t.catBounds)-1)
	b = fmt.Appendf(b, "Tree=%d\nnum_leaves=%d\nnum_cat=%d\n", index, t.leaves(), sets)
	leafCount, innerCount := t.leafCount, t.innerCount
	if leafCount == nil && t.leafWeight != nil { // XGBoost keeps no counts; SHAP in LightGBM needs some
		leafCount, innerCount = roundUp(t.leafWeight), roundUp(t.innerWeight)
	}
	if len(t.feature) > 0 {
		b = append(appendInts(append(b, "split_feature="...), t.feature), '\n')
		b = appendFloats(b, "split_gain=", t.gain, 6, 0)
		b = appendFloats(b, "threshold=", t.threshold, 17, 0)
		b = append(appendInts(append(b, "decision_type="...), t.decision), '\n')
		b = append(appendInts(append(b, "left_child="...), t.left), '\n')
		b = append(appendInts(append(b, "right_child="...), t.right), '\n')
	}
	b = appendFloats(b, "leaf_value=", t.leafValue, 17, shift)
	if len(t.feature) > 0 {
		b = appendFloats(b, "leaf_weight=", t.leafWeight, 17, 0)
		b = appendIntLine(b, "leaf_count=", leafCount)
		b = appendFloats(b, "internal_value=", t.innerValue, 6, shift)
		b = appendFloats(b, "internal_weight=", t.innerWeight, 6, 0)
		b = appendIntLine(b, "internal_count=", innerCount)
		if sets > 0 {
			b = append(appendInts(append(b, "cat_boundaries="...), t.catBounds), '\n')
			b = append(appendInts(append(b, "cat_threshold="...), t.catWords), '\n')
		}
		b = append(b, "is_linear=0\n"...)
	}
	b = append(b, "shrinkage="...)
	b = strconv.AppendFloat(b, t.shrinkage, 'g', 6, 64)
	return append(b, "\n\n\n"...), nil
}

func roundUp(weights []float64) []int64 {
	counts := make([]int64, len(weights))
	for i, w := range weights {
		counts[i] = int64(math.Ceil(min(max(w, 0), 1<<50)))
	}
	return counts
}

func appendInts[T int | int32 | int64 | uint8 | uint32](b []byte, list []T) []byte {
	for i, v := range list {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(v), 10)
	}
	return b
}

func appendIntLine(b []byte, key string, list []int64) []byte {
	if list == nil {
		return b
	}
	return append(appendInts(append(b, key...), list), '\n')
}

func appendFloats(b []byte, key string, list []float64, digits int, shift float64) []byte {
	if list == nil {
		return b
	}
	b = append(b, key...)
	for i, v := range list {
		if i > 0 {
			b = append(b, ' ')
		}
		if v += shift; math.IsInf(v, 0) {
			b = append(b, strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(v, 'g', 1, 64), "+"))...) // inf, as C writes it
			continue
		}
		b = strconv.AppendFloat(b, v, 'g', digits, 64)
	}
	return append(b, '\n')
}

type countingWriter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *countingWriter) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.err = err
	return n, err
}

func (c *countingWriter) printf(format string, args ...any) { c.text(fmt.Sprintf(format, args...)) }

func (c *countingWriter) text(s string) { _, _ = c.Write([]byte(s)) } // the error is kept

// MarshalBinary returns the model in LightGBM's text format.
func (m *Model) MarshalBinary() ([]byte, error) {
	var b bytes.Buffer
	_, err := m.WriteTo(&b)
	return b.Bytes(), err
}
