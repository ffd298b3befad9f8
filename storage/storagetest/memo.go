package storagetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/memo"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// Memo tests the memo store through its service.
func Memo(t *testing.T, open func(t *testing.T) *storage.DB) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	service := func(db *storage.DB, clock core.Clock) *memo.Service {
		return memo.New(core.Narrow(db, func(tx storage.Tx) memo.Tx { return tx }), memo.Config{Clock: clock})
	}

	t.Run("kept as they are", func(t *testing.T) {
		ctx := system(t)
		s := service(open(t), func() time.Time { return now })
		every := make([]byte, 256)
		for i := range every {
			every[i] = byte(i)
		}
		require.NoError(t, s.Put(ctx, map[string][]byte{"a": every, "empty": nil, "ä": {1}}))
		require.NoError(t, s.Put(ctx, map[string][]byte{"ä": {2}}))
		got, err := s.Get(ctx, []string{"ä", "a", "none", "a", "empty"})
		require.NoError(t, err)
		require.Equal(t, map[string][]byte{"a": every, "empty": {}, "ä": {2}}, got)
		got, err = s.Get(ctx, nil)
		require.NoError(t, err)
		require.Empty(t, got)
		for _, key := range []string{"", string(make([]byte, memo.MaxKey+1)), "a\x00b", "\xff"} {
			err := s.Put(ctx, map[string][]byte{"good": {1}, key: {1}})
			require.True(t, core.IsKind(err, core.KindInvalid), "%q: %v", key, err)
		}
		got, err = s.Get(ctx, []string{"good"})
		require.NoError(t, err)
		require.Empty(t, got)
	})

	t.Run("many, and those not asked for are forgotten", func(t *testing.T) {
		ctx := system(t)
		at := now
		s := service(open(t), func() time.Time { return at })
		all := map[string][]byte{}
		var keys []string
		for i := range 1200 {
			keys = append(keys, fmt.Sprint("k", i))
			all[keys[i]] = []byte{byte(i)}
		}
		require.NoError(t, s.Put(ctx, all))
		at = now.Add(20 * 24 * time.Hour)
		got, err := s.Get(ctx, keys[:700])
		require.NoError(t, err)
		require.Len(t, got, 700)
		at = now.Add(40 * 24 * time.Hour)
		n, err := s.Prune(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 500, n)
		got, err = s.Get(ctx, keys)
		require.NoError(t, err)
		require.Len(t, got, 700)
		require.Equal(t, all["k699"], got["k699"])
	})

	t.Run("written at once", func(t *testing.T) {
		ctx := system(t)
		s := service(open(t), nil)
		all := map[string][]byte{}
		for i := range 300 {
			all[fmt.Sprint("k", i)] = []byte{byte(i)}
		}
		for _, err := range together(8, func(int) error { return s.Put(ctx, all) }) {
			require.NoError(t, err)
		}
		got, err := s.Get(ctx, []string{"k0", "k299"})
		require.NoError(t, err)
		require.Equal(t, map[string][]byte{"k0": {0}, "k299": {byte(299 % 256)}}, got)
	})
}
