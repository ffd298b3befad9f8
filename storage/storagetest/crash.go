package storagetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

const crashEnv = "BODEGA_TEST_CRASH_DATABASE"

// CrashWriter writes without end, and prints what it was promised, when this
// process was started by [Crash]; then it does not return. A driver's TestMain
// calls it first.
func CrashWriter(open func(database string) (*storage.DB, error)) {
	database := os.Getenv(crashEnv)
	if database == "" {
		return
	}
	ctx := core.WithActor(context.Background(), core.System("crash"))
	db, err := open(database)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var clerk stock.Clerk
	var out sync.Mutex
	for range 8 {
		go func() {
			for {
				ref := core.NewID[string](nil, "ord")
				err := db.Update(ctx, func(tx storage.Tx) error {
					_, err := clerk.Reserve(ctx, tx.Stock(), ref, []stock.Request{{ItemID: "item_a", Line: "l1", Quantity: 1}, {ItemID: "item_b", Line: "l2", Quantity: 2}}, time.Time{})
					return errors.Join(err, happenIn(ctx, tx, "order.placed", ref))
				})
				out.Lock()
				if err != nil {
					fmt.Println("error", err)
				} else {
					fmt.Println("placed", ref)
				}
				out.Unlock()
			}
		}()
	}
	select {}
}

// Crash kills a process that writes under load, several times, and checks that
// everything it was told is stored is there exactly once, with sound books. The
// test binary's TestMain must call [CrashWriter]. database is what open of
// CrashWriter is given; open opens the same one here, migrated.
func Crash(t *testing.T, database string, open func(t *testing.T) *storage.DB) {
	const kills, each = 4, 60
	ctx := system(t)
	db := open(t)
	var clerk stock.Clerk
	require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
		now := time.Now()
		err := tx.Stock().InsertLocation(ctx, stock.Location{ID: "loc_1", Code: "main", Active: true, Version: 1, CreatedAt: now, UpdatedAt: now})
		for _, id := range []core.StockItemID{"item_a", "item_b"} {
			err = errors.Join(err, tx.Stock().InsertItems(ctx, stock.Item{ID: id, SKU: string(id), Tracked: true, Policy: stock.Deny, Version: 1}))
			_, rerr := clerk.Move(ctx, tx.Stock(), stock.Receive, stock.Change{ItemID: id, LocationID: "loc_1", Quantity: stock.MaxQuantity})
			err = errors.Join(err, rerr)
		}
		return err
	}))
	require.NoError(t, db.Close())

	self, err := os.Executable()
	require.NoError(t, err)
	told := map[string]bool{}
	for range kills {
		cmd := exec.CommandContext(ctx, self, "-test.run=^$")
		cmd.Env = append(os.Environ(), crashEnv+"="+database)
		pipe, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		seen := 0
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			ref, placed := strings.CutPrefix(lines.Text(), "placed ")
			require.True(t, placed, lines.Text())
			told[ref] = true
			if seen++; seen == each {
				require.NoError(t, cmd.Process.Kill()) // and read on: what was printed was promised
			}
		}
		_ = cmd.Wait() // killed
		require.GreaterOrEqual(t, seen, each)
	}

	db = open(t)
	stored := map[string]int{}
	var events []string
	require.Eventually(t, func() bool { // a server takes a moment to notice that its client is gone
		return db.Update(ctx, func(tx storage.Tx) error {
			_, err := tx.Outbox().Sequence(ctx, 100000)
			return err
		}) == nil
	}, 10*time.Second, 10*time.Millisecond)
	for _, e := range allEvents(ctx, t, db) {
		stored[e]++
		events = append(events, e)
	}
	for ref := range told {
		require.Equal(t, 1, stored[ref], ref)
	}
	s := stock.New(core.Narrow(db, func(tx storage.Tx) stock.Tx { return tx }), stock.Config{})
	bad, err := s.Verify(ctx)
	require.NoError(t, err)
	require.Empty(t, bad)
	items, err := s.Items(ctx, []core.StockItemID{"item_a", "item_b"})
	require.NoError(t, err)
	require.EqualValues(t, len(events), items[0].Levels[0].Reserved, "each order reserved and told of itself, or neither")
	require.EqualValues(t, 2*len(events), items[1].Levels[0].Reserved)
	t.Logf("%d orders promised, %d stored", len(told), len(events))
}

func allEvents(ctx context.Context, t *testing.T, db *storage.DB) (aggregates []string) {
	t.Helper()
	for seq := int64(0); ; {
		batch := after(ctx, t, db, seq)
		if len(batch) == 0 {
			return aggregates
		}
		for _, e := range batch {
			if e.Type == "order.placed" {
				aggregates = append(aggregates, e.Aggregate)
			}
			seq = e.Seq
		}
	}
}
