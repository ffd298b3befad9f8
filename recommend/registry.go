package recommend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ErrNoModel reports that there is no model to go to.
var ErrNoModel = errors.New("recommend: there is no such model")

const (
	modelPrefix = "model-"
	servingName = "serving" // the blob that names the model to serve
)

// SaveModel writes the serving model.
func (e *Engine) SaveModel(w io.Writer) error {
	s := e.serving.Load()
	if s == nil {
		return ErrNoModel
	}
	return s.save(w)
}

// LoadModel serves a model that SaveModel wrote. A file that is cut off, altered
// or otherwise no model is a *FormatError, and the serving model stays.
func (e *Engine) LoadModel(ctx context.Context, r io.Reader) (Info, error) {
	s, err := load(ctx, r, e.cfg.Learners)
	if err != nil {
		return Info{}, err
	}
	e.training.Lock()
	defer e.training.Unlock()
	e.swap(s)
	return s.info, nil
}

// Models lists the versions in the Store, the oldest first.
func (e *Engine) Models(ctx context.Context) ([]string, error) {
	names, err := e.cfg.Store.List(ctx)
	var versions []string
	for _, n := range names {
		if v, ok := strings.CutPrefix(n, modelPrefix); ok {
			versions = append(versions, v)
		}
	}
	return versions, err
}

// Restore serves the model the Store says was serving last, as after a restart.
func (e *Engine) Restore(ctx context.Context) (Info, error) {
	e.training.Lock()
	defer e.training.Unlock()
	r, err := e.cfg.Store.Load(ctx, servingName)
	if errors.Is(err, ErrNotFound) {
		return Info{}, ErrNoModel
	}
	if err != nil {
		return Info{}, err
	}
	version, err := io.ReadAll(io.LimitReader(r, maxIDLen))
	if err = errors.Join(err, r.Close()); err != nil {
		return Info{}, err
	}
	return e.serve(ctx, string(version))
}

// Rollback serves the model before the serving one.
func (e *Engine) Rollback(ctx context.Context) (Info, error) {
	e.training.Lock()
	defer e.training.Unlock()
	versions, err := e.Models(ctx)
	if err != nil {
		return Info{}, err
	}
	s := e.serving.Load()
	if s == nil {
		return Info{}, ErrNoModel
	}
	at, _ := slices.BinarySearch(versions, s.info.Version)
	if at == 0 {
		return Info{}, ErrNoModel
	}
	info, err := e.serve(ctx, versions[at-1])
	if err != nil {
		return Info{}, err
	}
	return info, e.remember(ctx, info.Version)
}

// serve loads a version and swaps it in.
func (e *Engine) serve(ctx context.Context, version string) (Info, error) {
	r, err := e.cfg.Store.Load(ctx, modelPrefix+version)
	if errors.Is(err, ErrNotFound) {
		err = ErrNoModel
	}
	if err != nil {
		return Info{}, fmt.Errorf("model %s: %w", version, err)
	}
	s, err := load(ctx, r, e.cfg.Learners)
	if closed := r.Close(); err == nil && closed != nil {
		retire(s.sources)
		err = closed
	}
	if err != nil {
		return Info{}, fmt.Errorf("model %s: %w", version, err)
	}
	e.swap(s)
	return s.info, nil
}

// keepModel saves a model, makes it the one to serve and deletes the oldest.
func (e *Engine) keepModel(ctx context.Context, s *snapshot) error {
	if err := e.cfg.Store.Save(ctx, modelPrefix+s.info.Version, s.save); err != nil {
		return err
	}
	if err := e.remember(ctx, s.info.Version); err != nil {
		return err
	}
	versions, err := e.Models(ctx)
	if err != nil {
		return err
	}
	for _, v := range versions[:max(len(versions)-e.cfg.Keep, 0)] {
		if v == s.info.Version {
			continue
		}
		if err := e.cfg.Store.Delete(ctx, modelPrefix+v); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) remember(ctx context.Context, version string) error {
	return e.cfg.Store.Save(ctx, servingName, func(w io.Writer) error {
		_, err := io.WriteString(w, version)
		return err
	})
}

// retire lets go of what models that answer no more keep outside.
func retire(sources []Trained) {
	for _, s := range sources {
		if x, ok := s.(interface{ retire() }); ok {
			x.retire()
		}
	}
}

// swap serves a model from now on. Items it does not know may be explored.
func (e *Engine) swap(s *snapshot) {
	if before := e.serving.Swap(s); before != nil {
		retire(before.sources)
	}
	recent := e.catalog.recent.all()
	for _, entry := range recent[max(len(recent)-explorePool, 0):] {
		if id := entry.item.Load().ID; !entry.dead.Load() && !s.knows(id) {
			e.explorer.add(id)
		}
	}
}
