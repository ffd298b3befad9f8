package sqlstore

import "github.com/bodega-commerce/bodega/internal/sqldb"

func accountSchema(version int) sqldb.Migration {
	return sqldb.Migration{Version: version, Name: "account", SQL: `
create table account_customers (
	id {text} primary key,
	email {text} not null,
	email_normal {text},
	email_verified_at bigint not null,
	reference {text},
	name {text} not null,
	phone {text} not null,
	search {text} not null,
	locale {text} not null,
	currency {text} not null,
	group_names {text} not null,
	marketing boolean not null,
	marketing_at bigint not null,
	marketing_source {text} not null,
	personalization_opt_out boolean not null,
	default_shipping {text} not null,
	default_billing {text} not null,
	metadata {text} not null,
	status {text} not null,
	password_hash {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_account_customers__email_normal on account_customers (email_normal);
create unique index uq_account_customers__reference on account_customers (reference);
create index ix_account_customers__created on account_customers (created_at, id);
create index ix_account_customers__by_email on account_customers (coalesce(email_normal, ''), id);
create index ix_account_customers__updated on account_customers (updated_at);
create table account_customer_groups (
	customer_id {text} not null references account_customers (id),
	name {text} not null,
	primary key (customer_id, name)
);
create index ix_account_customer_groups__name on account_customer_groups (name, customer_id);
create table account_addresses (
	id {text} primary key,
	customer_id {text} not null references account_customers (id),
	label {text} not null,
	address {text} not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create index ix_account_addresses__customer on account_addresses (customer_id, id);
create table account_roles (
	id {text} primary key,
	name {text} not null,
	permissions {text} not null,
	built_in boolean not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_account_roles__name on account_roles (name);
insert into account_roles (id, name, permissions, built_in, version, created_at, updated_at)
	values ('role_owner', 'Owner', '["*"]', true, 1, 0, 0);
create table account_staff (
	id {text} primary key,
	email {text} not null,
	email_normal {text} not null,
	name {text} not null,
	status {text} not null,
	password_hash {text} not null,
	must_change boolean not null,
	totp_secret {text} not null,
	totp_pending {text} not null,
	totp_step bigint not null,
	last_login_at bigint not null,
	version bigint not null,
	created_at bigint not null,
	updated_at bigint not null
);
create unique index uq_account_staff__email_normal on account_staff (email_normal);
create table account_staff_roles (
	staff_id {text} not null references account_staff (id),
	role_id {text} not null references account_roles (id),
	primary key (staff_id, role_id)
);
create index ix_account_staff_roles__role on account_staff_roles (role_id);
create table account_recovery_codes (
	staff_id {text} not null references account_staff (id),
	hash {text} not null,
	primary key (staff_id, hash)
);
create table account_tokens (
	hash {text} primary key,
	purpose {text} not null,
	kind {text} not null,
	subject {text} not null,
	email {text} not null,
	expires_at bigint not null
);
create index ix_account_tokens__subject on account_tokens (subject);
create index ix_account_tokens__expires on account_tokens (expires_at);
create table account_attempts (
	key {text} primary key,
	failures bigint not null,
	blocked_until bigint not null,
	last_at bigint not null
);
create index ix_account_attempts__last on account_attempts (last_at);
create table account_sessions (
	id {text} primary key,
	kind {text} not null,
	subject {text} not null,
	ip {text} not null,
	user_agent {text} not null,
	device {text} not null,
	created_at bigint not null,
	last_used_at bigint not null,
	idle_until bigint not null,
	ends_at bigint not null,
	generation bigint not null,
	rotated_at bigint not null,
	salt {text} not null,
	ended_at bigint not null,
	end_reason {text} not null
);
create index ix_account_sessions__subject on account_sessions (subject, ended_at);
create index ix_account_sessions__ended on account_sessions (ended_at);
create index ix_account_sessions__idle on account_sessions (idle_until);
create table account_refresh_tokens (
	hash {text} primary key,
	session_id {text} not null references account_sessions (id),
	generation bigint not null
);
create index ix_account_refresh_tokens__session on account_refresh_tokens (session_id);
create table account_api_keys (
	id {text} primary key,
	kind {text} not null,
	name {text} not null,
	prefix {text} not null,
	hash {text} not null,
	scopes {text} not null,
	channel_id {text} not null,
	limits {text} not null,
	created_by {text} not null,
	replaces {text} not null,
	created_at bigint not null,
	expires_at bigint not null,
	last_used_at bigint not null,
	revoked_at bigint not null
);
create unique index uq_account_api_keys__hash on account_api_keys (hash);
create table account_signing_keys (
	number bigint primary key,
	id {text} not null,
	secret {text} not null,
	starts_at bigint not null
)
`}
}
