package gbdt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxModelBytes bounds what a reader takes in; memory stays within a small
// multiple of it.
const maxModelBytes = 1 << 29

func readAll(r io.Reader, format string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxModelBytes+1))
	if err != nil {
		return nil, fmt.Errorf("gbdt: reading a %s model: %w", format, err)
	}
	if len(data) > maxModelBytes {
		return nil, &FormatError{format, -1, fmt.Sprintf("is larger than %d bytes", maxModelBytes)}
	}
	return data, nil
}

const lightGBM = "LightGBM"

// ReadLightGBM reads a model in LightGBM's text format, versions 2 to 4. Linear
// trees are refused. The file is not trusted: whatever it holds, the answer is a
// model that predicts without failing, or an error.
func ReadLightGBM(r io.Reader) (*Model, error) {
	data, err := readAll(r, lightGBM)
	if err != nil {
		return nil, err
	}
	p := lightGBMParser{rest: data}
	m := &Model{perRound: 1, linkScale: 1}
	if err := p.header(m); err != nil {
		return nil, &FormatError{lightGBM, -1, err.Error()}
	}
	for p.nextTree() {
		t, err := p.tree()
		if err != nil {
			return nil, &FormatError{lightGBM, len(m.trees), err.Error()}
		}
		m.trees = append(m.trees, t)
	}
	if !p.ended {
		return nil, &FormatError{lightGBM, len(m.trees), "the file ends before \"end of trees\""}
	}
	p.tail(m)
	if err := m.finish(lightGBM); err != nil {
		return nil, err
	}
	return m, nil
}

type lightGBMParser struct {
	rest  []byte
	ended bool // "end of trees" was read
}

// line returns the next line without its end.
func (p *lightGBMParser) line() (string, bool) {
	if len(p.rest) == 0 {
		return "", false
	}
	text, rest, _ := bytes.Cut(p.rest, []byte{'\n'})
	p.rest = rest
	return strings.TrimSuffix(string(text), "\r"), true
}

func (p *lightGBMParser) header(m *Model) error {
	first, _ := p.line()
	if first != "tree" {
		return errors.New("does not begin with the line \"tree\"")
	}
	fields := map[string]string{}
	for {
		text, ok := p.line()
		if !ok {
			return errors.New("the header has no end")
		}
		if text == "" {
			break
		}
		key, value, isPair := strings.Cut(text, "=")
		if !isPair {
			if key == "average_output" {
				m.average = true
			}
			continue
		}
		fields[key] = value
	}
	m.version = fields["version"]
	if !slices.Contains([]string{"v2", "v3", "v4"}, m.version) {
		return fmt.Errorf("has version %.20q; v2, v3 and v4 are handled", m.version)
	}
	last, err := strconv.Atoi(fields["max_feature_idx"])
	if err != nil || last < 0 || last >= maxFeatures {
		return fmt.Errorf("max_feature_idx is %.20q", fields["max_feature_idx"])
	}
	m.features = last + 1
	if v, ok := fields["num_tree_per_iteration"]; ok {
		if m.perRound, err = strconv.Atoi(v); err != nil {
			return fmt.Errorf("num_tree_per_iteration is %.20q", v)
		}
	}
	if v, ok := fields["label_index"]; ok {
		if m.label, err = strconv.Atoi(v); err != nil {
			return fmt.Errorf("label_index is %.20q", v)
		}
	}
	m.names = strings.Fields(fields["feature_names"])
	m.infos = strings.Fields(fields["feature_infos"])
	m.monotone = fields["monotone_constraints"]
	m.objective = fields["objective"]
	m.link, m.linkScale, err = lightGBMLink(m.objective)
	return err
}

// lightGBMLink reads an objective line such as "binary sigmoid:1".
func lightGBMLink(objective string) (link, float64, error) {
	words := strings.Fields(objective)
	if len(words) == 0 {
		return linkIdentity, 1, nil // a custom objective
	}
	scale := 1.0
	for _, w := range words[1:] {
		if v, ok := strings.CutPrefix(w, "sigmoid:"); ok {
			s, err := strconv.ParseFloat(v, 64)
			if err != nil || !(s > 0) || math.IsInf(s, 0) {
				return 0, 0, fmt.Errorf("the objective has sigmoid %.20q", v)
			}
			scale = s
		}
	}
	switch words[0] {
	case "binary", "multiclassova", "cross_entropy", "xentropy":
		return linkSigmoid, scale, nil
	case "multiclass":
		return linkSoftmax, 1, nil
	case "poisson", "gamma", "tweedie":
		return linkExp, 1, nil
	case "cross_entropy_lambda", "xentlambda":
		return linkLog1pExp, 1, nil
	case "regression":
		if slices.Contains(words[1:], "sqrt") {
			return linkSignedSquare, 1, nil
		}
		return linkIdentity, 1, nil
	case "regression_l1", "huber", "fair", "quantile", "mape", "lambdarank", "rank_xendcg", "custom":
		return linkIdentity, 1, nil
	}
	return 0, 0, fmt.Errorf("has the unknown objective %.40q", words[0])
}

