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
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// listSort is what an order sorts by, before the product's ID.
type listSort struct {
	column, id string
	textual    bool
	desc       bool
}

// The column of the ID is that of the index which has the order.
var listSorts = map[catalog.Sort]listSort{
	catalog.SortNewest:    {column: "p.published_at", id: "p.id", desc: true},
	catalog.SortCreated:   {column: "p.created_at", id: "p.id", desc: true},
	catalog.SortUpdated:   {column: "p.updated_at", id: "p.id", desc: true},
	catalog.SortTitle:     {column: "p.title_key", id: "p.id", textual: true},
	catalog.SortPrice:     {column: "r.min_amount", id: "r.product_id"},
	catalog.SortPriceDesc: {column: "r.min_amount", id: "r.product_id", desc: true},
	catalog.SortPosition:  {column: "cp.position", id: "cp.product_id"},
}

// listBuilder puts a statement together.
type listBuilder struct {
	from, where strings.Builder
	args        []any
	find        string // the dialect's function
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
func listStatement(find string, q catalog.ListQuery, page core.PageQuery) (query string, args []any, err error) {
	sort, ok := listSorts[q.Sort]
	if !ok {
		return "", nil, core.Invalid("sort", "is not an order of this list")
	}
	b := listBuilder{find: find}
	low := b.prices(q)
	if q.Published {
		published := "p.published_at"
		if q.Sort != catalog.SortNewest {
			published += " + 0" // or SQLite would take that index and sort
		}
		b.and("p.status = 'active' and " + published + " <= " + b.arg(sqldb.Micros(q.At)))
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
	if err := b.after(q.Sort, sort, than, page); err != nil {
		return "", nil, err
	}
	key := "'', " + sort.column
	if sort.textual {
		key = sort.column + ", 0"
	}
	query = "select p.id, p.version, " + key + b.from.String()
	if low != "" && q.MinPrice != nil {
		b.and(low + " >= " + b.arg(*q.MinPrice))
	}
	if low != "" && q.MaxPrice != nil {
		b.and(low + " <= " + b.arg(*q.MaxPrice))
	}
	if b.where.Len() > 0 {
		query += " where " + b.where.String()
	}
	return query + " order by " + sort.column + way + ", " + sort.id + way + " limit " + b.arg(page.Size()+1), b.args, nil
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// soldIn says in which currencies and channels there are prices, as text that
// a list can look at without reading another table: "|EUR@|USD@?|EUR@chan_1|".
// Nothing behind the "@" is every channel; "?" means not at all times.
func soldIn(ranges []catalog.PriceRange) string {
	if len(ranges) == 0 {
		return ""
	}
	out := "|"
	for start := 0; start < len(ranges); {
		end := start + 1
		always := ranges[start].From.IsZero()
		for end < len(ranges) && ranges[end].Channel == ranges[start].Channel && ranges[end].Currency == ranges[start].Currency {
			always = always && ranges[end].From.Equal(ranges[end-1].To)
			end++
		}
		out += string(ranges[start].Currency) + "@" + string(ranges[start].Channel)
		if !always || !ranges[end-1].To.IsZero() {
			out += "?"
		}
		out += "|"
		start = end
	}
	return out
}

// prices begins the list's "from" and lets it have only products with a price
// in force in the currency. It returns the lowest price as an expression.
//
// A list in the order of prices runs along the index on them ("cross join" is
// how SQLite is told). Other lists run along products and look into
// product_prices only where a product has prices for a time only.
func (b *listBuilder) prices(q catalog.ListQuery) (low string) {
	if q.Currency == "" {
		b.from.WriteString(" from products p")
		return ""
	}
	has := func(channel core.ChannelID, mark string) string {
		return b.find + "(p.sold, " + b.arg("|"+string(q.Currency)+"@"+string(channel)+mark+"|") + ") > 0"
	}
	currency, at := b.arg(q.Currency), b.arg(sqldb.Micros(q.At))
	force := "r.currency = " + currency + " and r.from_at <= " + at + " and r.to_at > " + at
	if q.Sort == catalog.SortPrice || q.Sort == catalog.SortPriceDesc {
		b.from.WriteString(" from product_prices r cross join products p")
		b.and("p.id = r.product_id and " + force)
		if q.Channel == "" {
			b.and("r.channel_id = ''")
		} else { // the channel's own range if it has any, else that for every channel
			b.and("(r.channel_id = " + b.arg(q.Channel) + " or r.channel_id = '' and not (" + has(q.Channel, "") + " or " + has(q.Channel, "?") + "))")
		}
		return "r.min_amount"
	}
	b.from.WriteString(" from products p")
	channels, always, sometimes := " and r.channel_id = ''", has("", ""), has("", "?")
	if q.Channel != "" {
		channels = " and r.channel_id in ('', " + b.arg(q.Channel) + ")"
		always += " or " + has(q.Channel, "")
		sometimes += " or " + has(q.Channel, "?")
	}
	ranges := " from product_prices r where r.product_id = p.id and " + force + channels
	b.and("(" + always + " or (" + sometimes + ") and exists (select 1" + ranges + "))")
	return "(select r.min_amount" + ranges + " order by r.channel_id desc limit 1)"
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
		b.and("p.id in (select product_id from product_tags where tag = " + b.arg(strings.ToLower(q.Tag)) + ")")
	}
	for _, a := range q.Attributes {
		where := "code = " + b.arg(a.Code)
		if len(a.Values) > 0 {
			values := make([]string, len(a.Values))
			for i, v := range a.Values {
				values[i] = attributeKey(v)
			}
			where += " and value in " + inList(b, values)
		}
		if a.Min != nil {
			where += " and number >= " + b.arg(*a.Min)
		}
		if a.Max != nil {
			where += " and number <= " + b.arg(*a.Max)
		}
		b.and("p.id in (select product_id from product_attributes where " + where + ")")
	}
}

// after goes on behind the page before.
func (b *listBuilder) after(order catalog.Sort, sort listSort, than string, page core.PageQuery) error {
	var name, text, id string
	var number int64
	more, err := core.DecodeCursor(page.After, &name, &text, &number, &id)
	if err != nil || !more {
		return err
	}
	if name != string(order) {
		return core.Invalid("after", "the cursor is of a list in another order")
	}
	key := any(number)
	if sort.textual {
		key = text
	}
	b.and("(" + sort.column + ", " + sort.id + ") " + than + " (" + b.arg(key) + ", " + b.arg(id) + ")")
	return nil
}

func (s catalogStore) ListProducts(ctx context.Context, q catalog.ListQuery, page core.PageQuery) (core.Page[catalog.CardRef], error) {
	query, args, err := listStatement(s.c.Dialect().Find, q, page)
	if err != nil {
		return core.Page[catalog.CardRef]{}, err
	}
	type row struct {
		ref    catalog.CardRef
		text   string
		number int64
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (x row, err error) {
		return x, r.Scan(&x.ref.ID, &x.ref.Version, &x.text, &x.number)
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
			var card, thumbnail, ranges []byte
			var row catalog.Card
			var published, created, updated int64
			if err := r.Scan(&card, &ranges, &row.Status, &published, &thumbnail, &row.Rating.Average, &row.Rating.Count, &row.VariantCount, &row.FirstVariant, &row.Version, &created, &updated); err != nil {
				return c, err
			}
			if err := errors.Join(json.Unmarshal(card, &c), thumbnailOf(thumbnail, &c.Thumbnail), json.Unmarshal(ranges, &c.Ranges)); err != nil {
				return c, err
			}
			c.Status, c.Rating, c.VariantCount, c.FirstVariant, c.Version = row.Status, row.Rating, row.VariantCount, row.FirstVariant, row.Version
			c.PublishedAt, c.CreatedAt, c.UpdatedAt = sqldb.Time(published), sqldb.Time(created), sqldb.Time(updated)
			return c, nil
		}, `select card, ranges, status, published_at, thumbnail, rating_average, rating_count, variant_count, first_variant_id, version, created_at, updated_at
			from products where id in `+sqldb.In(1, len(part)), sqldb.PadArgs(part)...)
		if err != nil {
			return nil, err
		}
		out = append(out, cards...)
	}
	return out, nil
}
