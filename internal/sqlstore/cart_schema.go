package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

func cartSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "cart", SQL: `
create table carts (
	id {text} primary key,
	channel_id {text} not null,
	customer_id {text} not null,
	email {text} not null,
	state {text} not null,
	doc {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null,
	expires_at bigint not null
);
create index ix_carts__customer on carts (customer_id, channel_id, updated_at) where customer_id <> '' and state = 'active';
create index ix_carts__updated on carts (updated_at, id);
create index ix_carts__expiry on carts (expires_at) where state <> 'completed'
`}
}
