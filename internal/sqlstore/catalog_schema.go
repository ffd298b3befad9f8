package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

// catalogSchema is products and what hangs on them. What is never searched or
// sorted by is in documents. products.card is what lists show, kept beside the
// product so that a list reads no other table: ranges are the prices
// it shows, sold says in which currencies and channels it has any. Sorting by
// price needs product_prices, the same ranges as rows.
func catalogSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "catalog", SQL: `
create table channels (
	id {text} primary key,
	code {text} not null,
	doc {text} not null,
	active boolean not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_channels__code on channels (code);
create table attributes (
	code {text} primary key,
	doc {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create table products (
	id {text} primary key,
	slug {text} not null,
	title {text} not null,
	title_key {text} not null,
	search {text} not null,
	status {text} not null,
	published_at bigint not null,
	kind {text} not null,
	vendor {text} not null,
	brand {text} not null,
	tax_class_id {text} not null,
	all_channels boolean not null,
	tags {text} not null,
	doc {text} not null,
	card {text} not null,
	thumbnail {text} not null,
	rating_average bigint not null,
	rating_count bigint not null,
	variant_count bigint not null,
	first_variant_id {text} not null,
	ranges {text} not null,
	sold {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create index ix_products__published on products (status, published_at, id);
create index ix_products__title on products (status, title_key, id);
create index ix_products__created on products (status, created_at, id);
create index ix_products__updated on products (status, updated_at, id);
create index ix_products__vendor on products (vendor, id);
create table product_slugs (
	locale {text} not null,
	slug {text} not null,
	product_id {text} not null references products (id) on delete cascade,
	current boolean not null,
	primary key (locale, slug)
);
create index ix_product_slugs__slug on product_slugs (slug);
create index ix_product_slugs__product on product_slugs (product_id);
create table product_channels (
	product_id {text} not null references products (id) on delete cascade,
	channel_id {text} not null references channels (id),
	primary key (product_id, channel_id)
);
create index ix_product_channels__channel on product_channels (channel_id, product_id);
create table product_tags (
	product_id {text} not null references products (id) on delete cascade,
	tag {text} not null,
	primary key (product_id, tag)
);
create index ix_product_tags__tag on product_tags (tag, product_id);
create table product_attributes (
	product_id {text} not null references products (id) on delete cascade,
	code {text} not null references attributes (code),
	value {text} not null,
	number double precision,
	primary key (product_id, code, value)
);
create index ix_product_attributes__value on product_attributes (code, value, product_id);
create index ix_product_attributes__number on product_attributes (code, number, product_id) where number is not null;
create table product_prices (
	product_id {text} not null references products (id) on delete cascade,
	currency {text} not null,
	channel_id {text} not null,
	from_at bigint not null,
	to_at bigint not null,
	min_amount bigint not null,
	max_amount bigint not null,
	compare_at bigint not null,
	primary key (product_id, currency, channel_id, from_at)
);
create index ix_product_prices__price on product_prices (currency, min_amount, product_id);
create table variants (
	id {text} primary key,
	product_id {text} not null references products (id) on delete cascade,
	sku {text} not null,
	barcode {text} not null,
	title {text} not null,
	option_key {text} not null,
	options {text} not null,
	stock_item_id {text} not null,
	weight_grams bigint not null,
	prices {text} not null,
	doc {text} not null,
	position bigint not null,
	inactive boolean not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_variants__sku on variants (sku);
create unique index uq_variants__product_id__option_key on variants (product_id, option_key);
create index ix_variants__product on variants (product_id, position, id);
create index ix_variants__barcode on variants (barcode) where barcode <> '';
create index ix_variants__item on variants (stock_item_id) where stock_item_id <> '';
create table price_history (
	id {text} primary key,
	variant_id {text} not null,
	product_id {text} not null,
	channel_id {text} not null,
	currency {text} not null,
	amount bigint not null,
	compare_at bigint not null,
	valid_from bigint not null,
	valid_to bigint not null,
	removed boolean not null,
	actor {text} not null,
	at bigint not null
);
create index ix_price_history__variant on price_history (variant_id, at, id)
`}
}
