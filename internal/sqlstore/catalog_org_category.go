package sqlstore

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// catalogOrg is the part of the catalog's store that keeps categories,
// collections and images.
type catalogOrg struct{ c sqldb.Conn }

var _ catalog.OrgStore = catalogOrg{}

// orgDetails is what of a category or collection is never queried.
type orgDetails struct {
	SEO          catalog.SEO                    `json:"seo,omitzero"`
	Translations map[string]catalog.Translation `json:"translations,omitempty"`
	Metadata     map[string]json.RawMessage     `json:"metadata,omitempty"`
}

const categoryColumns = `id, parent_id, path, depth, position, slug, title, description, hidden, details, version, created_at, updated_at`

func scanCategory(s sqldb.Scanner) (c catalog.Category, err error) {
	var parent *string
	var path, details string
	var depth, created, updated int64
	if err := s.Scan(&c.ID, &parent, &path, &depth, &c.Position, &c.Slug, &c.Title, &c.Description, &c.Hidden, &details, &c.Version, &created, &updated); err != nil {
		return c, err
	}
	if parent != nil {
		c.ParentID = core.CategoryID(*parent)
	}
	for id := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		c.Path = append(c.Path, core.CategoryID(id))
	}
	c.CreatedAt, c.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	var d orgDetails
	err = json.Unmarshal([]byte(details), &d)
	c.SEO, c.Translations, c.Metadata = d.SEO, d.Translations, d.Metadata
	return c, err
}

// joinPath is the stored form of a path.
func joinPath(path []core.CategoryID) string {
	var b strings.Builder
	b.WriteByte('/')
	for _, id := range path {
		b.WriteString(string(id) + "/")
	}
	return b.String()
}

// below is the bound of the range of paths that begin with a path: '0' follows
// '/'.
func below(path string) string { return path[:len(path)-1] + "0" }

func parentOf(path []core.CategoryID) any {
	if len(path) < 2 {
		return nil
	}
	return path[len(path)-2]
}

func (s catalogOrg) LockTree(ctx context.Context) error {
	_, err := s.c.Exec(ctx, `update catalog_marks set value = value where name = 'category_tree'`)
	return err
}

func (s catalogOrg) InsertCategory(ctx context.Context, c catalog.Category) error {
	details, err := toJSON(orgDetails{c.SEO, c.Translations, c.Metadata})
	if err != nil {
		return err
	}
	_, err = s.c.Exec(ctx, `insert into categories (`+categoryColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		c.ID, parentOf(c.Path), joinPath(c.Path), len(c.Path), c.Position, c.Slug, c.Title, c.Description, c.Hidden, details, c.Version,
		sqldb.Micros(c.CreatedAt), sqldb.Micros(c.UpdatedAt))
	return err
}

func (s catalogOrg) UpdateCategory(ctx context.Context, c catalog.Category, seen int64) error {
	details, err := toJSON(orgDetails{c.SEO, c.Translations, c.Metadata})
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update categories set slug = $1, title = $2, description = $3, hidden = $4, details = $5, version = version + 1, updated_at = $6
		where id = $7 and version = $8`, c.Slug, c.Title, c.Description, c.Hidden, details, sqldb.Micros(c.UpdatedAt), c.ID, seen)
	if err != nil {
		return err
	}
	return versioned(ctx, s.c, n, "category", "categories", c.ID, seen)
}

func (s catalogOrg) MoveCategory(ctx context.Context, c catalog.Category, path []core.CategoryID, at time.Time) error {
	from, to := joinPath(c.Path), joinPath(path)
	if _, err := s.c.Exec(ctx, `update categories set path = $1 || substr(path, $2), depth = depth + $3 where path >= $4 and path < $5`,
		to, len(from)+1, len(path)-len(c.Path), from, below(from)); err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update categories set parent_id = $1, version = version + 1, updated_at = $2 where id = $3`, parentOf(path), sqldb.Micros(at), c.ID)
	if err == nil && n == 0 {
		return core.NotFound("category", c.ID)
	}
	return err
}

func (s catalogOrg) PlaceCategories(ctx context.Context, ids []core.CategoryID) error {
	stmts := make([]sqldb.Stmt, len(ids))
	for i, id := range ids {
		stmts[i] = sqldb.Stmt{SQL: `update categories set position = $1 where id = $2 and position <> $1`, Args: []any{i + 1, id}}
	}
	if len(stmts) == 0 {
		return nil
	}
	_, err := s.c.ExecBatch(ctx, stmts)
	return err
}

func (s catalogOrg) DeleteCategory(ctx context.Context, id core.CategoryID) error {
	if err := s.c.Defer(ctx, `delete from product_categories where category_id = $1`, id); err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `delete from categories where id = $1`, id)
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return &core.Error{Kind: core.KindConflict, Code: "category_has_children", Message: "it has categories below it", Err: err}
	}
	if err == nil && n == 0 {
		return core.NotFound("category", id)
	}
	return err
}

func (s catalogOrg) Categories(ctx context.Context) ([]catalog.Category, error) {
	return sqldb.All(ctx, s.c, scanCategory, `select `+categoryColumns+` from categories order by depth, position, id`)
}

