package sqldb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Migration is one step of the schema. Steps are numbered from 1 without gaps
// and never change once released: the schema only moves forward.
type Migration struct {
	Version int
	Name    string
	// SQL holds statements separated by a semicolon at a line's end. "{text}"
	// and "{bytes}" stand for the dialect's types, "{serial}" for a numbering key.
	SQL string
	// Dialects replaces SQL for the dialects it names.
	Dialects map[string]string
}

// Statements returns the step's statements for a dialect.
func (m Migration) Statements(d *Dialect) []string {
	body := m.SQL
	if special, ok := m.Dialects[d.Name]; ok {
		body = special
	}
	body = strings.NewReplacer("{text}", d.Text, "{bytes}", d.Bytes, "{serial}", d.Serial).Replace(body)
	var out []string
	for part := range strings.SplitSeq(body+"\n", ";\n") {
		if s := strings.TrimSpace(part); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// SchemaVersion returns the newest applied step, 0 for an empty database.
func SchemaVersion(ctx context.Context, e Engine) (int, error) {
	version := 0
	err := e.Update(ctx, func(c Conn) error {
		if err := lockSchema(ctx, c); err != nil {
			return err
		}
		var err error
		version, err = One(ctx, c, Column[int], `select coalesce(max(version), 0) from schema_migrations`)
		return err
	})
	return version, err
}

// lockSchema makes sure the bookkeeping table exists and that nobody else
// migrates until the transaction ends.
func lockSchema(ctx context.Context, c Conn) error {
	if c.Dialect().Name == "postgres" {
		// "create table if not exists" races with itself on PostgreSQL, so the
		// lock comes first. The number is arbitrary and ours.
		if _, err := c.Exec(ctx, `select pg_advisory_xact_lock(7216390041)`); err != nil {
			return err
		}
	}
	_, err := c.Exec(ctx, strings.ReplaceAll(`create table if not exists schema_migrations (version bigint primary key, name {text} not null, applied_at bigint not null)`,
		"{text}", c.Dialect().Text))
	return err
}

// ErrNewerSchema says that the database was migrated by a newer program.
var ErrNewerSchema = errors.New("the database's schema is newer than this program")

// Migrate applies the steps that are missing, each in a transaction of its
// own, and returns how many it applied. Programs that start at the same time
// wait for each other.
func Migrate(ctx context.Context, e Engine, steps []Migration) (int, error) {
	applied := 0
	for {
		done := false
		err := e.Update(ctx, func(c Conn) error {
			if err := lockSchema(ctx, c); err != nil {
				return err
			}
			version, err := One(ctx, c, Column[int], `select coalesce(max(version), 0) from schema_migrations`)
			if err != nil {
				return err
			}
			if version > len(steps) {
				return fmt.Errorf("%w: version %d, this program knows %d", ErrNewerSchema, version, len(steps))
			}
			if version == len(steps) {
				done = true
				return nil
			}
			step := steps[version]
			if step.Version != version+1 {
				return fmt.Errorf("migration %d %q stands at place %d of the list", step.Version, step.Name, version+1)
			}
			for _, s := range step.Statements(c.Dialect()) {
				if _, err := c.Exec(ctx, s); err != nil {
					return fmt.Errorf("migration %d %q: %w\n%s", step.Version, step.Name, err, s)
				}
			}
			_, err = c.Exec(ctx, `insert into schema_migrations (version, name, applied_at) values ($1, $2, $3)`,
				step.Version, step.Name, Micros(time.Now()))
			return err
		})
		if err != nil || done {
			return applied, err
		}
		applied++
	}
}
