package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/internal/boot"
	"github.com/bodega-commerce/bodega/internal/importer"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// cli runs commands on a data folder of its own.
type cli struct {
	t   *testing.T
	dir string
	env map[string]string
}

func newCLI(t *testing.T) *cli {
	dir := t.TempDir()
	return &cli{t, dir, map[string]string{"BODEGA_DATA_DIR": dir, "BODEGA_LOG": "error"}}
}

func (c *cli) run(args ...string) (out, errs string, err error) {
	c.t.Helper()
	var o, e bytes.Buffer
	err = run(context.Background(), args, func(k string) string { return c.env[k] }, &o, &e)
	return o.String(), e.String(), err
}

func (c *cli) ok(args ...string) string {
	c.t.Helper()
	out, errs, err := c.run(args...)
	require.NoError(c.t, err)
	require.Empty(c.t, errs)
	return out
}

func (c *cli) fails(says string, args ...string) {
	c.t.Helper()
	_, _, err := c.run(args...)
	require.ErrorContains(c.t, err, says)
}

// open opens the shop the commands worked on.
func (c *cli) open() (context.Context, *bodega.Shop) {
	c.t.Helper()
	ctx := core.WithActor(context.Background(), core.System("test"))
	settings, err := boot.FromEnv(func(k string) string { return c.env[k] })
	require.NoError(c.t, err)
	db, err := boot.Open(ctx, settings)
	require.NoError(c.t, err)
	c.t.Cleanup(func() { require.NoError(c.t, db.Close()) })
	logger, err := boot.Logger(settings, os.Stderr)
	require.NoError(c.t, err)
	shop, err := boot.Shop(ctx, db, settings, logger)
	require.NoError(c.t, err)
	return ctx, shop
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	c := newCLI(t)
	plan := c.ok("migrate", "--plan")
	require.Contains(t, plan, "create table orders")
	require.Equal(t, plan, c.ok("migrate", "--plan"), "a plan changes nothing")
	require.Contains(t, c.ok("migrate"), "steps applied, the schema is up to date")
	require.Empty(t, c.ok("migrate", "--plan"))
	require.Equal(t, "0 steps applied, the schema is up to date\n", c.ok("migrate"))
	require.FileExists(t, filepath.Join(c.dir, "shop.db"))
}

func TestUserCreate(t *testing.T) {
	t.Parallel()
	c := newCLI(t)
	out := c.ok("user", "create", "pat@example.org", "--name", "Pat")
	require.Contains(t, out, "may sign in as pat@example.org")
	lines := strings.Fields(out)
	password := lines[len(lines)-1]
	c.fails("email", "user", "create", "pat@example.org")
	c.fails(`no role is named "Emperor"`, "user", "create", "kim@example.org", "--role", "Emperor")
	c.fails("email", "user", "create", "nobody")

	_, shop := c.open()
	server := httptest.NewServer(shop.Handler())
	defer server.Close()
	login := func(password string) (int, map[string]any) {
		body, err := json.Marshal(map[string]string{"email": "pat@example.org", "password": password})
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL+"/api/v1/auth/staff/login", bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		var answer map[string]any
		require.NoError(t, json.NewDecoder(res.Body).Decode(&answer))
		return res.StatusCode, answer
	}
	status, _ := login("not it")
	require.Equal(t, http.StatusUnauthorized, status)
	status, answer := login(password)
	require.Equal(t, http.StatusOK, status, answer)
	require.NotEmpty(t, answer["access_token"])
}

