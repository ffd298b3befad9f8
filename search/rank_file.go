package search

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

// The file: the magic word with the version and a CRC-32C of all that follows,
// in hexadecimal; a line of JSON; the trees, if there are any, as LightGBM
// writes them.
const (
	treesMagic   = "bodega-ranker-1 "
	treesMost    = 64 << 20 // bytes of a file
	signalsLine  = 1 << 16  // bytes of its JSON
	treesAtMost  = 10_000
	headerLength = len(treesMagic) + 8 + 1
)

type treesHeader struct {
	Signals []string     `json:"signals"`
	Weights LinearRanker `json:"weights"`
	Trees   int          `json:"trees"`
}

// Save writes the ranker for LoadTrees.
func (r *TreeRanker) Save(w io.Writer) error {
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(treesHeader{Signals(), r.base, r.Trees()}); err != nil {
		return err
	}
	if r.trees != nil {
		if _, err := r.trees.WriteTo(&body); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(w, "%s%08x\n", treesMagic, crc32.Checksum(body.Bytes(), castagnoli)); err != nil {
		return err
	}
	_, err := w.Write(body.Bytes())
	return err
}

// LoadTrees reads what Save wrote. A *FormatError says that it is something
// else, damaged, or of an engine with other signals.
func LoadTrees(r io.Reader) (*TreeRanker, error) {
	data, err := io.ReadAll(io.LimitReader(r, treesMost+1))
	if err != nil {
		return nil, err
	}
	if len(data) > treesMost || len(data) < headerLength || string(data[:len(treesMagic)]) != treesMagic {
		return nil, &FormatError{"it is no ranker of this version"}
	}
	body := data[headerLength:]
	if string(data[len(treesMagic):headerLength]) != fmt.Sprintf("%08x\n", crc32.Checksum(body, castagnoli)) {
		return nil, &FormatError{"the checksum is wrong"}
	}
	line, trees, _ := bytes.Cut(body, []byte("\n"))
	var h treesHeader
	if len(line) > signalsLine {
		return nil, &FormatError{"its first line is too long"}
	}
	if err := json.Unmarshal(line, &h); err != nil {
		return nil, &FormatError{err.Error()}
	}
	if !slices.Equal(h.Signals, signalNames[:]) || len(h.Weights) != signalCount {
		return nil, &FormatError{"it goes by other signals"}
	}
	ranker := &TreeRanker{base: h.Weights}
	if h.Trees == 0 {
		return ranker, nil
	}
	if ranker.trees, err = gbdt.ReadLightGBM(bytes.NewReader(trees)); err != nil {
		return nil, &FormatError{err.Error()}
	}
	return ranker, ranker.check(h.Trees)
}

// check makes sure that trees can score and say why.
func (r *TreeRanker) check(trees int) error {
	m := r.trees
	shares := make([]float64, signalCount+1)
	zeros := make([]float64, signalCount)
	switch {
	case m.NumTrees() != trees || trees > treesAtMost:
		return &FormatError{fmt.Sprintf("it has %d trees, not %d", m.NumTrees(), trees)}
	case m.NumFeatures() != signalCount || m.NumOutputs() != 1:
		return &FormatError{"its trees go by other signals"}
	}
	if err := m.Attribute(zeros, shares); err != nil {
		return &FormatError{err.Error()}
	}
	if s := r.Score(zeros); math.IsNaN(s) || math.IsInf(s, 0) {
		return &FormatError{"its scores are no numbers"}
	}
	return nil
}
