package sqlstore

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/memo"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

func memoSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "memo", SQL: `
create table memos (
	key {text} primary key,
	value {bytes} not null,
	used_at bigint not null
);
create index ix_memos__used_at on memos (used_at)
`}
}

// Memos returns the store of memos.
func (t *Tx) Memos() memo.Store { return memoStore{t.c} }

type memoStore struct{ c sqldb.Conn }

func (s memoStore) Get(ctx context.Context, keys []string) ([]memo.Memo, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (m memo.Memo, err error) {
		var used int64
		err = r.Scan(&m.Key, &m.Value, &used)
		m.UsedAt = sqldb.Time(used)
		if m.Value == nil { // what SQLite's driver makes of no bytes
			m.Value = []byte{}
		}
		return m, err
	}, `select key, value, used_at from memos where key in `+sqldb.In(1, len(keys))+` order by key`, sqldb.PadArgs(keys)...)
}

func (s memoStore) Put(ctx context.Context, memos []memo.Memo) error {
	rows := make([][]any, len(memos))
	for i, m := range memos {
		rows[i] = []any{m.Key, append([]byte{}, m.Value...), sqldb.Micros(m.UsedAt)} // no null for an empty value
	}
	stmts := chunks(s.c.Dialect(), "memos", "key, value, used_at", rows)
	if len(stmts) == 0 {
		return nil
	}
	for i := range stmts {
		stmts[i].SQL += ` on conflict (key) do update set value = excluded.value, used_at = excluded.used_at`
	}
	_, err := s.c.ExecBatch(ctx, stmts)
	return err
}

func (s memoStore) Touch(ctx context.Context, keys []string, at time.Time) error {
	if len(keys) == 0 {
		return nil
	}
	_, err := s.c.Exec(ctx, `update memos set used_at = $1 where key in `+sqldb.In(2, len(keys)), append([]any{sqldb.Micros(at)}, sqldb.PadArgs(keys)...)...)
	return err
}

func (s memoStore) Prune(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.c.Exec(ctx, `delete from memos where key in (select key from memos where used_at < $1 order by used_at limit $2)`, sqldb.Micros(before), limit)
}
