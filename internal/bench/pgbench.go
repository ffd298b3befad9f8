package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench measures what the server does with one small write transaction after
// the other, in the same database, and compares the rate of orders with it.
func (r Runner) pgbench(ctx context.Context, out *Result, rate float64) error {
	bin, err := pgbenchPath()
	if err != nil {
		return err
	}
	database, err := r.plainURL()
	if err != nil {
		return err
	}
	if raw, err := exec.CommandContext(ctx, bin, "-i", "-q", database).CombinedOutput(); err != nil {
		return fmt.Errorf("pgbench -i: %w: %s", err, bytes.TrimSpace(raw))
	}
	raw, err := exec.CommandContext(ctx, bin, "-N", "-c", strconv.Itoa(r.Clients), "-T", strconv.Itoa(max(1, int(r.Duration.Seconds()))), database).CombinedOutput()
	found := tps.FindSubmatch(raw)
	if err != nil || found == nil {
		return fmt.Errorf("pgbench: %w: %s", err, bytes.TrimSpace(raw))
	}
	n, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		return err
	}
	out.add(fmt.Sprintf("pgbench -N -c %d", r.Clients), n, "/s")
	out.atLeast("orders per pgbench transaction", rate/n, "", 0.2)
	return nil
}

// plainURL is the database's URL without what only our pool understands.
func (r Runner) plainURL() (string, error) {
	u, err := url.Parse(r.Database)
	if err != nil {
		return "", err
	}
	q := u.Query()
	for name := range q {
		if strings.HasPrefix(name, "pool_") {
			q.Del(name)
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

func pgbenchPath() (string, error) {
	if bin, err := exec.LookPath("pgbench"); err == nil {
		return bin, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if err != nil || len(found) == 0 {
		return "", errors.New("pgbench is neither on the PATH nor in /usr/lib/postgresql")
	}
	return found[len(found)-1], nil
}
