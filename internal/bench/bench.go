package bench

import (
	"context"
	"io"
	"net/url"
	"os"
	"strings"
	"time"
)

// Runner runs measurements. Child and Database are required.
type Runner struct {
	// Child is the command that calls [Child] with its standard input and
	// output.
	Child []string
	// Database is the URL of an empty database to work in: postgres://...,
	// sqlite://FILE, or memory:.
	Database string
	// Clients is how many connections ask at once. Default 16, for lists 64,
	// for the last units 1000.
	Clients int
	// Duration is how long the load goes on. Default 10 s.
	Duration time.Duration
	// Warmup goes before it and is not counted. Default 2 s.
	Warmup time.Duration
	// Profile is a file to write the server's CPU profile to. Default none.
	Profile string
	// Seed varies what is bought. Default 0.
	Seed uint64
	// Log gets what the server logs. Default os.Stderr.
	Log io.Writer
}

func (r Runner) withDefaults(clients int) Runner {
	if r.Clients <= 0 {
		r.Clients = clients
	}
	if r.Duration <= 0 {
		r.Duration = 10 * time.Second
	}
	if r.Warmup <= 0 {
		r.Warmup = 2 * time.Second
	}
	if r.Log == nil {
		r.Log = os.Stderr
	}
	return r
}

func (r Runner) postgres() bool { return strings.HasPrefix(r.Database, "postgres") }

// databaseName is the name of the PostgreSQL database.
func (r Runner) databaseName() string {
	u, err := url.Parse(r.Database)
	if err != nil || !r.postgres() {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/")
}

// start starts a server with goods to sell.
func (r Runner) start(ctx context.Context, products int, stock int64) (*server, error) {
	return startChild(ctx, r.Child, r.Log, childConfig{Database: r.Database, Products: products, Stock: stock})
}

// usage is what a stretch of load cost.
type usage struct {
	wall        time.Duration
	server      float64 // CPU milliseconds of the shop's process
	database    float64 // of PostgreSQL's processes
	known       bool    // whether database was measured
	after       status
	statements  int64
	roundTrips  int64
	transaction int64
	commits     int64
}

// during warms up, then measures what work costs: work is to go on until its
// context ends.
func (r Runner) during(ctx context.Context, s *server, work func(ctx context.Context) error) (usage, error) {
	warm, cancel := context.WithTimeout(ctx, r.Warmup)
	err := work(warm)
	cancel()
	if err != nil {
		return usage{}, err
	}
	if r.Profile != "" {
		stop, err := s.profile(ctx, r.Profile, r.Duration)
		if err != nil {
			return usage{}, err
		}
		defer stop()
	}
	before, err := s.status(ctx)
	if err != nil {
		return usage{}, err
	}
	databaseBefore, known := postgresCPU(r.databaseName())
	start := time.Now()
	load, cancel := context.WithTimeout(ctx, r.Duration)
	defer cancel()
	if err := work(load); err != nil {
		return usage{}, err
	}
	u := usage{wall: time.Since(start), known: known && r.postgres()}
	databaseAfter, _ := postgresCPU(r.databaseName())
	if u.after, err = s.status(ctx); err != nil {
		return u, err
	}
	u.server, u.database = u.after.CPU-before.CPU, databaseAfter-databaseBefore
	u.statements, u.roundTrips = u.after.Statements-before.Statements, u.after.RoundTrips-before.RoundTrips
	u.transaction, u.commits = u.after.Transactions-before.Transactions, u.after.Commits-before.Commits
	return u, nil
}
