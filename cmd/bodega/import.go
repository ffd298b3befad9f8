package main

import (
	"encoding/json"
	"fmt"
	"os"

	_ "time/tzdata" // imports know the local time of shops; a bare container has no zones

	"github.com/bodega-commerce/bodega/internal/importer"
	"github.com/schollz/progressbar/v3"
)

type importCmd struct {
	OnlineRetail onlineRetailCmd `cmd:"" help:"A year of a British gift shop (UCI Online Retail), as CSV or gzip."`
}

type onlineRetailCmd struct {
	File    string `arg:"" help:"The file."`
	JSON    bool   `help:"Print the report as JSON."`
	Refused string `help:"Write every refused row, with line and reason, into this CSV file." placeholder:"FILE"`
}

func (c *onlineRetailCmd) Run(e *env) (err error) {
	shop, done, err := e.shop()
	if err != nil {
		return err
	}
	defer done()
	o := importer.Options{Refused: c.Refused}
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("importing"), progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100_000_000), progressbar.OptionClearOnFinish(), progressbar.OptionSetVisibility(isTerminal(os.Stderr)))
	o.Progress = func(done, total int64) {
		bar.ChangeMax64(total)
		_ = bar.Set64(done)
	}
	report, err := importer.OnlineRetail(e.ctx, shop.DB(), c.File, o)
	_ = bar.Finish()
	if err != nil {
		return fmt.Errorf("%w (run it again to go on after the last complete batch)", err)
	}
	if err := shop.DB().Analyze(e.ctx); err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(report)
	}
	report.Print(e.out)
	return nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
