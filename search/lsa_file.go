package search

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// The file: the magic word with the version, the locale, the field weights, the terms each
// with its idf and row of the basis, a CRC-32C of all before it. Numbers are
// little-endian.
const lsaMagic = "bodega-lsa-2\n"

// FormatError says why saved state was not read.
type FormatError struct{ Reason string }

func (e *FormatError) Error() string { return "search: saved state: " + e.Reason }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes the LSA for LoadLSA.
func (l *LSA) Save(w io.Writer) error {
	sum := crc32.New(castagnoli)
	buffered := bufio.NewWriter(w)
	out := &lsaWriter{w: io.MultiWriter(buffered, sum)}
	out.bytes([]byte(lsaMagic))
	out.text(l.locale)
	out.number(uint32(len(l.weights)))
	for _, field := range slices.Sorted(maps.Keys(l.weights)) {
		out.text(field)
		out.bytes(binary.LittleEndian.AppendUint64(nil, math.Float64bits(l.weights[field])))
	}
	out.number(uint32(len(l.idf)))
	out.number(uint32(l.basis.Cols))
	terms := make([]string, len(l.idf))
	for term, i := range l.terms {
		terms[i] = term
	}
	for i, term := range terms {
		out.text(term)
		out.float(l.idf[i])
		for _, x := range l.basis.Row(i) {
			out.float(x)
		}
	}
	out.number(sum.Sum32())
	return errors.Join(out.err, buffered.Flush())
}

type lsaWriter struct {
	w   io.Writer
	err error
}

func (o *lsaWriter) bytes(b []byte) {
	if o.err == nil {
		_, o.err = o.w.Write(b)
	}
}
func (o *lsaWriter) number(n uint32) { o.bytes(binary.LittleEndian.AppendUint32(nil, n)) }
func (o *lsaWriter) float(x float32) { o.number(math.Float32bits(x)) }
func (o *lsaWriter) text(s string)   { o.number(uint32(len(s))); o.bytes([]byte(s)) }

// LoadLSA reads what Save wrote. A *FormatError says that it is something else
// or damaged.
func LoadLSA(r io.Reader) (*LSA, error) {
	in := &lsaReader{r: bufio.NewReader(r)}
	if string(in.bytes(len(lsaMagic))) != lsaMagic {
		in.fail("it is no LSA of this version")
	}
	l := &LSA{weights: FieldWeights{}, terms: map[string]int{}}
	l.locale = in.text()
	l.speech = speechOf(l.locale)
	for range in.number(1000, "fields") {
		field := in.text()
		l.weights[field] = math.Float64frombits(binary.LittleEndian.Uint64(in.bytes(8)))
		if in.err != nil {
			break
		}
	}
	terms := in.number(maxTerms, "terms")
	cols := in.number(maxDimensions, "dimensions")
	if in.err == nil && (terms == 0 || cols == 0) {
		in.fail("it is empty")
	}
	var data []float32 // grows with what is really there: the counts may lie
	for i := 0; i < terms && in.err == nil; i++ {
		l.terms[in.text()] = i
		l.idf = append(l.idf, in.float())
		for range cols {
			data = append(data, in.float())
		}
	}
	sum := in.sum
	if stored := in.number(math.MaxUint32, "sums"); in.err == nil && uint32(stored) != sum {
		in.fail("the checksum is wrong")
	}
	if in.err == nil && len(l.terms) != terms {
		in.fail("a term is there twice")
	}
	if in.err != nil {
		return nil, in.err
	}
	l.basis = linalg.MatrixOf(data, terms, cols)
	return l, nil
}

type lsaReader struct {
	r   io.Reader
	sum uint32
	err error
}

func (in *lsaReader) fail(reason string) {
	if in.err == nil {
		in.err = &FormatError{reason}
	}
}

func (in *lsaReader) bytes(n int) []byte {
	b := make([]byte, n)
	if in.err != nil {
		return b
	}
	if _, err := io.ReadFull(in.r, b); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		in.fail("it is cut short")
	} else if err != nil {
		in.err = err
	}
	in.sum = crc32.Update(in.sum, castagnoli, b)
	return b
}

func (in *lsaReader) number(limit uint32, of string) int {
	n := binary.LittleEndian.Uint32(in.bytes(4))
	if n > limit {
		in.fail(fmt.Sprintf("%d %s are more than %d", n, of, limit))
	}
	if in.err != nil {
		return 0
	}
	return int(n)
}

func (in *lsaReader) float() float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(in.bytes(4)))
}

func (in *lsaReader) text() string { return string(in.bytes(in.number(1<<16, "bytes of a word"))) }