func (s catalogOrg) CategoriesByID(ctx context.Context, ids []core.CategoryID) ([]catalog.Category, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, scanCategory, `select `+categoryColumns+` from categories where id in `+sqldb.In(1, len(ids))+` order by depth, id`, sqldb.PadArgs(ids)...)
}

func (s catalogOrg) Children(ctx context.Context, parent core.CategoryID) ([]catalog.Category, error) {
	if parent == "" {
		return sqldb.All(ctx, s.c, scanCategory, `select `+categoryColumns+` from categories where parent_id is null order by position, id`)
	}
	return sqldb.All(ctx, s.c, scanCategory, `select `+categoryColumns+` from categories where parent_id = $1 order by position, id`, parent)
}

func (s catalogOrg) Subtree(ctx context.Context, c catalog.Category) ([]catalog.Category, error) {
	path := joinPath(c.Path)
	return sqldb.All(ctx, s.c, scanCategory, `select `+categoryColumns+` from categories where path >= $1 and path < $2 order by depth, id`, path, below(path))
}

func (s catalogOrg) CategoryCounts(ctx context.Context, at time.Time) (map[core.CategoryID]catalog.CategoryCount, error) {
	type row struct {
		path  string
		count catalog.CategoryCount
	}
	// The published products of each category once; then each category is joined
	// with the range of those below it.
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v row, err error) {
		return v, r.Scan(&v.path, &v.count.Direct, &v.count.Total)
	}, `with here as (
			select c.path, pc.product_id from product_categories pc join products p on p.id = pc.product_id join categories c on c.id = pc.category_id
			where p.status = 'active' and p.published_at <= $1)
		select a.path, count(distinct case when h.path = a.path then h.product_id end), count(distinct h.product_id)
		from categories a join here h on h.path >= a.path and h.path < substr(a.path, 1, length(a.path) - 1) || '0'
		group by a.path`, sqldb.Micros(at))
	out := make(map[core.CategoryID]catalog.CategoryCount, len(rows))
	for _, r := range rows {
		out[core.CategoryID(r.path[strings.LastIndexByte(r.path[:len(r.path)-1], '/')+1:len(r.path)-1])] = r.count
	}
	return out, err
}

const productCategoryColumns = `product_id, category_id, position`

func (s catalogOrg) InsertProductCategories(ctx context.Context, rows []catalog.ProductCategory) error {
	args := make([][]any, len(rows))
	for i, r := range rows {
		args[i] = []any{r.ProductID, r.CategoryID, r.Position}
	}
	stmts := chunks(s.c.Dialect(), "product_categories", productCategoryColumns, args)
	for i := range stmts {
		stmts[i].SQL += ` on conflict (product_id, category_id) do nothing`
	}
	if len(stmts) == 0 {
		return nil
	}
	_, err := s.c.ExecBatch(ctx, stmts)
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return &core.Error{Kind: core.KindInvalid, Code: "invalid", Field: "category_ids", Message: "there is no such category, or no such product", Err: err}
	}
	return err
}

func (s catalogOrg) SetProductCategories(ctx context.Context, id core.ProductID, categories []core.CategoryID) error {
	if len(categories) == 0 {
		return s.c.Defer(ctx, `delete from product_categories where product_id = $1`, id)
	}
	args := append([]any{id}, sqldb.PadArgs(categories)...)
	if err := s.c.Defer(ctx, `delete from product_categories where product_id = $1 and category_id not in `+sqldb.In(2, len(categories)), args...); err != nil {
		return err
	}
	rows := make([]catalog.ProductCategory, len(categories))
	for i, c := range categories {
		rows[i] = catalog.ProductCategory{ProductID: id, CategoryID: c, Position: catalog.Unplaced}
	}
	return s.InsertProductCategories(ctx, rows)
}

func (s catalogOrg) RemoveFromCategory(ctx context.Context, id core.CategoryID, products []core.ProductID) error {
	if len(products) == 0 {
		return nil
	}
	return s.c.Defer(ctx, `delete from product_categories where category_id = $1 and product_id in `+sqldb.In(2, len(products)), append([]any{id}, sqldb.PadArgs(products)...)...)
}

func (s catalogOrg) PlaceInCategory(ctx context.Context, id core.CategoryID, products []core.ProductID) error {
	return place(ctx, s.c, "product_categories", "category_id", string(id), products)
}

// place orders the products of a category or collection.
func place(ctx context.Context, c sqldb.Conn, table, column, id string, products []core.ProductID) error {
	stmts := []sqldb.Stmt{{SQL: `update ` + table + ` set position = $1 where ` + column + ` = $2 and position <> $1`, Args: []any{catalog.Unplaced, id}}}
	for i, p := range products {
		stmts = append(stmts, sqldb.Stmt{SQL: `update ` + table + ` set position = $1 where ` + column + ` = $2 and product_id = $3`, Args: []any{i + 1, id, p}})
	}
	_, err := c.ExecBatch(ctx, stmts)
	return err
}

func (s catalogOrg) CategoryProducts(ctx context.Context, id core.CategoryID, after core.ProductID, limit int) ([]core.ProductID, error) {
	ids, err := sqldb.All(ctx, s.c, sqldb.Column[core.ProductID], `select product_id from product_categories where category_id = $1 and product_id > $2
		order by product_id limit $3`, id, after, limit)
	return slices.Clip(ids), err
}
