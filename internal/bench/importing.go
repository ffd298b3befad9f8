package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/internal/boot"
	"github.com/bodega-commerce/bodega/internal/importer"
)

// imported is what a child tells of an import.
type imported struct {
	Report  *importer.Report `json:"report"`
	Seconds float64          `json:"seconds"`
	Usage   status           `json:"usage"`
	Error   string           `json:"error"`
}

// importFile is the child's part of Import.
func importFile(ctx context.Context, cfg childConfig, out io.Writer) error {
	done, err := importInto(ctx, cfg)
	if err != nil {
		done.Error = err.Error()
	}
	return json.NewEncoder(out).Encode(done)
}

func importInto(ctx context.Context, cfg childConfig) (done imported, err error) {
	db, err := boot.Open(ctx, boot.Settings{DatabaseURL: cfg.Database})
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := bodega.New(ctx, db, bodega.Config{}); err != nil {
		return done, err
	}
	start := time.Now()
	done.Report, err = importer.OnlineRetail(ctx, db, cfg.File, importer.Options{})
	done.Seconds, done.Usage = time.Since(start).Seconds(), ownUsage()
	n := db.Stats()
	done.Usage.Statements, done.Usage.Transactions = n.Statements, n.Transactions
	return done, err
}

// Import measures the import of the Online Retail file.
func (r Runner) Import(ctx context.Context, file string) (*Result, error) {
	r = r.withDefaults(1)
	s, lines, err := spawn(r.Child, r.Log, childConfig{Database: r.Database, File: file})
	if err != nil {
		return nil, err
	}
	defer s.kill()
	stop := context.AfterFunc(ctx, s.kill)
	defer stop()
	var done imported
	if err := json.NewDecoder(bufio.NewReader(lines)).Decode(&done); err != nil {
		return nil, errors.Join(err, ctx.Err())
	}
	if done.Error != "" {
		return nil, errors.New(done.Error)
	}
	limit := 60.0
	if r.postgres() {
		limit = 90
	}
	out := &Result{Name: fmt.Sprintf("import, %s, %d lines", scheme(r.Database), done.Report.Lines)}
	out.atMost("time", done.Seconds, "s", limit)
	out.add("lines", float64(done.Report.Lines)/done.Seconds, "/s")
	out.add("statements", float64(done.Usage.Statements), "")
	out.add("CPU of the importer", done.Usage.CPU/1000, "s")
	out.atMost("peak memory of the importer", done.Usage.PeakRSS, "MiB", 500)
	var refused int64
	for _, n := range done.Report.Refused {
		refused += n
	}
	if done.Report.Lines != done.Report.Accepted+refused {
		out.violated("%d lines are not %d accepted and %d refused", done.Report.Lines, done.Report.Accepted, refused)
	}
	return out, nil
}
