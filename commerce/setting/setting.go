package setting

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Setting is a JSON value under a key.
type Setting struct {
	Key       string          `json:"key"` // by convention dotted, its owner first: "account.signing_keys"
	Value     json.RawMessage `json:"value"`
	Version   int64           `json:"version"` // starts at 1, grows with each Put
	UpdatedAt time.Time       `json:"updated_at"`
}

// Versions to compare with that name no version in particular.
const (
	Absent int64 = 0  // the setting must not exist yet
	Any    int64 = -1 // whatever is there
)

// MaxKey and MaxValue bound a setting, in bytes.
const (
	MaxKey   = 200
	MaxValue = 1 << 20
)

// Store keeps settings. Reads within a transaction lock nothing; Put and
// Delete compare versions.
type Store interface {
	// Get returns a setting; KindNotFound when there is none.
	Get(ctx context.Context, key string) (Setting, error)
	// List returns the settings whose keys begin with the prefix, by key.
	List(ctx context.Context, prefix string) ([]Setting, error)
	// Put writes the value if the setting's version is still seen (or as
	// [Absent] and [Any] say) and returns the new version; *core.StaleError
	// otherwise. It sets s.Version aside: versions are the store's.
	Put(ctx context.Context, s Setting, seen int64) (int64, error)
	// Delete removes the setting if its version is still seen. Deleting what
	// is not there with [Any] does nothing.
	Delete(ctx context.Context, key string, seen int64) error
}

// Get decodes the setting into value and returns its version. Where there is
// none it leaves value alone and returns [Absent], ready to be passed to [Put].
func Get(ctx context.Context, s Store, key string, value any) (version int64, err error) {
	have, err := s.Get(ctx, key)
	if core.IsKind(err, core.KindNotFound) {
		return Absent, nil
	}
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(have.Value, value); err != nil {
		return 0, core.Errorf(core.KindInternal, "setting_encoding", "setting %s does not decode: %v", key, err)
	}
	return have.Version, nil
}

// Put encodes the value and writes it if the setting's version is still seen;
// it returns the new version.
func Put(ctx context.Context, s Store, key string, value any, seen int64, now time.Time) (version int64, err error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return 0, core.Errorf(core.KindInternal, "setting_encoding", "setting %s does not encode: %v", key, err)
	}
	var v core.Violations
	v.Check(key != "" && len(key) <= MaxKey && core.ValidText(key), "key", "must be 1 to %d bytes of valid text", MaxKey)
	v.Check(len(raw) <= MaxValue, "value", "must be at most %d bytes", MaxValue)
	if err := v.Err(); err != nil {
		return 0, err
	}
	return s.Put(ctx, Setting{Key: key, Value: raw, UpdatedAt: now}, seen)
}

// Ensure reads the setting into value, or makes it: create fills value in,
// and it is stored unless another transaction was first, whose value then
// counts. It reports whether this call made it.
func Ensure(ctx context.Context, s Store, key string, value any, now time.Time, create func() error) (created bool, err error) {
	version, err := Get(ctx, s, key, value)
	if err != nil || version != Absent {
		return false, err
	}
	if err := create(); err != nil {
		return false, err
	}
	_, err = Put(ctx, s, key, value, Absent, now)
	if !core.IsKind(err, core.KindStale) {
		return err == nil, err
	}
	_, err = Get(ctx, s, key, value)
	return false, err
}
