package sqldb

import "sync/atomic"

// Stats is what an engine has done since it was opened.
type Stats struct {
	Statements   int64 // that read or write: not begin, commit and savepoints
	RoundTrips   int64 // to a server; 0 where the database is in the process
	Transactions int64 // that write, and snapshots
	Commits      int64 // to disk; several transactions may share one
}

// Counters count for Stats. Safe for concurrent use.
type Counters struct {
	Statements, RoundTrips, Transactions, Commits atomic.Int64
}

// Stats returns the counts so far.
func (c *Counters) Stats() Stats {
	return Stats{c.Statements.Load(), c.RoundTrips.Load(), c.Transactions.Load(), c.Commits.Load()}
}
