package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

// ratesSchema holds taxes, shipping and promotions.
func ratesSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "rates", SQL: `
create table tax_zones (
	id {text} primary key,
	code {text} not null,
	name {text} not null,
	reverse_charge boolean not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_tax_zones__code on tax_zones (code);
create table tax_areas (
	zone_id {text} not null references tax_zones (id),
	position bigint not null,
	country {text} not null,
	region {text} not null,
	postal_prefix {text} not null,
	primary key (zone_id, position)
);
create unique index uq_tax_areas__country__region__postal_prefix on tax_areas (country, region, postal_prefix);
create table tax_classes (
	id {text} primary key,
	code {text} not null,
	name {text} not null,
	is_default boolean not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_tax_classes__code on tax_classes (code);
create unique index uq_tax_classes__is_default on tax_classes (is_default) where is_default;
create table tax_rates (
	id {text} primary key,
	zone_id {text} not null references tax_zones (id),
	class_id {text} not null references tax_classes (id),
	position bigint not null,
	name {text} not null,
	rate bigint not null,
	compound boolean not null,
	constraint tax_rate_not_negative check (rate >= 0)
);
create unique index uq_tax_rates__zone_id__class_id__position on tax_rates (zone_id, class_id, position);
create index ix_tax_rates__class on tax_rates (class_id);
create table tax_settings (
	id {text} primary key,
	shipping_class_id {text} not null,
	cross_border {text} not null,
	version bigint not null,
	updated_at bigint not null
);
insert into tax_settings (id, shipping_class_id, cross_border, version, updated_at) values ('shop', '', 'fixed_gross', 1, 0);
create table shipping_zones (
	id {text} primary key,
	code {text} not null,
	name {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_shipping_zones__code on shipping_zones (code);
create table shipping_areas (
	zone_id {text} not null references shipping_zones (id),
	position bigint not null,
	country {text} not null,
	region {text} not null,
	postal_prefix {text} not null,
	primary key (zone_id, position)
);
create unique index uq_shipping_areas__country__region__postal_prefix on shipping_areas (country, region, postal_prefix);
create table shipping_methods (
	id {text} primary key,
	zone_id {text} references shipping_zones (id),
	code {text} not null,
	position bigint not null,
	document {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_shipping_methods__code on shipping_methods (code);
create index ix_shipping_methods__zone on shipping_methods (zone_id);
create table promotions (
	id {text} primary key,
	needs_code boolean not null,
	active boolean not null,
	ends_at bigint not null,
	priority bigint not null,
	max_uses bigint not null,
	per_customer bigint not null,
	budget bigint not null,
	budget_currency {text} not null,
	document {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create index ix_promotions__automatic on promotions (priority, id) where active and not needs_code;
create table promotion_counters (
	promotion_id {text} primary key references promotions (id),
	uses bigint not null,
	spent bigint not null
);
create table promotion_codes (
	code {text} not null,
	promotion_id {text} not null references promotions (id),
	usage_limit bigint not null,
	uses bigint not null,
	created_at bigint not null,
	constraint promotion_code_not_overused check (uses >= 0 and (usage_limit = 0 or uses <= usage_limit))
);
create unique index uq_promotion_codes__code on promotion_codes (code);
create index ix_promotion_codes__promotion on promotion_codes (promotion_id, code);
create table promotion_customers (
	promotion_id {text} not null references promotions (id),
	customer {text} not null,
	uses bigint not null,
	primary key (promotion_id, customer)
);
create table promotion_redemptions (
	order_id {text} not null,
	promotion_id {text} not null references promotions (id),
	code {text} not null,
	customer {text} not null,
	amount bigint not null,
	currency {text} not null,
	at bigint not null,
	released_at bigint not null,
	primary key (order_id, promotion_id)
);
create index ix_promotion_redemptions__customer on promotion_redemptions (promotion_id, customer)
`}
}
