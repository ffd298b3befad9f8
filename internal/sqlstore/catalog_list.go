package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// listSorts is what each order sorts by; all end with the product's ID.
var listSorts = map[catalog.Sort]struct {
	column  string
	textual bool
	desc    bool
}{
	catalog.SortNewest:    {column: "p.published_at", desc: true},
	catalog.SortCreated:   {column: "p.created_at", desc: true},
	catalog.SortUpdated:   {column: "p.updated_at", desc: true},
	catalog.SortTitle:     {column: "p.title_key", textual: true},
	catalog.SortPrice:     {column: "r.min_amount"},
	catalog.SortPriceDesc: {column: "r.min_amount", desc: true},
	catalog.SortPosition:  {column: "cp.position"},
}

// listBuilder puts a statement together.
type listBuilder struct {
	from, where strings.Builder
	args        []any
}

func (b *listBuilder) arg(v any) string {
	b.args = append(b.args, v)
	return "$" + strconv.Itoa(len(b.args))
}

func (b *listBuilder) and(condition string) {
	if b.where.Len() > 0 {
		b.where.WriteString(" and ")
	}
	b.where.WriteString(condition)
}

func inList[T any](b *listBuilder, vals []T) string {
	from := len(b.args) + 1
	b.args = append(b.args, sqldb.PadArgs(vals)...)
	return sqldb.In(from, len(vals))
}

