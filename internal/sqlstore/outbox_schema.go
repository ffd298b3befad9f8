package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

// outboxSchema makes the tables of events and their delivery, of idempotency
// keys and of settings.
//
// outbox_events.n is taken inside the writing transaction, so a lower n may
// become visible after a higher one. Readers go by seq, which the relay gives
// to committed rows only.
func outboxSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "outbox", SQL: `
create table outbox_events (
	n {serial},
	id {text} not null,
	seq bigint not null,
	type {text} not null,
	aggregate {text} not null,
	data {text} not null,
	actor {text} not null,
	at bigint not null
);
create index ix_outbox_events__new on outbox_events (n) where seq = 0;
create unique index uq_outbox_events__seq on outbox_events (seq) where seq > 0;
create table outbox_sequence (
	name {text} primary key,
	last bigint not null
);
insert into outbox_sequence (name, last) values ('events', 0);
create table outbox_cursors (
	handler {text} primary key,
	seq bigint not null,
	owner {text} not null,
	leased_until bigint not null,
	seen_at bigint not null
);
create table outbox_parked (
	handler {text} not null,
	seq bigint not null,
	aggregate {text} not null,
	state {text} not null,
	attempts bigint not null,
	next_at bigint not null,
	error {text} not null,
	parked_at bigint not null,
	primary key (handler, seq)
);
create index ix_outbox_parked__aggregate on outbox_parked (handler, aggregate, seq);
create index ix_outbox_parked__due on outbox_parked (handler, next_at) where state = 'retry';
create index ix_outbox_parked__dead on outbox_parked (seq) where state = 'dead';
create table outbox_handled (
	handler {text} not null,
	event_id {text} not null,
	at bigint not null,
	primary key (handler, event_id)
);
create index ix_outbox_handled__at on outbox_handled (at);
create table idempotency_keys (
	scope {text} not null,
	key {text} not null,
	hash {text} not null,
	state {text} not null,
	attempt bigint not null,
	resumed boolean not null,
	point {text} not null,
	status bigint not null,
	header {text} not null,
	body {text} not null,
	locked_until bigint not null,
	created_at bigint not null,
	expires_at bigint not null,
	primary key (scope, key)
);
create index ix_idempotency_keys__expiry on idempotency_keys (expires_at);
create table settings (
	key {text} primary key,
	value {text} not null,
	version bigint not null,
	updated_at bigint not null
)
`}
}
