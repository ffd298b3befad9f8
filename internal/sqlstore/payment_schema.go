package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

func paymentSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "payment", SQL: `
create table payments (
	id {text} primary key,
	order_id {text} not null,
	provider {text} not null,
	method {text} not null,
	key {text} not null,
	ref {text} not null,
	currency {text} not null,
	amount bigint not null,
	capture boolean not null,
	quote {text} not null,
	state {text} not null,
	status {text} not null,
	authorized bigint not null,
	captured bigint not null,
	refunded bigint not null,
	disputed bigint not null,
	dispute {text} not null,
	capture_claimed bigint not null,
	refund_claimed bigint not null,
	doc {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null,
	expires_at bigint not null,
	constraint payment_captured check (captured >= 0 and captured <= authorized and authorized <= amount),
	constraint payment_refunded check (refunded >= 0 and refunded <= captured),
	constraint payment_capture_claimed check (capture_claimed >= captured and capture_claimed <= authorized),
	constraint payment_refund_claimed check (refund_claimed >= refunded and refund_claimed <= captured)
);
create unique index uq_payments__provider__key on payments (provider, key);
create unique index uq_payments__provider__ref on payments (provider, ref) where ref <> '';
create index ix_payments__order on payments (order_id, created_at, id);
create index ix_payments__created on payments (created_at, id);
create index ix_payments__unsettled on payments (created_at, id) where state in ('created', 'requires_action', 'pending');
create table payment_operations (
	key {text} primary key,
	payment_id {text} not null,
	kind {text} not null,
	currency {text} not null,
	amount bigint not null,
	refund_id {text} not null,
	reason {text} not null,
	state {text} not null,
	ref {text} not null,
	code {text} not null,
	message {text} not null,
	actor {text} not null,
	created_at bigint not null,
	updated_at bigint not null
);
create index ix_payment_operations__payment on payment_operations (payment_id, created_at, key);
create index ix_payment_operations__open on payment_operations (updated_at, key) where state = 'pending';
create table ledger_entries (
	posting_id {text} not null,
	n bigint not null,
	order_id {text} not null,
	payment_id {text} not null,
	kind {text} not null,
	ref {text} not null,
	account {text} not null,
	currency {text} not null,
	amount bigint not null,
	actor {text} not null,
	at bigint not null,
	primary key (posting_id, n),
	constraint ledger_entry_amount check (amount <> 0)
);
create index ix_ledger_entries__order on ledger_entries (order_id, at, posting_id, n);
create index ix_ledger_entries__at on ledger_entries (at);
create table payment_webhooks (
	provider {text} not null,
	event_id {text} not null,
	doc {text} not null,
	state {text} not null,
	attempts bigint not null,
	next_at bigint not null,
	error {text} not null,
	received_at bigint not null,
	settled_at bigint not null,
	primary key (provider, event_id)
);
create index ix_payment_webhooks__due on payment_webhooks (next_at) where state = 'received';
create index ix_payment_webhooks__received on payment_webhooks (received_at, provider, event_id)
`}
}
