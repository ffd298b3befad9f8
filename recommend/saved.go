package recommend

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"encoding/json"
	"hash/crc32"
	"io"
	"time"
)

// Info describes a trained model.
type Info struct {
	Version      string             `json:"version"` // sorts by time of training
	Trained      time.Time          `json:"trained_at"`
	From         time.Time          `json:"from"` // of the data
	To           time.Time          `json:"to"`
	Interactions int                `json:"interactions"`
	Users        int                `json:"users"`
	Items        int                `json:"items"`
	Parameters   map[string]string  `json:"parameters"` // of each model
	Weights      map[string]float64 `json:"weights"`    // of each model, learned
	Metrics      Metrics            `json:"metrics"`
}

// FormatError reports a file that is not a whole model.
type FormatError struct{ Reason string }

func (e *FormatError) Error() string { return "recommend: no model: " + e.Reason }

const magic = "bodega recommend model 3\n"

type savedModel struct {
	Info    []byte // JSON: gob does not end on some altered maps
	IDs     []string
	Sources []savedSource
	Facts   []byte
	Ranker  []byte // JSON of savedRanker
}

type savedSource struct {
	Name string
	Data []byte
}

// save writes the model: a header, a checksum, the rest.
func (s *snapshot) save(w io.Writer) error {
	info, err := json.Marshal(s.info)
	if err != nil {
		return err
	}
	m := savedModel{Info: info, IDs: s.table.IDs}
	for _, x := range s.sources {
		data, err := x.MarshalBinary()
		if err != nil {
			return err
		}
		m.Sources = append(m.Sources, savedSource{x.Name(), data})
	}
	if s.facts != nil {
		if m.Facts, err = s.facts.MarshalBinary(); err != nil {
			return err
		}
	}
	if s.ranker != nil {
		if m.Ranker, err = s.ranker.marshal(); err != nil {
			return err
		}
	}
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(m); err != nil {
		return err
	}
	head := binary.LittleEndian.AppendUint32([]byte(magic), crc32.ChecksumIEEE(body.Bytes()))
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err = body.WriteTo(w)
	return err
}

// load reads a model for the learners that made it; sources of others are left
// out. Nothing is decoded before the checksum is right.
func load(ctx context.Context, r io.Reader, learners []Learner) (*snapshot, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	body, ok := bytes.CutPrefix(b, []byte(magic))
	if !ok || len(body) < 4 {
		return nil, &FormatError{"it has another header"}
	}
	sum := binary.LittleEndian.Uint32(body)
	if body = body[4:]; crc32.ChecksumIEEE(body) != sum {
		return nil, &FormatError{"it was cut off or altered"}
	}
	return decode(ctx, body, learners)
}

func decode(ctx context.Context, body []byte, learners []Learner) (*snapshot, error) {
	var m savedModel
	if err := gob.NewDecoder(bytes.NewReader(body)).Decode(&m); err != nil {
		return nil, &FormatError{err.Error()}
	}
	s, whole := &snapshot{table: NewTable(m.IDs)}, false
	defer func() {
		if !whole {
			retire(s.sources)
		}
	}()
	if err := json.Unmarshal(m.Info, &s.info); err != nil {
		return nil, &FormatError{err.Error()}
	}
	if len(s.table.at) != len(m.IDs) {
		return nil, &FormatError{"an item is there twice"}
	}
	for _, saved := range m.Sources {
		for _, l := range learners {
			if l.Name() == saved.Name {
				x, err := l.Load(ctx, s.table, saved.Data)
				if err != nil {
					return nil, err
				}
				s.sources = append(s.sources, x)
			}
		}
	}
	var err error
	if len(m.Facts) > 0 {
		if s.facts, err = loadFacts(s.table, m.Facts); err != nil {
			return nil, err
		}
	}
	if len(m.Ranker) > 0 && s.facts != nil {
		if s.ranker, err = loadRanker(m.Ranker); err != nil {
			return nil, err
		}
	}
	whole = true
	return s, nil
}
