package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

// catalogOrgSchema is how the catalog is organised: categories, collections,
// images. It stands right behind the products it refers to.
//
// A category's path, "/cat_a/cat_b/", ends with the category itself: a subtree
// is one range of the index on it. Slugs are unique per locale (the empty one
// is the default); those that are not current redirect.
func catalogOrgSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "catalog_org", SQL: `
create table categories (
	id {text} primary key,
	parent_id {text} references categories (id),
	path {text} not null,
	depth bigint not null,
	position bigint not null,
	slug {text} not null,
	title {text} not null,
	description {text} not null,
	hidden boolean not null,
	details {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null,
	constraint categories_depth check (depth between 1 and 10)
);
create unique index uq_categories__path on categories (path);
create index ix_categories__parent on categories (parent_id, position, id);
create table category_slugs (
	locale {text} not null,
	slug {text} not null,
	category_id {text} not null references categories (id) on delete cascade,
	current boolean not null,
	primary key (locale, slug)
);
create index ix_category_slugs__category on category_slugs (category_id);
create table product_categories (
	product_id {text} not null references products (id) on delete cascade,
	category_id {text} not null references categories (id),
	position bigint not null,
	primary key (product_id, category_id)
);
create index ix_product_categories__category on product_categories (category_id, position, product_id);
create table collections (
	id {text} primary key,
	slug {text} not null,
	title {text} not null,
	description {text} not null,
	hidden boolean not null,
	rule {text} not null,
	details {text} not null,
	due_at bigint not null,
	swept {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create index ix_collections__title on collections (title, id);
create index ix_collections__due on collections (due_at, id) where due_at > 0;
create table collection_slugs (
	locale {text} not null,
	slug {text} not null,
	collection_id {text} not null references collections (id) on delete cascade,
	current boolean not null,
	primary key (locale, slug)
);
create index ix_collection_slugs__collection on collection_slugs (collection_id);
create table collection_products (
	collection_id {text} not null references collections (id) on delete cascade,
	product_id {text} not null references products (id) on delete cascade,
	position bigint not null,
	by_rule boolean not null,
	primary key (collection_id, product_id)
);
create index ix_collection_products__position on collection_products (collection_id, position, product_id);
create index ix_collection_products__product on collection_products (product_id, collection_id);
create table catalog_marks (
	name {text} primary key,
	value {text} not null
);
insert into catalog_marks (name, value) values ('category_tree', ''), ('collection_rules', '');
create table product_images (
	id {text} primary key,
	product_id {text} not null references products (id) on delete cascade,
	position bigint not null,
	alt {text} not null,
	width bigint not null,
	height bigint not null,
	color {text} not null,
	focus_x bigint not null,
	focus_y bigint not null,
	hash {text} not null,
	renditions {text} not null,
	translations {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null,
	constraint product_images_focus check (focus_x between 0 and 1000 and focus_y between 0 and 1000)
);
create index ix_product_images__product on product_images (product_id, position, id);
create table product_image_blobs (
	key {text} primary key,
	image_id {text} not null references product_images (id) on delete cascade
);
create index ix_product_image_blobs__image on product_image_blobs (image_id)
`}
}
