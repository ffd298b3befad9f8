package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bodega-commerce/bodega/internal/bench"
)

type benchCmd struct {
	Checkout  benchCheckoutCmd  `cmd:"" help:"Whole checkouts, beside pgbench on PostgreSQL."`
	List      benchListCmd      `cmd:"" help:"Pages of 20 from 5,000 products."`
	Oversell  benchOversellCmd  `cmd:"" help:"A thousand buyers of the last hundred units."`
	Import    benchImportCmd    `cmd:"" help:"The import of the Online Retail file."`
	Kill      benchKillCmd      `cmd:"" help:"Kill the server under load, again and again, and look for what is lost."`
	Recommend benchRecommendCmd `cmd:"" help:"Home pages recommended to many readers during a retrain."`
	Search    benchSearchCmd    `cmd:"" help:"Indexing, queries and suggestions on a made-up catalog."`
	Child     benchChildCmd     `cmd:"" hidden:"" help:"The server that is measured; the others start it."`
}

// benchFlags are shared by the measurements. The database of --database only
// says where: each run makes one of its own there and removes it.
type benchFlags struct {
	Clients int    `help:"Clients at once. Default 16; list 64; oversell 1000."`
	Seconds int    `help:"How long the load goes on." default:"10"`
	Seed    uint64 `help:"Varies what is bought."`
	Profile string `help:"Write the server's CPU profile to this file." placeholder:"FILE"`
	JSON    bool   `help:"Print the figures as JSON."`
}

// run measures in a scratch database and prints what came out.
func (f benchFlags) run(e *env, measure func(context.Context, bench.Runner) (*bench.Result, error)) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	database, remove, err := scratch(e.ctx, e.settings.DatabaseURL)
	if err != nil {
		return err
	}
	result, err := measure(e.ctx, bench.Runner{Child: []string{exe, "bench", "child"}, Database: database, Clients: f.Clients,
		Duration: time.Duration(f.Seconds) * time.Second, Seed: f.Seed, Profile: f.Profile})
	if err = errors.Join(err, remove()); err != nil {
		return err
	}
	if err = show(e, result, f.JSON); err == nil && !result.OK() {
		err = errors.New("the shop broke a promise")
	}
	return err
}

// scratch makes an empty database where the URL says: a file in a folder of its
// own, or a database on the server.
func scratch(ctx context.Context, where string) (database string, remove func() error, err error) {
	switch name, _, _ := strings.Cut(where, ":"); name {
	case "memory":
		return where, func() error { return nil }, nil
	case "postgres", "postgresql":
		return scratchPostgres(ctx, where)
	}
	parent := ""
	if path := strings.TrimPrefix(where, "sqlite://"); filepath.IsAbs(path) {
		parent = filepath.Dir(path)
	}
	dir, err := os.MkdirTemp(parent, "bodega-bench-")
	if err != nil {
		return "", nil, err
	}
	return "sqlite://" + filepath.Join(dir, "shop.db"), func() error { return os.RemoveAll(dir) }, nil
}

func scratchPostgres(ctx context.Context, where string) (database string, remove func() error, err error) {
	u, err := url.Parse(where)
	if err != nil {
		return "", nil, errors.New("the database's address is no URL") // it may hold a password: not shown
	}
	pool, err := pgxpool.ParseConfig(where) // it knows the pool's own parameters
	if err != nil {
		return "", nil, err
	}
	name := "bodega_bench_" + strings.ToLower(rand.Text()[:12])
	execute := func(ctx context.Context, query string) error {
		conn, err := pgx.ConnectConfig(ctx, pool.ConnConfig)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, query)
		return errors.Join(err, conn.Close(ctx))
	}
	if err := execute(ctx, "create database "+name); err != nil {
		return "", nil, fmt.Errorf("creating a scratch database: %w", err)
	}
	u.Path = "/" + name
	return u.String(), func() error {
		return execute(context.WithoutCancel(ctx), "drop database if exists "+name+" with (force)")
	}, nil
}

