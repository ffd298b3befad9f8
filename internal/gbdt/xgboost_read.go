package gbdt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

const xgBoost = "XGBoost"

// ReadXGBoostJSON reads a model that XGBoost (1.3 and later) saved as JSON:
// tree boosters and DART, numerical and categorical splits. The file is not
// trusted, as in ReadLightGBM.
func ReadXGBoostJSON(r io.Reader) (*Model, error) {
	data, err := readAll(r, xgBoost)
	if err != nil {
		return nil, err
	}
	return xgBoostModel(data)
}

// ReadXGBoostUBJ reads a model that XGBoost saved as Universal Binary JSON, its
// default since version 2.
func ReadXGBoostUBJ(r io.Reader) (*Model, error) {
	data, err := readAll(r, xgBoost)
	if err != nil {
		return nil, err
	}
	text, err := ubjToJSON(data)
	if err != nil {
		return nil, &FormatError{xgBoost, -1, err.Error()}
	}
	return xgBoostModel(text)
}

type xgbDocument struct {
	Learner struct {
		FeatureNames []string `json:"feature_names"`
		Booster      struct {
			Name       string     `json:"name"`
			Model      *xgbForest `json:"model"`
			WeightDrop []float32  `json:"weight_drop"`
			GBTree     struct {
				Model *xgbForest `json:"model"`
			} `json:"gbtree"`
		} `json:"gradient_booster"`
		Param struct {
			BaseScore  string `json:"base_score"`
			NumClass   string `json:"num_class"`
			NumFeature string `json:"num_feature"`
			NumTarget  string `json:"num_target"`
		} `json:"learner_model_param"`
		Objective struct {
			Name string `json:"name"`
		} `json:"objective"`
	} `json:"learner"`
}

type xgbForest struct {
	TreeInfo []int     `json:"tree_info"`
	Trees    []xgbTree `json:"trees"`
}

type xgbTree struct {
	Left        []int32   `json:"left_children"`
	Right       []int32   `json:"right_children"`
	Feature     []int32   `json:"split_indices"`
	Condition   []xgbReal `json:"split_conditions"`
	DefaultLeft []xgbBool `json:"default_left"`
	SplitType   []xgbBool `json:"split_type"` // 1: categorical
	LossChange  []xgbReal `json:"loss_changes"`
	SumHessian  []xgbReal `json:"sum_hessian"`
	BaseWeight  []xgbReal `json:"base_weights"`

	Categories []int64 `json:"categories"`
	CatNodes   []int32 `json:"categories_nodes"`
	CatBegin   []int64 `json:"categories_segments"`
	CatSize    []int64 `json:"categories_sizes"`

	Param struct {
		LeafVector string `json:"size_leaf_vector"`
	} `json:"tree_param"`
}

// xgbBool is written as 0 and 1, before 1.6 as a boolean.
type xgbBool bool

func (b *xgbBool) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "1", "true":
		*b = true
	case "0", "false":
		*b = false
	default:
		return fmt.Errorf("has %.10q where 0 or 1 belongs", text)
	}
	return nil
}

// xgbReal is a number that may be infinite or, at categorical splits, NaN; plainJSON
// writes these as 1e999 and null.
type xgbReal float64

func (r *xgbReal) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*r = xgbReal(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return shortError(err)
	}
	*r = xgbReal(v)
	return nil
}

// reals appends element i, if the list has the wanted length.
func reals(list []xgbReal, i, want int, to []float64) []float64 {
	if len(list) != want {
		return nil
	}
	return append(to, float64(list[i]))
}

// plainJSON replaces the bare words NaN and Infinity, which XGBoost writes and
// JSON does not have.
func plainJSON(data []byte) []byte {
	if !bytes.Contains(data, []byte("NaN")) && !bytes.Contains(data, []byte("Infinity")) {
		return data
	}
	out := make([]byte, 0, len(data))
	inText := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inText && c == '\\' && i+1 < len(data):
			out = append(out, c)
			i++
		case c == '"':
			inText = !inText
		case !inText && bytes.HasPrefix(data[i:], []byte("NaN")):
			out = append(out, "null"...)
			i += len("NaN") - 1
			continue
		case !inText && bytes.HasPrefix(data[i:], []byte("Infinity")):
			out = append(out, "1e999"...)
			i += len("Infinity") - 1
			continue
		}
		out = append(out, data[i])
	}
	return out
}

