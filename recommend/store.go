package recommend

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Store keeps blobs by name. Names are of letters, digits, dots and dashes.
type Store interface {
	// Save writes a blob as a whole or, with an error, not at all.
	Save(ctx context.Context, name string, write func(io.Writer) error) error
	// Load returns ErrNotFound for a name that is not there.
	Load(ctx context.Context, name string) (io.ReadCloser, error)
	// List returns all names, sorted.
	List(ctx context.Context) ([]string, error)
	// Delete ignores a name that is not there.
	Delete(ctx context.Context, name string) error
}

// ErrNotFound reports that a Store has no such blob.
var ErrNotFound = errors.New("recommend: not found")

// MemoryStore keeps blobs in memory.
type MemoryStore struct {
	mu    sync.Mutex
	blobs map[string][]byte
}

// NewMemoryStore makes an empty one.
func NewMemoryStore() *MemoryStore { return &MemoryStore{blobs: map[string][]byte{}} }

// Save implements Store.
func (s *MemoryStore) Save(_ context.Context, name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blobs[name] = b.Bytes()
	return nil
}

// Load implements Store.
func (s *MemoryStore) Load(_ context.Context, name string) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.blobs[name]
	if !ok {
		return nil, ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// List implements Store.
func (s *MemoryStore) List(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for n := range s.blobs {
		names = append(names, n)
	}
	slices.Sort(names)
	return names, nil
}

// Delete implements Store.
func (s *MemoryStore) Delete(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.blobs, name)
	return nil
}

// DirStore keeps each blob as a file of a folder, which is made when needed.
type DirStore string

const partial = ".partial"

func (d DirStore) path(name string) (string, error) {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") != "" || name[0] == '.' {
		return "", &ConfigError{"the blob's name", "is of letters, digits, dots and dashes"}
	}
	return filepath.Join(string(d), name), nil
}

// Save implements Store: the file is written beside and renamed.
func (d DirStore) Save(_ context.Context, name string, write func(io.Writer) error) error {
	path, err := d.path(name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(d), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(string(d), "."+name+"-*"+partial)
	if err != nil {
		return err
	}
	err = cmp.Or(write(f), f.Sync())
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Load implements Store.
func (d DirStore) Load(_ context.Context, name string) (io.ReadCloser, error) {
	path, err := d.path(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path) //nolint:gosec // the name was checked to have no folders in it
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotFound
	}
	return f, err
}

// List implements Store.
func (d DirStore) List(context.Context) ([]string, error) {
	files, err := os.ReadDir(string(d))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, f := range files {
		if f.Type().IsRegular() && f.Name()[0] != '.' {
			names = append(names, f.Name())
		}
	}
	return names, nil
}

// Delete implements Store.
func (d DirStore) Delete(_ context.Context, name string) error {
	path, err := d.path(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
