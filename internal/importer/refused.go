package importer

import (
	"encoding/csv"
	"io"
	"os"
	"strconv"
)

// refused is the file of refused rows. It is written before a batch is
// committed, and what belongs to no committed batch is cut off when it is
// opened again: so it has every refused row once.
type refused struct {
	file *os.File
	size int64
}

func openRefused(path string, size int64) (*refused, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() {
		size = min(size, info.Size()) // the earlier run wrote none, or another one
		if err = f.Truncate(size); err == nil {
			_, err = f.Seek(size, io.SeekStart)
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &refused{f, size}, nil
}

// write appends the refused rows of a segment and returns the file's size.
func (r *refused) write(segment []*row) (int64, error) {
	w := csv.NewWriter(countTo{r})
	for _, x := range segment {
		if x.problem != "" {
			_ = w.Write(append([]string{strconv.FormatInt(x.line, 10), string(x.problem)}, x.raw...)) // Flush keeps the error
		}
	}
	w.Flush()
	return r.size, w.Error()
}

// countTo counts what is written to the file.
type countTo struct{ r *refused }

func (c countTo) Write(p []byte) (int, error) {
	n, err := c.r.file.Write(p)
	c.r.size += int64(n)
	return n, err
}
