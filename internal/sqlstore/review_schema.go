package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

func reviewSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "review", SQL: `
create table reviews (
	id {text} primary key,
	product_id {text} not null references products (id) on delete cascade,
	customer_id {text} not null,
	rating bigint not null,
	title {text} not null,
	body {text} not null,
	author {text} not null,
	verified boolean not null,
	status {text} not null,
	reason {text} not null,
	helpful bigint not null,
	reply {text} not null,
	reply_at bigint not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null,
	constraint reviews_rating check (rating between 1 and 5),
	constraint reviews_helpful check (helpful >= 0)
);
create unique index uq_reviews__product_id__customer_id on reviews (product_id, customer_id) where customer_id <> '';
create index ix_reviews__newest on reviews (product_id, status, created_at, id);
create index ix_reviews__helpful on reviews (product_id, status, helpful, created_at, id);
create index ix_reviews__rating on reviews (product_id, status, rating, created_at, id);
create index ix_reviews__queue on reviews (status, created_at, id);
create index ix_reviews__customer on reviews (customer_id, created_at, id) where customer_id <> '';
create table review_votes (
	review_id {text} not null references reviews (id) on delete cascade,
	customer_id {text} not null,
	primary key (review_id, customer_id)
);
create index ix_review_votes__customer on review_votes (customer_id);
create table review_summaries (
	product_id {text} primary key references products (id) on delete cascade,
	stars1 bigint not null,
	stars2 bigint not null,
	stars3 bigint not null,
	stars4 bigint not null,
	stars5 bigint not null,
	constraint review_summaries_not_negative check (stars1 >= 0 and stars2 >= 0 and stars3 >= 0 and stars4 >= 0 and stars5 >= 0)
)
`}
}
