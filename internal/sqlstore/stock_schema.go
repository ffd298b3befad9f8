package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

func stockSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "stock", SQL: `
create table stock_locations (
	id {text} primary key,
	code {text} not null,
	name {text} not null,
	address {text} not null,
	priority bigint not null,
	active boolean not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_stock_locations__code on stock_locations (code);
create table stock_items (
	id {text} primary key,
	sku {text} not null,
	tracked boolean not null,
	policy {text} not null,
	cap bigint not null check (cap >= 0),
	promised_at bigint not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_stock_items__sku on stock_items (sku);
create table stock_levels (
	item_id {text} not null references stock_items (id),
	location_id {text} not null references stock_locations (id),
	on_hand bigint not null,
	reserved bigint not null,
	cap bigint not null,
	primary key (item_id, location_id),
	constraint stock_never_oversold check (on_hand - reserved >= -cap),
	constraint stock_reserved_not_negative check (reserved >= 0),
	constraint stock_on_hand_not_negative check (on_hand >= 0)
);
create table stock_movements (
	id {text} primary key,
	item_id {text} not null,
	location_id {text} not null,
	kind {text} not null,
	delta_on_hand bigint not null,
	delta_reserved bigint not null,
	ref {text} not null,
	note {text} not null,
	actor {text} not null,
	at bigint not null
);
create index ix_stock_movements__item on stock_movements (item_id, id);
create table stock_reservations (
	id {text} primary key,
	item_id {text} not null,
	location_id {text} not null,
	quantity bigint not null check (quantity >= 0),
	ref {text} not null,
	line {text} not null,
	state {text} not null,
	expires_at bigint not null,
	created_at bigint not null
);
create index ix_stock_reservations__ref on stock_reservations (ref);
create index ix_stock_reservations__held on stock_reservations (expires_at) where state = 'held';
create index ix_stock_reservations__open on stock_reservations (item_id, location_id) where state in ('held', 'committed')
`}
}
