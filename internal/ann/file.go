package ann

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"
)

// A file is a header, then list after list its centre, ids and float32 values,
// then a CRC-32C of all that. Numbers are little-endian. Codes are made again
// on loading. Deleted vectors are left out.
const (
	fileMagic   = "bodegann"
	fileVersion = 1
)

// FormatError reports a file that is not a whole index.
type FormatError struct {
	Reason string
}

func (e *FormatError) Error() string { return "ann: the file " + e.Reason }

// Save writes the index as it is now; changes meanwhile are not in it.
func (x *Index) Save(w io.Writer) error {
	s := x.state.Load()
	e := &encoder{w: bufio.NewWriterSize(w, 1<<16), sum: crc32.New(crc32.MakeTable(crc32.Castagnoli))}
	e.bytes([]byte(fileMagic))
	e.uint32(fileVersion)
	e.uint32(uint32(x.dim))
	e.uint32(uint32(x.cfg.Metric))
	e.uint32(uint32(len(s.lists)))
	if x.cfg.Exact {
		e.uint32(1)
	} else {
		e.uint32(0)
	}
	e.floats(s.effort.plain, s.effort.filtered)
	e.uint32(uint32(s.tuned))
	for _, l := range s.lists {
		e.uint32(uint32(l.live()))
		e.floats(l.centre...)
		for slot, id := range l.ids {
			if !l.isDead(slot) {
				e.uint32(uint32(len(id)))
				e.bytes([]byte(id))
			}
		}
		for slot := range l.ids {
			if !l.isDead(slot) {
				e.floats(l.row(slot, x.dim)...)
			}
		}
	}
	e.uint32(e.sum.Sum32())
	if e.err == nil {
		e.err = e.w.Flush()
	}
	if e.err != nil {
		return fmt.Errorf("ann: save: %w", e.err)
	}
	return nil
}

type encoder struct {
	w   *bufio.Writer
	sum hash.Hash32
	buf []byte
	err error
}

func (e *encoder) bytes(p []byte) {
	if e.err == nil {
		e.sum.Write(p)
		_, e.err = e.w.Write(p)
	}
}

func (e *encoder) uint32(v uint32) { e.bytes(binary.LittleEndian.AppendUint32(nil, v)) }

func (e *encoder) floats(values ...float32) {
	e.buf = e.buf[:0]
	for _, v := range values {
		e.buf = binary.LittleEndian.AppendUint32(e.buf, math.Float32bits(v))
	}
	e.bytes(e.buf)
}

// Load reads an index that Save wrote, to the end of r. Config must name the
// Metric and Exact of the saved index; the rest of it may be another. A file
// that is cut off, altered or otherwise no index is a *FormatError. Memory
// grows with what has been read, never with what a header claims.
func Load(r io.Reader, cfg Config) (*Index, error) {
	d := &decoder{r: bufio.NewReaderSize(r, 1<<16), sum: crc32.New(crc32.MakeTable(crc32.Castagnoli))}
	x, err := d.index(cfg)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, &FormatError{"ends early"}
	}
	return x, err
}

type decoder struct {
	r   *bufio.Reader
	sum hash.Hash32
	buf []byte
}

// bytes returns the next n bytes, valid until the next call. n is small.
func (d *decoder) bytes(n int) ([]byte, error) {
	if cap(d.buf) < n {
		d.buf = make([]byte, n)
	}
	p := d.buf[:n]
	if _, err := io.ReadFull(d.r, p); err != nil {
		return nil, err
	}
	d.sum.Write(p)
	return p, nil
}

func (d *decoder) uint32s(values ...*uint32) error {
	p, err := d.bytes(4 * len(values))
	if err != nil {
		return err
	}
	for i, v := range values {
		*v = binary.LittleEndian.Uint32(p[4*i:])
	}
	return nil
}

