package sqlstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const collectionColumns = `id, slug, title, description, hidden, rule, details, due_at, version, created_at, updated_at`

func scanCollection(s sqldb.Scanner) (c catalog.Collection, err error) {
	var rule, details string
	var due, created, updated int64
	if err := s.Scan(&c.ID, &c.Slug, &c.Title, &c.Description, &c.Hidden, &rule, &details, &due, &c.Version, &created, &updated); err != nil {
		return c, err
	}
	c.DueAt, c.CreatedAt, c.UpdatedAt = sqldb.Time(due), sqldb.Time(created), sqldb.Time(updated)
	if c.Rule, err = ruleFrom(rule); err != nil {
		return c, err
	}
	var d orgDetails
	err = json.Unmarshal([]byte(details), &d)
	c.SEO, c.Translations, c.Metadata = d.SEO, d.Translations, d.Metadata
	return c, err
}

func ruleFrom(s string) (*catalog.Rule, error) {
	if s == "" {
		return nil, nil
	}
	r := new(catalog.Rule)
	return r, json.Unmarshal([]byte(s), r)
}

// collectionTexts returns the documents of a collection.
func collectionTexts(c catalog.Collection) (rule, details string, err error) {
	if c.Rule != nil {
		if rule, err = toJSON(c.Rule); err != nil {
			return "", "", err
		}
	}
	details, err = toJSON(orgDetails{c.SEO, c.Translations, c.Metadata})
	return rule, details, err
}

func (s catalogOrg) InsertCollection(ctx context.Context, c catalog.Collection) error {
	rule, details, err := collectionTexts(c)
	if err != nil {
		return err
	}
	_, err = s.c.Exec(ctx, `insert into collections (`+collectionColumns+`, swept) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')`,
		c.ID, c.Slug, c.Title, c.Description, c.Hidden, rule, details, sqldb.Micros(c.DueAt), c.Version, sqldb.Micros(c.CreatedAt), sqldb.Micros(c.UpdatedAt))
	return err
}

func (s catalogOrg) UpdateCollection(ctx context.Context, c catalog.Collection, seen int64) error {
	rule, details, err := collectionTexts(c)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update collections set slug = $1, title = $2, description = $3, hidden = $4, rule = $5, details = $6,
		version = version + 1, updated_at = $7 where id = $8 and version = $9`,
		c.Slug, c.Title, c.Description, c.Hidden, rule, details, sqldb.Micros(c.UpdatedAt), c.ID, seen)
	if err != nil {
		return err
	}
	return versioned(ctx, s.c, n, "collection", "collections", c.ID, seen)
}

func (s catalogOrg) DeleteCollection(ctx context.Context, id core.CollectionID) error {
	n, err := s.c.Exec(ctx, `delete from collections where id = $1`, id)
	if err == nil && n == 0 {
		return core.NotFound("collection", id)
	}
	return err
}

func (s catalogOrg) Collections(ctx context.Context, ids []core.CollectionID) ([]catalog.Collection, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, scanCollection, `select `+collectionColumns+` from collections where id in `+sqldb.In(1, len(ids))+` order by id`, sqldb.PadArgs(ids)...)
}

func (s catalogOrg) ListCollections(ctx context.Context, q catalog.CollectionQuery, page core.PageQuery) (core.Page[catalog.Collection], error) {
	var title, id string
	if _, err := core.DecodeCursor(page.After, &title, &id); err != nil {
		return core.Page[catalog.Collection]{}, err
	}
	rows, err := sqldb.All(ctx, s.c, scanCollection, `select `+collectionColumns+` from collections
		where (title > $1 or title = $1 and id > $2) and (not hidden or $3) and ($4 = '' or lower(title) like $4 escape '\') order by title, id limit $5`,
		title, id, q.Hidden, contains(q.Query), page.Size()+1)
	return core.Cut(rows, page, func(c catalog.Collection) []any { return []any{c.Title, c.ID} }), err
}

