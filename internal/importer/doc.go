// Package importer brings the trade of other shops into a shop's database:
// products, customers, orders and refunds, in bulk, resumable, with every
// refused row reported.
package importer
