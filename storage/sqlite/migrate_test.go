package sqlite

import (
	"context"
	"sync"
	"testing"

	"github.com/bodega-commerce/bodega/internal/sqldb"
	"github.com/stretchr/testify/require"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	ctx, e := context.Background(), openTestEngine(t)
	steps := []sqldb.Migration{
		{Version: 1, Name: "one", SQL: "create table a (x {text})"},
		{Version: 2, Name: "two", SQL: "create table b (x {text});\ninsert into b (x) values ('once')"},
	}
	n, err := sqldb.Migrate(ctx, e, steps[:1])
	require.NoError(t, err)
	require.Equal(t, 1, n)
	var wg sync.WaitGroup
	applied := make([]int, 4)
	for i := range applied { // programs that start at the same time
		wg.Go(func() { applied[i], _ = sqldb.Migrate(ctx, e, steps) })
	}
	wg.Wait()
	require.Equal(t, 1, applied[0]+applied[1]+applied[2]+applied[3])
	version, err := sqldb.SchemaVersion(ctx, e)
	require.NoError(t, err)
	require.Equal(t, 2, version)

	_, err = sqldb.Migrate(ctx, e, steps[:1])
	require.ErrorIs(t, err, sqldb.ErrNewerSchema)
	_, err = sqldb.Migrate(ctx, e, append(steps[:2:2], sqldb.Migration{Version: 4, Name: "gap"}))
	require.ErrorContains(t, err, "stands at place 3")
	_, err = sqldb.Migrate(ctx, e, append(steps[:2:2], sqldb.Migration{Version: 3, Name: "broken", SQL: "create table c (x {text});\ncreate nonsense"}))
	require.ErrorContains(t, err, "broken")
	version, err = sqldb.SchemaVersion(ctx, e)
	require.NoError(t, err)
	require.Equal(t, 2, version, "a step is applied whole or not at all")
	require.NoError(t, e.Update(ctx, func(c sqldb.Conn) error {
		_, err := c.Exec(ctx, "create table c (x text)")
		return err
	}))
}