// contains is the pattern of "lower(x) like ... escape '\'" for a part of a
// text; "" for none.
func contains(part string) string {
	if part == "" {
		return ""
	}
	pattern := make([]byte, 0, len(part)+8)
	pattern = append(pattern, '%')
	for _, c := range []byte(part) {
		switch {
		case c >= 'A' && c <= 'Z': // SQLite's lower() knows no other letters
			c += 'a' - 'A'
		case c == '%' || c == '_' || c == '\\':
			pattern = append(pattern, '\\')
		}
		pattern = append(pattern, c)
	}
	return string(append(pattern, '%'))
}

func (s catalogOrg) CollectionSizes(ctx context.Context, ids []core.CollectionID) (map[core.CollectionID]int64, error) {
	out := make(map[core.CollectionID]int64, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	type row struct {
		id core.CollectionID
		n  int64
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v row, err error) {
		return v, r.Scan(&v.id, &v.n)
	}, `select collection_id, count(*) from collection_products where collection_id in `+sqldb.In(1, len(ids))+` group by collection_id`, sqldb.PadArgs(ids)...)
	for _, r := range rows {
		out[r.id] = r.n
	}
	return out, err
}

func (s catalogOrg) RuleToken(ctx context.Context) (string, error) {
	return sqldb.One(ctx, s.c, sqldb.Column[string], `select value from catalog_marks where name = 'collection_rules'`+s.c.Dialect().ForShare)
}

func (s catalogOrg) SetRuleToken(ctx context.Context, token string) error {
	_, err := s.c.Exec(ctx, `update catalog_marks set value = $1 where name = 'collection_rules'`, token)
	return err
}

func (s catalogOrg) CollectionRules(ctx context.Context) ([]catalog.CollectionRule, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v catalog.CollectionRule, err error) {
		var rule string
		if err := r.Scan(&v.ID, &rule); err != nil {
			return v, err
		}
		return v, json.Unmarshal([]byte(rule), &v.Rule)
	}, `select id, rule from collections where rule <> '' order by id`)
}

func (s catalogOrg) LockSweep(ctx context.Context, id core.CollectionID) (catalog.Sweep, error) {
	w, err := sqldb.One(ctx, s.c, func(r sqldb.Scanner) (w catalog.Sweep, err error) {
		var rule string
		var due int64
		if err := r.Scan(&rule, &due, &w.After); err != nil {
			return w, err
		}
		w.DueAt = sqldb.Time(due)
		w.Rule, err = ruleFrom(rule)
		return w, err
	}, `select rule, due_at, swept from collections where id = $1`+s.c.Dialect().Hold, id)
	return w, notFound(err, "collection", id)
}

func (s catalogOrg) SetSweep(ctx context.Context, id core.CollectionID, after core.ProductID, due time.Time) error {
	return s.c.Defer(ctx, `update collections set swept = $1, due_at = $2 where id = $3`, after, sqldb.Micros(due), id)
}

func (s catalogOrg) RestartSweeps(ctx context.Context, ids []core.CollectionID, due time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	return s.c.Defer(ctx, `update collections set swept = '', due_at = $1 where id in `+sqldb.In(2, len(ids)), append([]any{sqldb.Micros(due)}, sqldb.PadArgs(ids)...)...)
}

func (s catalogOrg) DueCollections(ctx context.Context, at time.Time, limit int) ([]core.CollectionID, error) {
	return sqldb.All(ctx, s.c, sqldb.Column[core.CollectionID], `select id from collections where due_at > 0 and due_at <= $1 order by due_at, id limit $2`, sqldb.Micros(at), limit)
}

func (s catalogOrg) HoldProducts(ctx context.Context, ids []core.ProductID) ([]core.ProductID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, sqldb.Column[core.ProductID], `select id from products where id in `+sqldb.In(1, len(ids))+` order by id`+s.c.Dialect().Hold, sqldb.PadArgs(ids)...)
}