const retail = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01T08:26:00,2.55,17850,United Kingdom
536366,BANK CHARGES,Bank Charges,1,2010-12-01T08:28:00,15,,United Kingdom
C536367,85123A,WHITE HANGING HEART T-LIGHT HOLDER,-1,2010-12-02T08:26:00,2.55,17850,United Kingdom
`

func TestImportAndVerify(t *testing.T) {
	t.Parallel()
	c := newCLI(t)
	file, refused := filepath.Join(c.dir, "retail.csv"), filepath.Join(c.dir, "refused.csv")
	require.NoError(t, os.WriteFile(file, []byte(retail), 0o600))
	c.fails("none.csv", "import", "online-retail", filepath.Join(c.dir, "none.csv"))
	c.fails("the first line must name the columns", "import", "online-retail", filepath.Join(c.dir, "shop.db"))

	var rep importer.Report
	require.NoError(t, json.Unmarshal([]byte(c.ok("import", "online-retail", file, "--json", "--refused", refused)), &rep))
	require.Equal(t, []int64{3, 2, 1, 1, 1, 1}, []int64{rep.Lines, rep.Accepted, rep.Products, rep.Customers, rep.Orders, rep.Refunds})
	require.Equal(t, map[importer.Reason]int64{importer.Bookkeeping: 1}, rep.Refused)
	require.Equal(t, map[string]string{"2010-12": "12.75"}, rep.RevenueByMonth)
	require.False(t, rep.AlreadyDone)
	raw, err := os.ReadFile(refused)
	require.NoError(t, err)
	require.Equal(t, "3,bookkeeping,536366,BANK CHARGES,Bank Charges,1,2010-12-01T08:28:00,15,,United Kingdom\n", string(raw))

	again := c.ok("import", "online-retail", file, "--refused", refused)
	require.Contains(t, again, "imported already")
	require.Contains(t, again, "line 3:")
	kept, err := os.ReadFile(refused)
	require.NoError(t, err)
	require.Equal(t, raw, kept)

	require.Contains(t, c.ok("verify"), "orders     ok")
	var sound bodega.VerifyReport
	require.NoError(t, json.Unmarshal([]byte(c.ok("verify", "--json")), &sound))
	require.True(t, sound.OK())
	require.NotEmpty(t, sound.Ledger)

	ctx, shop := c.open()
	require.NoError(t, shop.DB().Update(ctx, func(tx storage.Tx) error { // a refund without its record
		for o, err := range tx.Orders().All(ctx, order.Filter{}) {
			require.NoError(t, err)
			return tx.Orders().Count(ctx, &o, order.Change{Line: o.Lines[0].ID, Refunded: 1, RefundedAmount: 255})
		}
		return nil
	}))
	out, _, err := c.run("verify")
	require.ErrorContains(t, err, "does not agree")
	require.Contains(t, out, "orders     2 problems") // the order and its line
	out, _, err = c.run("verify", "--json")
	require.ErrorContains(t, err, "does not agree")
	require.NoError(t, json.Unmarshal([]byte(out), &sound))
	require.Len(t, sound.Orders, 2)
}

func TestHelpAndMistakes(t *testing.T) {
	t.Parallel()
	c := newCLI(t)
	for _, args := range [][]string{{"--help"}, {"-h"}, {"import", "--help"}, {"import", "online-retail", "--help"}, {"user", "create", "--help"}, {"bench", "--help"}} {
		require.Contains(t, c.ok(args...), "Usage: bodega", args)
	}
	require.Contains(t, c.ok("--help"), "$BODEGA_DATABASE_URL")
	c.fails("expected one of", []string{}...)
	c.fails("unexpected argument sell", "sell")
	c.fails("unknown flag --loud", "verify", "--loud")
	c.fails("<file>", "import", "online-retail")
	c.fails("none of sqlite://FILE", "verify", "--database", "mysql://localhost/shop")
	c.fails("names no file", "verify", "--database", "sqlite://")
	c.fails("postgres", "verify", "--database", "postgres://nobody@127.0.0.1:1/none?connect_timeout=2")
	c.env["BODEGA_LOG"] = "shouting"
	c.fails("BODEGA_LOG", "verify")
	c.env["BODEGA_LOG"], c.env["BODEGA_DEMO"] = "error", "perhaps"
	c.fails("BODEGA_DEMO", "verify")
}

func TestFlagsWinOverTheEnvironment(t *testing.T) {
	t.Parallel()
	c := newCLI(t)
	other := t.TempDir()
	c.ok("migrate", "--data-dir", other, "--database", "sqlite://other.db")
	require.FileExists(t, filepath.Join(other, "other.db"))
	require.NoFileExists(t, filepath.Join(c.dir, "shop.db"))
	require.Contains(t, c.ok("verify", "--database", "memory:"), "stock      ok")
}