// vector appends the next dim values to v and returns their norm.
func (d *decoder) vector(v []float32, dim int) ([]float32, float64, error) {
	p, err := d.bytes(4 * dim)
	if err != nil {
		return nil, 0, err
	}
	n := len(v)
	for i := range dim {
		v = append(v, math.Float32frombits(binary.LittleEndian.Uint32(p[4*i:])))
	}
	norm, err := checkVector("", v[n:], dim)
	if err != nil {
		return nil, 0, &FormatError{"holds a vector that is not finite or too long"}
	}
	return v, norm, nil
}

func (d *decoder) index(cfg Config) (*Index, error) {
	magic, err := d.bytes(len(fileMagic))
	if err != nil {
		return nil, err
	}
	if string(magic) != fileMagic {
		return nil, &FormatError{"is no index of vectors"}
	}
	var version, dim, metric, lists, exact, plain, filtered, tuned uint32
	if err := d.uint32s(&version); err != nil {
		return nil, err
	}
	if version != fileVersion {
		return nil, &FormatError{fmt.Sprintf("has version %d, this program reads %d", version, fileVersion)}
	}
	if err := d.uint32s(&dim, &metric, &lists, &exact, &plain, &filtered, &tuned); err != nil {
		return nil, err
	}
	if dim < 1 || dim > maxDim {
		return nil, &FormatError{fmt.Sprintf("has vectors of %d dimensions", dim)}
	}
	x, err := New(int(dim), cfg)
	if err != nil {
		return nil, err
	}
	if uint32(x.cfg.Metric) != metric || x.cfg.Exact != (exact == 1) || exact > 1 {
		return nil, &FormatError{"is of another kind of index than Config says"}
	}
	e := &edit{x: x, reshaped: true}
	for range lists {
		l, err := d.list(x)
		if err != nil {
			return nil, err
		}
		for slot, id := range l.ids {
			if _, twice := x.where.at[id]; twice {
				return nil, &FormatError{fmt.Sprintf("holds the id %q twice", id)}
			}
			x.where.set(id, place{uint32(len(e.lists)), uint32(slot)})
		}
		e.lists = append(e.lists, l)
	}
	sum := d.sum.Sum32()
	var want uint32
	if err := d.uint32s(&want); err != nil {
		return nil, err
	}
	if sum != want {
		return nil, &FormatError{"is damaged: its checksum does not match"}
	}
	switch _, err := d.r.ReadByte(); {
	case err == nil:
		return nil, &FormatError{"goes on after its end"}
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	s := e.snapshot()
	s.effort = effort{math.Float32frombits(plain), math.Float32frombits(filtered)}
	s.tuned = int(tuned)
	if !s.effort.valid() {
		return nil, &FormatError{"has an effort outside 0 to 1"}
	}
	x.state.Store(s)
	return x, nil
}

func (d *decoder) list(x *Index) (*list, error) {
	var n uint32
	if err := d.uint32s(&n); err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, &FormatError{"holds a list of nothing"}
	}
	centre, _, err := d.vector(nil, x.dim)
	if err != nil {
		return nil, err
	}
	l := x.newList(centre, min(int(n), max(1, 1<<18/x.dim)))
	var ids []string
	for range n {
		var size uint32
		if err := d.uint32s(&size); err != nil {
			return nil, err
		}
		if size < 1 || size > maxIDLen {
			return nil, &FormatError{fmt.Sprintf("holds an id of %d bytes", size)}
		}
		id, err := d.bytes(int(size))
		if err != nil {
			return nil, err
		}
		ids = append(ids, string(id))
	}
	row := make([]float32, 0, x.dim)
	for _, id := range ids {
		var norm float64
		if row, norm, err = d.vector(row[:0], x.dim); err != nil {
			return nil, err
		}
		if x.cfg.Metric == Cosine && norm != 0 && math.Abs(norm-1) > 1e-3 {
			return nil, &FormatError{fmt.Sprintf("holds a vector of length %g where all are of length 1", norm)}
		}
		x.push(l, id, row)
	}
	return l, nil
}
