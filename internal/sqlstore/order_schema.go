package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

// Of the orders of a cart only one may be placed or still become so: one that
// was cancelled before it was placed leaves its cart free.
func orderSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "order", SQL: `
create table orders (
	id {text} primary key,
	number {text} not null,
	cart_id {text} not null,
	token {text} not null,
	channel_id {text} not null,
	currency {text} not null,
	locale {text} not null,
	customer_id {text} not null,
	email {text} not null,
	email_key {text} not null,
	status {text} not null,
	payment_state {text} not null,
	fulfilment_state {text} not null,
	subtotal bigint not null,
	discount bigint not null,
	shipping bigint not null,
	tax bigint not null,
	tax_added bigint not null,
	total bigint not null,
	shipping_total bigint not null,
	shipping_refunded bigint not null,
	units bigint not null,
	quote {text} not null,
	doc {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null,
	placed_at bigint not null,
	cancelled_at bigint not null,
	completed_at bigint not null,
	constraint order_adds_up check (total = subtotal + shipping - discount + tax_added),
	constraint order_shipping_refund check (shipping_refunded >= 0 and shipping_refunded <= shipping_total)
);
create unique index uq_orders__number on orders (number);
create unique index uq_orders__token on orders (token) where token <> '';
create unique index uq_orders__cart_id on orders (cart_id) where cart_id <> '' and (status <> 'cancelled' or placed_at > 0);
create index ix_orders__created on orders (created_at, id);
create index ix_orders__placed on orders (placed_at, id) where placed_at > 0;
create index ix_orders__customer on orders (customer_id, created_at, id) where customer_id <> '';
create index ix_orders__email on orders (email_key, created_at, id) where email_key <> '';
create index ix_orders__pending on orders (created_at, id) where status = 'pending';
create index ix_orders__open on orders (created_at, id) where status = 'placed';
create table order_lines (
	order_id {text} not null,
	id {text} not null,
	position bigint not null,
	variant_id {text} not null,
	product_id {text} not null,
	sku {text} not null,
	title {text} not null,
	quantity bigint not null,
	fulfilled bigint not null,
	returned bigint not null,
	refunded bigint not null,
	cancelled bigint not null,
	unit_price bigint not null,
	subtotal bigint not null,
	discount bigint not null,
	tax bigint not null,
	tax_added bigint not null,
	total bigint not null,
	refunded_amount bigint not null,
	doc {text} not null,
	primary key (order_id, id),
	constraint order_line_adds_up check (total = subtotal - discount + tax_added),
	constraint order_line_fulfilled check (fulfilled >= 0 and cancelled >= 0 and fulfilled + cancelled <= quantity),
	constraint order_line_returned check (returned >= 0 and returned <= fulfilled),
	constraint order_line_refunded check (refunded >= 0 and refunded <= quantity),
	constraint order_line_refunded_amount check (refunded_amount >= 0 and refunded_amount <= total)
);
create index ix_order_lines__sku on order_lines (sku, order_id);
create table order_events (
	id {text} primary key,
	order_id {text} not null,
	type {text} not null,
	text {text} not null,
	public boolean not null,
	actor {text} not null,
	data {text} not null,
	at bigint not null
);
create index ix_order_events__order on order_events (order_id, at, id);
create table order_fulfilments (
	id {text} primary key,
	order_id {text} not null,
	state {text} not null,
	doc {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create index ix_order_fulfilments__order on order_fulfilments (order_id, created_at, id);
create table order_refunds (
	id {text} primary key,
	order_id {text} not null,
	state {text} not null,
	amount bigint not null,
	goodwill bigint not null,
	doc {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null,
	constraint order_refund_amount check (goodwill >= 0 and amount >= goodwill)
);
create index ix_order_refunds__order on order_refunds (order_id, created_at, id);
create index ix_order_refunds__pending on order_refunds (updated_at, id) where state = 'pending'
`}
}
