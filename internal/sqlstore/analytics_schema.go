package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

func analyticsSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "analytics", SQL: `
create table analytics_events (
	id {text} primary key,
	at bigint not null,
	kind {text} not null,
	session {text} not null,
	customer_id {text} not null,
	region {text} not null,
	product_id {text} not null,
	quantity bigint not null,
	amount bigint not null,
	currency {text} not null,
	order_id {text} not null,
	answer_id {text} not null,
	position bigint not null,
	placement {text} not null,
	bucket {text} not null,
	model {text} not null,
	query {text} not null,
	found bigint not null,
	shown {text} not null
);
create index ix_analytics_events__at on analytics_events (at, id);
create index ix_analytics_events__answer on analytics_events (answer_id, kind) where answer_id <> '';
create index ix_analytics_events__customer on analytics_events (customer_id, at) where customer_id <> '';
create index ix_analytics_events__session on analytics_events (session, at) where session <> ''
`}
}
