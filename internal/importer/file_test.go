package importer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/importer"
	"github.com/stretchr/testify/require"
)

func zipped(t *testing.T, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return plain(t, b.String())
}

func TestFormsOfTheFile(t *testing.T) {
	t.Parallel()
	rows := sale + "\n" +
		`536381,82567,"AIRLINE LOUNGE,METAL SIGN",2,2010-12-01T09:41:00,2.1,15311,United Kingdom` + "\n" +
		`536477,22041,"RECORD FRAME 7"" SINGLE SIZE ",48,2010-12-01T12:27:00,2.1,16210,United Kingdom` + "\n" +
		`536478,22042,A 7" SINGLE,1,2010-12-01T12:27:00,2.1,16210,United Kingdom`
	for name, path := range map[string]string{
		"plain":         plain(t, header+rows+"\n"),
		"no last break": plain(t, header+rows),
		"empty lines":   plain(t, "\n"+header+"\n"+rows+"\n\n\n"),
		"CR LF":         plain(t, strings.ReplaceAll(header+rows+"\n", "\n", "\r\n")),
		"byte order":    plain(t, "\ufeff"+header+rows),
		"gzip":          zipped(t, header+rows+"\n"),
		"gzip and BOM":  zipped(t, "\ufeff"+header+rows),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openShop(t)
			rep, err := importer.OnlineRetail(context.Background(), db, path, importer.Options{})
			require.NoError(t, err)
			require.EqualValues(t, 4, rep.Accepted)
			require.EqualValues(t, 4, rep.Lines)
			all := orders(t, db)
			require.Equal(t, "AIRLINE LOUNGE,METAL SIGN", all["536381"].Lines[0].Title)
			require.Equal(t, `RECORD FRAME 7" SINGLE SIZE`, all["536477"].Lines[0].Title)
			require.Equal(t, `A 7" SINGLE`, all["536478"].Lines[0].Title)
		})
	}
}

func TestCopiesOfTheFile(t *testing.T) {
	t.Parallel()
	want, db := load(t, sale)
	content := contents(t, db)
	for _, row := range []string{
		"536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
		"536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom",
	} {
		rep, db := load(t, row)
		require.Equal(t, want, rep)
		require.Equal(t, content, contents(t, db))
	}
}

func TestLinesAreThoseOfTheFile(t *testing.T) {
	t.Parallel()
	// A quote that is never closed costs its own line, not those after it.
	db := openShop(t)
	rep, err := importer.OnlineRetail(context.Background(), db, plain(t, header+"\n"+
		`1,22633,"HAND WARMER,1,2010-12-01T08:00:00,2.00,17850,United Kingdom`+"\n"+sale+"\n\nrubbish\n"), importer.Options{})
	require.NoError(t, err)
	require.EqualValues(t, 3, rep.Lines)
	require.EqualValues(t, 1, rep.Accepted)
	require.Len(t, rep.Samples, 2)
	require.EqualValues(t, 3, rep.Samples[0].Line)
	require.EqualValues(t, 6, rep.Samples[1].Line)
}

func TestNoSuchFile(t *testing.T) {
	t.Parallel()
	whole := zipped(t, header+strings.Repeat(sale+"\n", 1000))
	raw, err := os.ReadFile(whole)
	require.NoError(t, err)
	for name, c := range map[string]struct{ path, says string }{
		"missing":       {filepath.Join(t.TempDir(), "none.csv"), "none.csv"},
		"a folder":      {t.TempDir(), "directory"},
		"empty":         {plain(t, ""), "empty"},
		"empty gzip":    {zipped(t, ""), "empty"},
		"other columns": {plain(t, "a,b\n1,2\n"), "InvoiceNo,StockCode"},
		"half a gzip":   {plain(t, string(raw[:len(raw)/2])), "unexpected EOF"},
		"no gzip":       {plain(t, "\x1f\x8bnonsense, really"), "gzip"},
		"endless line":  {plain(t, header+strings.Repeat("x", 1<<20+1)), "after line 1: a line is longer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openShop(t)
			_, err := importer.OnlineRetail(context.Background(), db, c.path, importer.Options{})
			require.ErrorContains(t, err, c.says)
			require.Empty(t, orders(t, db))
		})
	}
}

func TestAgainAndAnother(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), openShop(t)
	path := file(t, sale, "rubbish")
	refusedFile := filepath.Join(t.TempDir(), "refused.csv")
	first, err := importer.OnlineRetail(ctx, db, path, importer.Options{Refused: refusedFile})
	require.NoError(t, err)
	before := contents(t, db)
	again, err := importer.OnlineRetail(ctx, db, path, importer.Options{Refused: refusedFile})
	require.NoError(t, err)
	require.True(t, again.AlreadyDone)
	again.AlreadyDone = false
	require.Equal(t, first, again)
	require.Equal(t, before, contents(t, db))
	raw, err := os.ReadFile(refusedFile)
	require.NoError(t, err)
	require.Equal(t, "3,malformed,rubbish\n", string(raw))

	_, err = importer.OnlineRetail(ctx, db, file(t, sale), importer.Options{})
	require.Equal(t, "other_import", core.CodeOf(err))
	require.Equal(t, before, contents(t, db))
	var b bytes.Buffer
	again.Print(&b)
	require.Contains(t, b.String(), "line 3: [rubbish]")
}

func TestOnlyAHeader(t *testing.T) {
	t.Parallel()
	rep, _ := load(t)
	require.Zero(t, rep.Lines)
	require.Equal(t, "0.00", rep.Revenue)
}