// nextTree moves to the lines of the next tree.
func (p *lightGBMParser) nextTree() bool {
	for {
		text, ok := p.line()
		switch {
		case !ok:
			return false
		case text == "end of trees":
			p.ended = true
			return false
		case strings.HasPrefix(text, "Tree="):
			return true
		}
	}
}

// tree reads one block up to its blank line.
func (p *lightGBMParser) tree() (tree, error) {
	t := tree{shrinkage: 1}
	leaves, sets := 0, 0
	var err error
	for err == nil {
		text, ok := p.line()
		if !ok || text == "" {
			break
		}
		key, value, _ := strings.Cut(text, "=")
		switch key {
		case "num_leaves":
			leaves, err = strconv.Atoi(value)
		case "num_cat":
			sets, err = strconv.Atoi(value)
		case "split_feature":
			t.feature, err = parseInts[int32](value)
		case "split_gain":
			t.gain, err = parseFloats(value)
		case "threshold":
			t.threshold, err = parseFloats(value)
		case "decision_type":
			t.decision, err = parseInts[uint8](value)
		case "left_child":
			t.left, err = parseInts[int32](value)
		case "right_child":
			t.right, err = parseInts[int32](value)
		case "leaf_value":
			t.leafValue, err = parseFloats(value)
		case "leaf_weight":
			t.leafWeight, err = parseFloats(value)
		case "leaf_count":
			t.leafCount, err = parseInts[int64](value)
		case "internal_value":
			t.innerValue, err = parseFloats(value)
		case "internal_weight":
			t.innerWeight, err = parseFloats(value)
		case "internal_count":
			t.innerCount, err = parseInts[int64](value)
		case "cat_boundaries":
			t.catBounds, err = parseInts[int32](value)
		case "cat_threshold":
			t.catWords, err = parseInts[uint32](value)
		case "shrinkage":
			t.shrinkage, err = strconv.ParseFloat(value, 64)
		case "is_linear":
			if value != "0" {
				return t, errors.New("is a linear tree; these are not handled")
			}
		}
		if err != nil {
			return t, fmt.Errorf("%.30s: %w", key, shortError(err))
		}
	}
	return t, t.settle(leaves, sets)
}

// settle completes what a file may leave out and drops what cannot be used.
func (t *tree) settle(leaves, sets int) error {
	if leaves != len(t.leafValue) || leaves < 1 {
		return fmt.Errorf("num_leaves is %d with %d leaf values", leaves, len(t.leafValue))
	}
	inner := leaves - 1
	if sets != max(0, len(t.catBounds)-1) {
		return fmt.Errorf("num_cat is %d with %d bounds", sets, len(t.catBounds))
	}
	if t.decision == nil {
		t.decision = make([]uint8, inner)
	}
	for i, d := range t.decision {
		if d&categorical != 0 {
			t.decision[i] = d &^ defaultLeft // LightGBM sends missing categories right
		}
	}
	if len(t.gain) != inner {
		t.gain = nil
	}
	if len(t.innerValue) != inner {
		t.innerValue = nil
	}
	if len(t.leafWeight) != leaves || len(t.innerWeight) != inner {
		t.leafWeight, t.innerWeight = nil, nil
	}
	if len(t.leafCount) != leaves || len(t.innerCount) != inner {
		t.leafCount, t.innerCount = nil, nil
	}
	return nil
}

// tail keeps the parameters and what follows them.
func (p *lightGBMParser) tail(m *Model) {
	_, after, found := bytes.Cut(p.rest, []byte("\nparameters:\n"))
	if !found {
		return
	}
	params, trailer, found := bytes.Cut(after, []byte("\nend of parameters\n"))
	if found {
		m.params, m.trailer = string(params), string(trailer)
	}
}

// shortError keeps a parser's reason without the text it could not parse.
func shortError(err error) error {
	var n *strconv.NumError
	if errors.As(err, &n) {
		return n.Err
	}
	return err
}

func parseFloats(s string) ([]float64, error) {
	list := make([]float64, 0, strings.Count(s, " ")+1)
	for w := range strings.FieldsSeq(s) {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) { // out of range: 0 or infinite, as C reads it
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func parseInts[T int32 | int64 | uint8 | uint32](s string) ([]T, error) {
	list := make([]T, 0, strings.Count(s, " ")+1)
	for w := range strings.FieldsSeq(s) {
		v, err := strconv.ParseInt(w, 10, 64)
		if err != nil {
			return nil, err
		}
		if int64(T(v)) != v {
			return nil, strconv.ErrRange
		}
		list = append(list, T(v))
	}
	return list, nil
}