func xgBoostModel(data []byte) (*Model, error) {
	fail := func(format string, args ...any) (*Model, error) {
		return nil, &FormatError{xgBoost, -1, fmt.Sprintf(format, args...)}
	}
	var doc xgbDocument
	if err := json.Unmarshal(plainJSON(data), &doc); err != nil {
		return fail("%v", err)
	}
	l := &doc.Learner
	forest := l.Booster.Model
	switch l.Booster.Name {
	case "gbtree":
	case "dart":
		if forest = l.Booster.GBTree.Model; forest != nil && len(l.Booster.WeightDrop) != len(forest.Trees) {
			return fail("has %d dropout weights for %d trees", len(l.Booster.WeightDrop), len(forest.Trees))
		}
	default:
		return fail("has the booster %.20q; gbtree and dart are handled", l.Booster.Name)
	}
	if forest == nil {
		return fail("has no trees")
	}
	m := &Model{perRound: 1, linkScale: 1, objective: l.Objective.Name, names: slices.Clone(l.FeatureNames)}
	var err error
	if m.features, err = strconv.Atoi(l.Param.NumFeature); err != nil {
		return fail("num_feature is %.20q", l.Param.NumFeature)
	}
	if l.Param.NumClass != "" {
		if n, err := strconv.Atoi(l.Param.NumClass); err != nil || n < 0 || n > maxClasses {
			return fail("num_class is %.20q", l.Param.NumClass)
		} else if n > 1 {
			m.perRound = n
		}
	}
	if t := l.Param.NumTarget; t != "" && t != "0" && t != "1" {
		return fail("has %.20q targets; one is handled", t)
	}
	if err := m.xgbStart(l.Param.BaseScore); err != nil {
		return fail("%v", err)
	}
	if m.trees, err = forest.convert(m.perRound, l.Booster.WeightDrop); err != nil {
		return nil, err
	}
	if err := m.finish(xgBoost); err != nil {
		return nil, err
	}
	return m, nil
}

// xgbStart sets the link and the start score, which the file holds as a
// prediction; since 3.1 as a list, one per class.
func (m *Model) xgbStart(text string) error {
	toRaw := func(v float64) float64 { return v }
	switch m.objective {
	case "reg:squarederror", "reg:squaredlogerror", "reg:absoluteerror", "reg:pseudohubererror", "reg:quantileerror",
		"rank:ndcg", "rank:pairwise", "rank:map":
		m.link = linkIdentity
	case "binary:hinge":
		m.link = linkHinge
	case "binary:logistic", "reg:logistic", "binary:logitraw":
		if m.objective != "binary:logitraw" {
			m.link = linkSigmoid
		}
		toRaw = func(v float64) float64 { return -math.Log(1/v - 1) }
	case "multi:softprob", "multi:softmax":
		m.link = linkSoftmax
	case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
		m.link = linkExp
		toRaw = math.Log
	default:
		return fmt.Errorf("has the unknown objective %.40q", m.objective)
	}
	text = strings.Trim(text, "[]")
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 32)
		if err == nil {
			v = toRaw(v)
		}
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("base_score is %.20q", part)
		}
		if m.base = append(m.base, v); len(m.base) > m.perRound {
			break
		}
	}
	if len(m.base) == 1 {
		m.base = slices.Repeat(m.base, m.perRound)
	}
	if len(m.base) != m.perRound {
		return fmt.Errorf("base_score has more or fewer values than the %d classes", m.perRound)
	}
	return nil
}

// convert brings the trees into rounds of one tree per class. Several parallel
// trees of a class (a boosted forest) are further rounds.
func (f *xgbForest) convert(classes int, weights []float32) ([]tree, error) {
	if len(f.TreeInfo) != len(f.Trees) || len(f.Trees)%classes != 0 {
		return nil, &FormatError{xgBoost, -1,
			fmt.Sprintf("has %d trees, %d class numbers, %d classes", len(f.Trees), len(f.TreeInfo), classes)}
	}
	trees := make([]tree, len(f.Trees))
	filled := make([]int, classes)
	for i := range f.Trees {
		class := f.TreeInfo[i]
		if class < 0 || class >= classes || filled[class] == len(f.Trees)/classes {
			return nil, &FormatError{xgBoost, i, fmt.Sprintf("is of class %d of %d, with unequal numbers of trees", class, classes)}
		}
		weight := float32(1)
		if weights != nil {
			weight = weights[i]
		}
		t, err := f.Trees[i].convert(weight)
		if err != nil {
			return nil, &FormatError{xgBoost, i, err.Error()}
		}
		trees[filled[class]*classes+class] = t
		filled[class]++
	}
	return trees, nil
}

