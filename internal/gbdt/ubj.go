package gbdt

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// ubjToJSON turns Universal Binary JSON, as XGBoost writes it, into JSON text.
// Every value of the result is paid for by input bytes, so its size is bounded
// by a small multiple of the input's.
func ubjToJSON(data []byte) ([]byte, error) {
	d := ubjDecoder{in: data, out: make([]byte, 0, 2*len(data))}
	marker, err := d.byte()
	if err != nil {
		return nil, err
	}
	if err := d.value(marker, 0); err != nil {
		return nil, fmt.Errorf("at byte %d: %w", d.at, err)
	}
	return d.out, nil
}

type ubjDecoder struct {
	in  []byte
	at  int
	out []byte
}

const maxUBJDepth = 64

var errUBJShort = errors.New("the UBJ data end too early")

func (d *ubjDecoder) take(n int) ([]byte, error) {
	if n < 0 || n > len(d.in)-d.at {
		return nil, errUBJShort
	}
	b := d.in[d.at : d.at+n]
	d.at += n
	return b, nil
}

func (d *ubjDecoder) byte() (byte, error) {
	b, err := d.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// marker returns the next marker that is no no-op.
func (d *ubjDecoder) marker() (byte, error) {
	for {
		b, err := d.byte()
		if err != nil || b != 'N' {
			return b, err
		}
	}
}

func (d *ubjDecoder) value(marker byte, depth int) error {
	if depth > maxUBJDepth {
		return errors.New("the UBJ data are nested too deeply")
	}
	switch marker {
	case 'Z':
		d.out = append(d.out, "null"...)
	case 'T':
		d.out = append(d.out, "true"...)
	case 'F':
		d.out = append(d.out, "false"...)
	case 'i', 'U', 'I', 'l', 'L':
		v, err := d.integer(marker)
		if err != nil {
			return err
		}
		d.out = strconv.AppendInt(d.out, v, 10)
	case 'd':
		b, err := d.take(4)
		if err != nil {
			return err
		}
		d.float(float64(math.Float32frombits(binary.BigEndian.Uint32(b))), 32)
	case 'D':
		b, err := d.take(8)
		if err != nil {
			return err
		}
		d.float(math.Float64frombits(binary.BigEndian.Uint64(b)), 64)
	case 'S', 'H':
		return d.text()
	case 'C':
		b, err := d.take(1)
		if err != nil {
			return err
		}
		return d.quote(string(b))
	case '[':
		return d.container('[', ']', depth)
	case '{':
		return d.container('{', '}', depth)
	default:
		return fmt.Errorf("the UBJ data have the unknown marker %q", marker)
	}
	return nil
}

func (d *ubjDecoder) integer(marker byte) (int64, error) {
	size := map[byte]int{'i': 1, 'U': 1, 'I': 2, 'l': 4, 'L': 8}[marker]
	if size == 0 {
		return 0, fmt.Errorf("the UBJ data have %q where an integer belongs", marker)
	}
	b, err := d.take(size)
	if err != nil {
		return 0, err
	}
	switch marker {
	case 'i':
		return int64(int8(b[0])), nil
	case 'U':
		return int64(b[0]), nil
	case 'I':
		return int64(int16(binary.BigEndian.Uint16(b))), nil
	case 'l':
		return int64(int32(binary.BigEndian.Uint32(b))), nil
	default:
		return int64(binary.BigEndian.Uint64(b)), nil
	}
}

// float writes a number; what JSON does not have as plainJSON does.
func (d *ubjDecoder) float(v float64, bits int) {
	switch {
	case math.IsNaN(v):
		d.out = append(d.out, "null"...)
	case math.IsInf(v, 1):
		d.out = append(d.out, "1e999"...)
	case math.IsInf(v, -1):
		d.out = append(d.out, "-1e999"...)
	default:
		d.out = strconv.AppendFloat(d.out, v, 'g', -1, bits)
	}
}

// length reads an integer with its own marker.
func (d *ubjDecoder) length() (int, error) {
	m, err := d.byte()
	if err != nil {
		return 0, err
	}
	n, err := d.integer(m)
	if err != nil {
		return 0, err
	}
	if n < 0 || n > int64(len(d.in)) {
		return 0, errUBJShort
	}
	return int(n), nil
}

func (d *ubjDecoder) text() error {
	n, err := d.length()
	if err != nil {
		return err
	}
	b, err := d.take(n)
	if err != nil {
		return err
	}
	return d.quote(string(b))
}

func (d *ubjDecoder) quote(s string) error {
	b, err := json.Marshal(s)
	d.out = append(d.out, b...)
	return err
}

// container reads an array or object: open, or with the count '#' and perhaps
// one type '$' for all values.
func (d *ubjDecoder) container(open, end byte, depth int) error {
	d.out = append(d.out, open)
	kind, count, err := d.header()
	if err != nil {
		return err
	}
	for i := 0; count < 0 || i < count; i++ {
		if count < 0 {
			m, err := d.marker()
			if err != nil {
				return err
			}
			if m == end {
				break
			}
			d.at--
		}
		if i > 0 {
			d.out = append(d.out, ',')
		}
		if open == '{' {
			if err := d.text(); err != nil {
				return err
			}
			d.out = append(d.out, ':')
		}
		m := kind
		if m == 0 {
			if m, err = d.marker(); err != nil {
				return err
			}
		}
		if err := d.value(m, depth+1); err != nil {
			return err
		}
	}
	d.out = append(d.out, end)
	return nil
}

// header returns the type (0: each value has its own) and count (-1: open) of a container.
func (d *ubjDecoder) header() (kind byte, count int, err error) {
	if d.at < len(d.in) && d.in[d.at] == '$' {
		b, err := d.take(2)
		if err != nil {
			return 0, 0, err
		}
		switch kind = b[1]; kind {
		case 'i', 'U', 'I', 'l', 'L', 'd', 'D', 'C', 'S', 'H':
		default: // values without bytes would make a short file long
			return 0, 0, fmt.Errorf("the UBJ data have an array of type %q", kind)
		}
		if d.at >= len(d.in) || d.in[d.at] != '#' {
			return 0, 0, errors.New("the UBJ data have a typed array without a count")
		}
	}
	if d.at >= len(d.in) || d.in[d.at] != '#' {
		return 0, -1, nil
	}
	d.at++
	count, err = d.length()
	return kind, count, err
}
