// Command bodega is the operator's command line: import, verify, migrate,
// users, benchmarks. It reads the same settings from the environment as the
// server.
//
//	bodega import online-retail online_retail.csv.gz
//	bodega verify
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/boot"
	"github.com/bodega-commerce/bodega/storage"
)

type commands struct {
	Database string `help:"Database: sqlite://FILE in the data folder, postgres://..., memory:. Default: $$BODEGA_DATABASE_URL." placeholder:"URL"`
	DataDir  string `help:"Folder for data. Default: $$BODEGA_DATA_DIR." placeholder:"DIR"`

	Import  importCmd  `cmd:"" help:"Bring in a shop's data."`
	Verify  verifyCmd  `cmd:"" help:"Prove that ledger, stock and orders agree."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date."`
	User    userCmd    `cmd:"" help:"Manage staff."`
	Bench   benchCmd   `cmd:"" help:"Measure this machine and database."`
	Search  searchCmd  `cmd:"" help:"Work on product search."`

	Recommend recommendCmd `cmd:"" help:"Work on recommendations."`
}

// env is what commands run with.
type env struct {
	ctx      context.Context
	settings boot.Settings
	out      io.Writer
	log      *slog.Logger
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bodega:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out, errs io.Writer) error {
	settings, err := boot.FromEnv(getenv)
	if err != nil {
		return err
	}
	var c commands
	exited := false
	parser, err := kong.New(&c, kong.Name("bodega"), kong.Description("Run a bodega shop."), kong.UsageOnError(), kong.Writers(out, errs),
		kong.Exit(func(int) { exited = true }))
	if err != nil {
		return err
	}
	kctx, err := parser.Parse(args)
	if exited { // --help
		return nil
	}
	if err != nil {
		return err
	}
	if c.Database != "" {
		settings.DatabaseURL = c.Database
	}
	if c.DataDir != "" {
		settings.DataDir = c.DataDir
	}
	logger, err := boot.Logger(settings, errs)
	if err != nil {
		return err
	}
	ctx = core.WithActor(ctx, core.System("command line"))
	return kctx.Run(&env{ctx: ctx, settings: settings, out: out, log: logger})
}

// open opens the database the settings name; close it after use.
func (e *env) open() (*storage.DB, error) { return boot.Open(e.ctx, e.settings) }

// shop opens the database and the shop over it.
func (e *env) shop() (*bodega.Shop, func(), error) {
	db, err := e.open()
	if err != nil {
		return nil, nil, err
	}
	shop, err := boot.Shop(e.ctx, db, e.settings, e.log)
	if err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	return shop, func() { _ = db.Close() }, nil
}

func (e *env) printf(format string, args ...any) { _, _ = fmt.Fprintf(e.out, format, args...) }
