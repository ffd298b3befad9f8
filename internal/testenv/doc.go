// Package testenv finds what tests need outside of the repository: a
// PostgreSQL server and the files of real data sets. It is for tests only; no
// production package may import it.
//
//	func TestStore(t *testing.T) {
//		url := testenv.Postgres(t) // a fresh, empty database, dropped afterwards
//		db, err := postgres.Open(ctx, url, postgres.Config{})
//		...
//	}
//
// PostgreSQL is, in this order: the server BODEGA_TEST_POSTGRES_URL names, a
// server on 127.0.0.1:5432 that lets one in without a password, or a private
// cluster made from PostgreSQL binaries found on the machine, which is gone
// when the test process ends, however it ends. Where there is none of these the
// test is skipped and says what is missing; with BODEGA_REQUIRE_POSTGRES=1,
// as CI has it, the test fails instead.
package testenv