func (x *xgbTree) convert(weight float32) (tree, error) {
	n := len(x.Left)
	t := tree{shrinkage: 1}
	if v := x.Param.LeafVector; v != "" && v != "0" && v != "1" {
		return t, errors.New("has vectors as leaves; these are not handled")
	}
	if n == 0 || n%2 == 0 || len(x.Right) != n || len(x.Feature) != n || len(x.Condition) != n || len(x.DefaultLeft) != n {
		return t, errors.New("its arrays differ in length or hold an even number of nodes")
	}
	sets, err := x.sets(n)
	if err != nil {
		return t, err
	}
	number := make([]int32, n) // node -> child index of tree
	for i, l := range x.Left {
		if l == -1 {
			number[i] = ^int32(t.leaves())
			t.leafValue = append(t.leafValue, float64(float32(x.Condition[i])*weight))
			t.leafID = append(t.leafID, int32(i))
			continue
		}
		if l < 0 || int(l) >= n || x.Right[i] < 0 || int(x.Right[i]) >= n {
			return t, fmt.Errorf("node %d has a child that does not exist", i)
		}
		number[i] = int32(len(t.feature))
		t.feature = append(t.feature, x.Feature[i])
	}
	if number[0] != 0 && n > 1 {
		return t, errors.New("its root is a leaf")
	}
	for i, l := range x.Left {
		if l == -1 {
			t.leafWeight = reals(x.SumHessian, i, n, t.leafWeight)
			continue
		}
		left, right := number[l], number[x.Right[i]]
		if set, ok := sets[int32(i)]; ok {
			// XGBoost's sets go right, ours left.
			left, right = right, left
			t.threshold = append(t.threshold, float64(max(0, len(t.catBounds)-1)))
			t.addSet(set)
			d := uint8(categorical)
			if !x.DefaultLeft[i] {
				d |= defaultLeft
			}
			t.decision = append(t.decision, d)
		} else {
			v, err := float32Threshold(float32(x.Condition[i]))
			if err != nil {
				return t, fmt.Errorf("node %d: %w", i, err)
			}
			t.threshold = append(t.threshold, v)
			d := uint8(missingNaN)
			if x.DefaultLeft[i] {
				d |= defaultLeft
			}
			t.decision = append(t.decision, d)
		}
		t.left, t.right = append(t.left, left), append(t.right, right)
		t.gain = reals(x.LossChange, i, n, t.gain)
		t.innerValue = reals(x.BaseWeight, i, n, t.innerValue)
		t.innerWeight = reals(x.SumHessian, i, n, t.innerWeight)
	}
	return t, nil
}

// maxCategory bounds category numbers, so that a short file cannot ask for a
// large set.
const maxCategory = 1 << 20

// sets returns the categories of each categorical node.
func (x *xgbTree) sets(n int) (map[int32][]int64, error) {
	anyType := slices.Contains(x.SplitType, true)
	if len(x.CatNodes) == 0 {
		if anyType {
			return nil, errors.New("has a categorical split without categories")
		}
		return nil, nil
	}
	if len(x.CatBegin) != len(x.CatNodes) || len(x.CatSize) != len(x.CatNodes) || len(x.SplitType) != n {
		return nil, errors.New("its arrays of categories differ in length")
	}
	total := int64(len(x.Categories))
	words := int64(0)
	sets := make(map[int32][]int64, len(x.CatNodes))
	for k, node := range x.CatNodes {
		begin, size := x.CatBegin[k], x.CatSize[k]
		if node < 0 || int(node) >= n || !x.SplitType[node] || begin < 0 || size < 0 || begin > total || size > total-begin {
			return nil, fmt.Errorf("categories of node %d lie outside of the tree", node)
		}
		set := x.Categories[begin : begin+size]
		top := int64(0)
		for _, c := range set {
			if c < 0 || c >= maxCategory {
				return nil, fmt.Errorf("has the category %d; 0 to %d are handled", c, maxCategory-1)
			}
			top = max(top, c)
		}
		if words += top/32 + 1; words > 64*(total+1024) {
			return nil, errors.New("its categories are too sparse")
		}
		sets[node] = set
	}
	for i, categorical := range x.SplitType {
		if _, ok := sets[int32(i)]; bool(categorical) && !ok && x.Left[i] != -1 {
			return nil, fmt.Errorf("node %d has no categories", i)
		}
	}
	return sets, nil
}

// addSet appends a category set.
func (t *tree) addSet(set []int64) {
	if t.catBounds == nil {
		t.catBounds = []int32{0}
	}
	begin := len(t.catWords)
	for _, c := range set {
		for len(t.catWords)-begin <= int(c/32) {
			t.catWords = append(t.catWords, 0)
		}
		t.catWords[begin+int(c/32)] |= 1 << (c % 32)
	}
	t.catBounds = append(t.catBounds, int32(len(t.catWords)))
}

// float32Threshold returns the largest float64 x with float32(x) < condition, so
// that x <= threshold decides as XGBoost does.
func float32Threshold(condition float32) (float64, error) {
	if condition != condition || math.IsInf(float64(condition), -1) {
		return 0, fmt.Errorf("has the condition %v", condition)
	}
	below := math.Nextafter32(condition, float32(math.Inf(-1)))
	upper := float64(condition)
	if math.IsInf(upper, 1) {
		upper = 0x1p128
	}
	middle := (float64(below) + upper) / 2
	if math.IsInf(float64(below), -1) {
		middle = -0x1p128 // no finite float32 lies below
	}
	if math.Float32bits(below)&1 == 1 { // the tie goes up
		middle = math.Nextafter(middle, math.Inf(-1))
	}
	return middle, nil
}
