package importer

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/storage"
)

// Options of an import. The zero value is right.
type Options struct {
	// Progress is told how many bytes of the file are done. Default nobody.
	Progress func(done, total int64)
	// Refused is a file to write every refused row to, as CSV: line, reason and
	// the row's columns. A resumed import goes on in it. Default none.
	Refused string
	// BatchRows is how many rows are committed together, at least. Default 8000.
	BatchRows int
	// Clock tells the time of the import. Default the system clock.
	Clock core.Clock
}

const (
	currency      = money.Currency("GBP")
	checkpointKey = "import.online-retail"
	// pause ends all open invoices: the rows of one lie at most a few minutes
	// apart, even where others' stand between them.
	pause = 10 * time.Minute
)

// checkpoint is how far an import got; it is committed with the rows it counts.
type checkpoint struct {
	File    string  `json:"file"`    // fingerprint
	Line    int64   `json:"line"`    // last row that is done
	Refused int64   `json:"refused"` // bytes of the file of refused rows
	Tally   tally   `json:"tally"`
	Report  *Report `json:"report,omitempty"` // when it is finished
}

// OnlineRetail imports the Online Retail data set (UCI; columns InvoiceNo,
// StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,
// Country), plain or gzip, into a shop that has a channel "default". It streams:
// memory holds what refunds are matched with, not the file. It commits batch by
// batch and goes on after the last one when it is called again with the same
// file.
func OnlineRetail(ctx context.Context, db *storage.DB, path string, o Options) (*Report, error) {
	if o.BatchRows <= 0 {
		o.BatchRows = 8000
	}
	ctx = core.WithActor(ctx, core.System("import online-retail"))
	file, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, fmt.Errorf("the shop's time zone: %w", err)
	}
	rows, err := newReader(file, zone)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r := &run{db: db, o: o}
	if err := r.load(ctx, file.fingerprint); err != nil {
		return nil, err
	}
	if r.point.Report != nil {
		rep := *r.point.Report
		rep.AlreadyDone = true
		return &rep, nil
	}
	r.catalog = catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{Clock: o.Clock})
	if r.channel, err = sellInPounds(ctx, db, r.catalog); err != nil {
		return nil, err
	}
	if o.Refused != "" {
		if r.refused, err = openRefused(o.Refused, r.point.Refused); err != nil {
			return nil, err
		}
		defer func() { _ = r.refused.file.Close() }()
	}
	resumed := r.point.Line > 0
	if err := r.read(ctx, rows, file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	rep, err := r.finish(ctx)
	if err == nil {
		rep.Resumed = resumed
	}
	return rep, err
}

// source is the file being read.
type source struct {
	io.Reader
	file        *os.File
	gz          *gzip.Reader
	size        int64
	fingerprint string
}

func open(path string) (*source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &source{file: f}
	if err := s.start(); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func (s *source) start() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	s.size = info.Size()
	hash := sha256.New()
	if _, err := io.CopyN(hash, s.file, 1<<20); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	s.fingerprint = strconv.FormatInt(s.size, 10) + "-" + hex.EncodeToString(hash.Sum(nil))
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	head := bufio.NewReaderSize(s.file, 1<<16)
	s.Reader = head
	if magic, err := head.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		if s.gz, err = gzip.NewReader(head); err != nil {
			return err
		}
		s.Reader = bufio.NewReaderSize(s.gz, 1<<16)
	}
	return nil
}

// done is how many bytes of the file were read.
func (s *source) done() int64 {
	at, err := s.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0
	}
	return at
}

func (s *source) Close() error {
	if s.gz != nil {
		_ = s.gz.Close()
	}
	return s.file.Close()
}

// run is one run of an import.
type run struct {
	db      *storage.DB
	o       Options
	catalog *catalog.Service
	channel core.ChannelID
	point   checkpoint
	version int64    // of the checkpoint
	refused *refused // nil when nobody wants them
	book    *book
}

// load reads the checkpoint and, when an import was interrupted, what later
// rows need to know of the earlier ones.
func (r *run) load(ctx context.Context, fingerprint string) error {
	r.point = checkpoint{File: fingerprint, Tally: newTally()}
	err := r.db.View(ctx, func(tx storage.Tx) (err error) {
		stored := checkpoint{Tally: newTally()}
		r.version, err = setting.Get(ctx, tx.Settings(), checkpointKey, &stored)
		if err != nil || r.version == setting.Absent {
			return err
		}
		if stored.File != fingerprint {
			return core.Errorf(core.KindConflict, "other_import", "another file was imported into this shop, or its import is not finished; import into an empty database")
		}
		r.point = stored
		return nil
	})
	if err != nil || r.point.Report != nil {
		return err
	}
	r.book = newBook()
	if r.point.Line == 0 {
		return nil
	}
	return r.book.restore(ctx, r.db)
}

// read takes in the rows, segment by segment: a segment ends at the first pause
// after enough rows, where no invoice is open.
func (r *run) read(ctx context.Context, rows *reader, file *source) error {
	var segment []*row
	var last time.Time
	for {
		next, err := rows.next()
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			return err
		}
		if !end && !next.at.IsZero() {
			next.rested = !last.IsZero() && next.at.Sub(last) >= pause
			last = next.at
		}
		if len(segment) > 0 && (end || next.rested && len(segment) >= r.o.BatchRows) {
			if err := r.commit(ctx, segment); err != nil {
				return fmt.Errorf("lines %d to %d: %w", segment[0].line, segment[len(segment)-1].line, err)
			}
			segment = segment[:0]
			if r.o.Progress != nil {
				r.o.Progress(file.done(), file.size)
			}
		}
		if end {
			return nil
		}
		if next.line > r.point.Line { // else done by an earlier run
			segment = append(segment, next)
		}
	}
}

// commit takes in a segment, in one transaction with its checkpoint.
func (r *run) commit(ctx context.Context, segment []*row) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := &plan{now: r.o.Clock.Now(), channel: r.channel}
	for from, to := 0, 1; to <= len(segment); to++ {
		if to == len(segment) || segment[to].rested {
			p.take(r.book, segment[from:to])
			from = to
		}
	}
	point := r.point
	point.Line = segment[len(segment)-1].line
	point.Tally = p.tally(r.point.Tally, segment)
	if r.refused != nil {
		var err error
		if point.Refused, err = r.refused.write(segment); err != nil {
			return err
		}
	}
	var version int64
	err := r.db.Update(ctx, func(tx storage.Tx) (err error) {
		if err := p.write(ctx, tx); err != nil {
			return err
		}
		version, err = setting.Put(ctx, tx.Settings(), checkpointKey, point, r.version, r.o.Clock.Now())
		return err
	})
	if err == nil {
		r.point, r.version = point, version
	}
	return err
}