type benchCheckoutCmd struct{ benchFlags }

func (c *benchCheckoutCmd) Run(e *env) error {
	return c.run(e, func(ctx context.Context, r bench.Runner) (*bench.Result, error) { return r.Checkout(ctx) })
}

type benchListCmd struct{ benchFlags }

func (c *benchListCmd) Run(e *env) error {
	return c.run(e, func(ctx context.Context, r bench.Runner) (*bench.Result, error) { return r.List(ctx) })
}

type benchOversellCmd struct{ benchFlags }

func (c *benchOversellCmd) Run(e *env) error {
	return c.run(e, func(ctx context.Context, r bench.Runner) (*bench.Result, error) { return r.Oversell(ctx) })
}

type benchImportCmd struct {
	benchFlags
	File string `help:"The Online Retail file, CSV or gzip. Without it nothing is measured." placeholder:"FILE"`
}

func (c *benchImportCmd) Run(e *env) error {
	if c.File == "" {
		e.printf("import: skipped: name the Online Retail file with --file\n")
		return nil
	}
	return c.run(e, func(ctx context.Context, r bench.Runner) (*bench.Result, error) { return r.Import(ctx, c.File) })
}

type benchKillCmd struct {
	benchFlags
	Rounds int `help:"How often." default:"20"`
}

func (c *benchKillCmd) Run(e *env) error {
	if strings.HasPrefix(e.settings.DatabaseURL, "memory:") {
		return errors.New("a database in memory does not outlive its server: use sqlite:// or postgres://")
	}
	return c.run(e, func(ctx context.Context, r bench.Runner) (*bench.Result, error) { return r.Kill(ctx, c.Rounds) })
}

type benchRecommendCmd struct {
	Items        int    `help:"Items for sale." default:"100000"`
	Interactions int    `help:"Interactions to train on. Default ten for each item, up to 2,000,000."`
	Readers      int    `help:"Readers at once." default:"1000"`
	Rate         int    `help:"Answers they ask for in a second, together." default:"100"`
	Seconds      int    `help:"How long each measurement goes on." default:"10"`
	Seed         uint64 `help:"Varies the shoppers."`
	JSON         bool   `help:"Print the figures as JSON."`
}

func (c *benchRecommendCmd) Run(e *env) error {
	run := bench.RecommendRun{Items: c.Items, Interactions: c.Interactions, Readers: c.Readers, Rate: c.Rate,
		Duration: time.Duration(c.Seconds) * time.Second, Seed: c.Seed}
	result, err := run.Run(e.ctx)
	if err != nil {
		return err
	}
	return show(e, result, c.JSON)
}

func show(e *env, result *bench.Result, asJSON bool) error {
	if asJSON {
		return result.JSON(e.out)
	}
	result.Print(e.out)
	return nil
}

type benchSearchCmd struct {
	Products int    `help:"Products of the catalog." default:"50000"`
	Training int    `help:"Products that the embedder learns from. Default all, up to 20,000."`
	Seconds  int    `help:"How long each measurement goes on." default:"10"`
	Seed     uint64 `help:"Varies the catalog."`
	Profile  string `help:"Write the CPU profile of the queries to this file." placeholder:"FILE"`
	JSON     bool   `help:"Print the figures as JSON."`
}

func (c *benchSearchCmd) Run(e *env) error {
	run := bench.SearchRun{Products: c.Products, Training: c.Training, Duration: time.Duration(c.Seconds) * time.Second, Seed: c.Seed, Profile: c.Profile}
	result, err := run.Run(e.ctx)
	if err != nil {
		return err
	}
	return show(e, result, c.JSON)
}

type benchChildCmd struct{}

func (*benchChildCmd) Run(e *env) error { return bench.Child(e.ctx, os.Stdin, e.out) }
