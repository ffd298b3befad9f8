package storagetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// Setting tests the setting store.
func Setting(t *testing.T, open func(t *testing.T) *storage.DB) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 123000, time.UTC)

	t.Run("compare and set", func(t *testing.T) {
		ctx, db := system(t), open(t)
		require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
			s := tx.Settings()
			v, err := setting.Put(ctx, s, "a", map[string]int{"n": 1}, setting.Absent, now)
			require.NoError(t, err)
			require.EqualValues(t, 1, v)
			_, err = setting.Put(ctx, s, "a", 2, setting.Absent, now)
			var stale *core.StaleError
			require.ErrorAs(t, err, &stale)
			require.EqualValues(t, 1, stale.Newest)
			v, err = setting.Put(ctx, s, "a", 2, v, now)
			require.NoError(t, err)
			require.EqualValues(t, 2, v)
			_, err = setting.Put(ctx, s, "a", 3, 1, now)
			require.ErrorAs(t, err, &stale)
			_, err = setting.Put(ctx, s, "none", 3, 1, now)
			require.ErrorAs(t, err, &stale)
			v, err = setting.Put(ctx, s, "a", "Ä", setting.Any, now)
			require.NoError(t, err)
			require.EqualValues(t, 3, v)
			got, err := s.Get(ctx, "a")
			require.NoError(t, err)
			require.Equal(t, setting.Setting{Key: "a", Value: []byte(`"Ä"`), Version: 3, UpdatedAt: now}, got)
			require.ErrorAs(t, s.Delete(ctx, "a", 2), &stale)
			require.NoError(t, s.Delete(ctx, "a", 3))
			require.NoError(t, s.Delete(ctx, "a", setting.Any))
			_, err = s.Get(ctx, "a")
			require.True(t, core.IsKind(err, core.KindNotFound))
			_, err = setting.Put(ctx, s, "", 1, setting.Any, now)
			require.True(t, core.IsKind(err, core.KindInvalid))
			_, err = setting.Put(ctx, s, "a", make([]string, setting.MaxValue), setting.Any, now)
			require.True(t, core.IsKind(err, core.KindInvalid))
			return nil
		}))
	})

	t.Run("list", func(t *testing.T) {
		ctx, db := system(t), open(t)
		for _, key := range []string{"b_1", "bx1", "b_2", "a"} {
			require.NoError(t, put(ctx, db, key, 1))
		}
		require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
			got, err := tx.Settings().List(ctx, "b_")
			require.Len(t, got, 2)
			require.Equal(t, "b_1", got[0].Key)
			return err
		}))
	})

	t.Run("made once", func(t *testing.T) {
		ctx, db := system(t), open(t)
		made, got := make([]bool, 10), make([]string, 10)
		for _, err := range together(10, func(i int) error {
			return db.Update(ctx, func(tx storage.Tx) (err error) {
				var key string
				made[i], err = setting.Ensure(ctx, tx.Settings(), "key", &key, now, func() error {
					key = fmt.Sprint("made by ", i)
					return nil
				})
				got[i] = key
				return err
			})
		}) {
			require.NoError(t, err)
		}
		makers := 0
		for i := range got {
			require.Equal(t, got[0], got[i])
			if made[i] {
				makers++
			}
		}
		require.Equal(t, 1, makers)
	})
}
