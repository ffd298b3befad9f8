// Package connect joins the shop with the AI packages, which know nothing of
// it: it turns products, orders and what shoppers did into what those packages
// learn from, keeps them up to date as events come, and asks them in the
// shop's terms. One file (or a few) a pair.
package connect
