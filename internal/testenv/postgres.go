package testenv

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// databasePrefix begins the name of each test database; the second it was
// made, in hexadecimal, follows.
const databasePrefix = "bodega_test_"

// abandonedAfter is the age at which a database that nobody is connected to
// was left behind by a killed test process.
const abandonedAfter = 2 * time.Hour

// server is a PostgreSQL server that tests may create databases on.
type server struct {
	url  string    // of a database that exists already
	hold io.Closer // keeps a private cluster alive; nil for a server of others
}

// shared is the server of this process: found or started at first use.
var shared = sync.OnceValues(func() (*server, error) {
	return finder{getenv: os.Getenv, local: "127.0.0.1:5432", bins: binaries}.find()
})

// Postgres returns the URL of a fresh, empty database that is dropped when the
// test ends. Databases of tests that run at once, in this process or in others,
// never collide. Without PostgreSQL the test is skipped, or fails when
// BODEGA_REQUIRE_POSTGRES=1.
func Postgres(t testing.TB) string {
	t.Helper()
	s, err := shared()
	return database(t, s, err, os.Getenv("BODEGA_REQUIRE_POSTGRES") == "1")
}

// missingError says that this machine has no PostgreSQL, as opposed to one that
// does not do what was asked of it.
type missingError struct{ reason string }

func (e *missingError) Error() string { return "no PostgreSQL: " + e.reason }

// finder is where and how a server is looked for.
type finder struct {
	getenv func(string) string
	local  string                 // host:port of the server others may have started
	bins   func() (string, error) // folder of PostgreSQL's binaries
}

func (f finder) find() (*server, error) {
	if u := f.getenv("BODEGA_TEST_POSTGRES_URL"); u != "" {
		if err := usable(u); err != nil {
			return nil, fmt.Errorf("BODEGA_TEST_POSTGRES_URL: %w", err)
		}
		return &server{url: u}, nil
	}
	if u := f.running(); u != "" {
		return &server{url: u}, nil
	}
	bin, err := f.bins()
	if err != nil {
		return nil, &missingError{fmt.Sprintf("BODEGA_TEST_POSTGRES_URL is not set, no server on %s lets us in, and %v", f.local, err)}
	}
	s, err := startCluster(bin)
	if err != nil {
		return nil, fmt.Errorf("starting a private PostgreSQL from %s: %w", bin, err)
	}
	return s, nil
}

// running returns the URL of the local server, or "" when none answers that
// lets one of the usual users create databases without a password.
func (f finder) running() string {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(context.Background(), "tcp", f.local)
	if err != nil {
		return ""
	}
	_ = conn.Close() // it only told that somebody listens
	users := []string{"postgres"}
	if me, err := user.Current(); err == nil {
		users = append(users, me.Username)
	}
	for _, name := range append(users, "root") {
		u := url.URL{Scheme: "postgres", User: url.User(name), Host: f.local, Path: "postgres", RawQuery: "sslmode=disable"}
		if usable(u.String()) == nil {
			return u.String()
		}
	}
	return ""
}

// usable reports why databases cannot be created at the URL.
func usable(u string) error {
	return withConn(u, 10*time.Second, func(ctx context.Context, conn *pgx.Conn) error {
		var may bool
		const q = `select rolsuper or rolcreatedb from pg_roles where rolname = current_user`
		if err := conn.QueryRow(ctx, q).Scan(&may); err != nil {
			return err
		}
		if !may {
			return errors.New("the user may not create databases")
		}
		return dropAbandoned(ctx, conn)
	})
}

// dropAbandoned removes what killed test processes left on the server. The
// drops are not forced: a database in use stays, and of two processes that
// clean at once one finds nothing to do.
func dropAbandoned(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `select datname from pg_database where starts_with(datname, $1)`, databasePrefix)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		made, _, _ := strings.Cut(strings.TrimPrefix(name, databasePrefix), "_")
		second, err := strconv.ParseInt(made, 16, 64)
		if err != nil || time.Since(time.Unix(second, 0)) < abandonedAfter {
			continue
		}
		_, _ = conn.Exec(ctx, `drop database if exists `+pgx.Identifier{name}.Sanitize()) // in use: stays
	}
	return nil
}

// database creates a database on the server for the test, or ends the test.
func database(t testing.TB, s *server, err error, required bool) string {
	t.Helper()
	var missing *missingError
	switch {
	case errors.As(err, &missing) && !required:
		t.Skipf("needs PostgreSQL: %s", missing.reason)
	case err != nil:
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	name := fmt.Sprintf("%s%x_%s", databasePrefix, time.Now().Unix(), strings.ToLower(rand.Text()[:16]))
	// template0, because nobody can be connected to it and so no two processes
	// that create databases at once get in each other's way.
	if err := execute(s.url, `create database `+name+` template template0`); err != nil {
		t.Fatalf("creating a test database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(s.url, `drop database if exists `+name+` with (force)`); err != nil {
			t.Errorf("dropping the test database: %v", err)
		}
	})
	u, err := withDatabase(s.url, name)
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	return u
}

// withDatabase returns the server's URL with another database.
func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return "", errors.New("the server's address must be a postgres:// URL") // it may hold a password: not shown
	}
	u.Path = "/" + name
	query := u.Query()
	query.Del("dbname")
	query.Del("database")
	u.RawQuery = query.Encode()
	return u.String(), nil
}

func execute(u, sql string) error {
	return withConn(u, time.Minute, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, sql)
		return err
	})
}

// withConn runs fn on a connection of its own, in at most the given time.
func withConn(u string, most time.Duration, fn func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	conn, err := pgx.Connect(ctx, u)
	if err != nil {
		return err
	}
	return errors.Join(fn(ctx, conn), conn.Close(ctx))
}