// listStatement is the statement of a list, in one of few shapes per set of
// filters, so that databases keep it prepared.
func listStatement(q catalog.ListQuery, page core.PageQuery) (query string, args []any, err error) {
	sort, ok := listSorts[q.Sort]
	if !ok {
		return "", nil, core.Invalid("sort", "is not an order of this list")
	}
	var b listBuilder
	b.from.WriteString(" from products p")
	b.prices(q)
	if q.Published {
		b.and("p.status = 'active' and p.published_at <= " + b.arg(sqldb.Micros(q.At)))
	} else if q.Status != "" {
		b.and("p.status = " + b.arg(q.Status))
	}
	if q.Channel != "" {
		b.and("(p.all_channels or exists (select 1 from product_channels h where h.product_id = p.id and h.channel_id = " + b.arg(q.Channel) + "))")
	}
	b.organized(q)
	for _, eq := range []struct{ column, value string }{{"p.vendor", q.Vendor}, {"p.brand", q.Brand}, {"p.kind", string(q.Kind)}} {
		if eq.value != "" {
			b.and(eq.column + " = " + b.arg(eq.value))
		}
	}
	if q.IDs != nil {
		if len(q.IDs) == 0 {
			b.and("1 = 0")
		} else {
			b.and("p.id in " + inList(&b, q.IDs))
		}
	}
	if q.Query != "" {
		like := b.arg("%" + likeEscaper.Replace(catalog.Fold(q.Query)) + "%")
		sku := b.arg("%" + likeEscaper.Replace(strings.ToLower(q.Query)) + "%")
		b.and(`(p.search like ` + like + ` escape '\' or exists (select 1 from variants v where v.product_id = p.id and lower(v.sku) like ` + sku + ` escape '\'))`)
	}
	way, than := "", ">"
	if sort.desc {
		way, than = " desc", "<"
	}
	if err := b.after(q.Sort, sort.column, than, sort.textual, page); err != nil {
		return "", nil, err
	}
	key := "'', " + sort.column
	if sort.textual {
		key = sort.column + ", 0"
	}
	query = "select p.id, p.version, " + key
	if q.Currency != "" {
		query += ", r.min_amount, r.max_amount, r.compare_at"
	}
	query += b.from.String()
	if b.where.Len() > 0 {
		query += " where " + b.where.String()
	}
	return query + " order by " + sort.column + way + ", p.id" + way + " limit " + b.arg(page.Size()+1), b.args, nil
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// prices joins the price range in force: the channel's own if it has any, else
// the one for every channel.
func (b *listBuilder) prices(q catalog.ListQuery) {
	if q.Currency == "" {
		return
	}
	currency, at := b.arg(q.Currency), b.arg(sqldb.Micros(q.At))
	b.from.WriteString(" join product_prices r on r.product_id = p.id")
	b.and("r.currency = " + currency + " and r.from_at <= " + at + " and r.to_at > " + at)
	if q.Channel == "" {
		b.and("r.channel_id = ''")
	} else {
		b.and("r.channel_id = (select max(x.channel_id) from product_prices x where x.product_id = p.id and x.currency = " + currency +
			" and x.channel_id in ('', " + b.arg(q.Channel) + "))")
	}
	if q.MinPrice != nil {
		b.and("r.min_amount >= " + b.arg(*q.MinPrice))
	}
	if q.MaxPrice != nil {
		b.and("r.min_amount <= " + b.arg(*q.MaxPrice))
	}
}

// organized filters by category, collection, tag and attributes.
func (b *listBuilder) organized(q catalog.ListQuery) {
	if q.Category != "" {
		// A subtree is a range of paths: "0" comes right after "/".
		b.and(`p.id in (select pc.product_id from categories root join categories c on c.path >= root.path and c.path < substr(root.path, 1, length(root.path) - 1) || '0'
			join product_categories pc on pc.category_id = c.id where root.id = ` + b.arg(q.Category) + `)`)
	}
	if q.Collection != "" {
		b.from.WriteString(" join collection_products cp on cp.product_id = p.id")
		b.and("cp.collection_id = " + b.arg(q.Collection))
	}
	if q.Tag != "" {
		b.and("exists (select 1 from product_tags t where t.product_id = p.id and t.tag = " + b.arg(strings.ToLower(q.Tag)) + ")")
	}
	for _, a := range q.Attributes {
		where := "x.product_id = p.id and x.code = " + b.arg(a.Code)
		if len(a.Values) > 0 {
			values := make([]string, len(a.Values))
			for i, v := range a.Values {
				values[i] = attributeKey(v)
			}
			where += " and x.value in " + inList(b, values)
		}
		if a.Min != nil {
			where += " and x.number >= " + b.arg(*a.Min)
		}
		if a.Max != nil {
			where += " and x.number <= " + b.arg(*a.Max)
		}
		b.and("exists (select 1 from product_attributes x where " + where + ")")
	}
}

// after goes on behind the page before.
func (b *listBuilder) after(sort catalog.Sort, column, than string, textual bool, page core.PageQuery) error {
	var name, text, id string
	var number int64
	more, err := core.DecodeCursor(page.After, &name, &text, &number, &id)
	if err != nil || !more {
		return err
	}
	if name != string(sort) {
		return core.Invalid("after", "the cursor is of a list in another order")
	}
	key := any(number)
	if textual {
		key = text
	}
	b.and("(" + column + ", p.id) " + than + " (" + b.arg(key) + ", " + b.arg(id) + ")")
	return nil
}

func (s catalogStore) ListProducts(ctx context.Context, q catalog.ListQuery, page core.PageQuery) (core.Page[catalog.CardRef], error) {
	query, args, err := listStatement(q, page)
	if err != nil {
		return core.Page[catalog.CardRef]{}, err
	}
	type row struct {
		ref    catalog.CardRef
		text   string
		number int64
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (x row, err error) {
		if q.Currency == "" {
			return x, r.Scan(&x.ref.ID, &x.ref.Version, &x.text, &x.number)
		}
		var low, high, compare int64
		err = r.Scan(&x.ref.ID, &x.ref.Version, &x.text, &x.number, &low, &high, &compare)
		x.ref.Price = &catalog.CardPrice{Min: money.New(low, q.Currency), Max: money.New(high, q.Currency)}
		if compare != 0 {
			was := money.New(compare, q.Currency)
			x.ref.Price.CompareAt = &was
		}
		return x, err
	}, query, args...)
	if err != nil {
		return core.Page[catalog.CardRef]{}, err
	}
	cut := core.Cut(rows, page, func(x row) []any { return []any{q.Sort, x.text, x.number, x.ref.ID} })
	out := core.Page[catalog.CardRef]{Items: make([]catalog.CardRef, len(cut.Items)), Next: cut.Next}
	for i, x := range cut.Items {
		out.Items[i] = x.ref
	}
	return out, nil
}

func (s catalogStore) Cards(ctx context.Context, ids []core.ProductID) ([]catalog.Card, error) {
	var out []catalog.Card
	for part := range slices.Chunk(ids, 1000) {
		cards, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (c catalog.Card, err error) {
			var card, thumbnail []byte
			var row catalog.Card
			var published, created, updated int64
			if err := r.Scan(&card, &row.Status, &published, &thumbnail, &row.Rating.Average, &row.Rating.Count, &row.VariantCount, &row.FirstVariant, &row.Version, &created, &updated); err != nil {
				return c, err
			}
			if err := errors.Join(json.Unmarshal(card, &c), thumbnailOf(thumbnail, &c.Thumbnail)); err != nil {
				return c, err
			}
			c.Status, c.Rating, c.VariantCount, c.FirstVariant, c.Version = row.Status, row.Rating, row.VariantCount, row.FirstVariant, row.Version
			c.PublishedAt, c.CreatedAt, c.UpdatedAt = sqldb.Time(published), sqldb.Time(created), sqldb.Time(updated)
			return c, nil
		}, `select card, status, published_at, thumbnail, rating_average, rating_count, variant_count, first_variant_id, version, created_at, updated_at
			from products where id in `+sqldb.In(1, len(part)), sqldb.PadArgs(part)...)
		if err != nil {
			return nil, err
		}
		out = append(out, cards...)
	}
	return out, nil
}
