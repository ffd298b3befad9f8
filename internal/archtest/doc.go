// Package archtest holds the architecture: its tests read `go list` and the
// sources and fail when a package imports what it must not know, when a public
// package lacks its story, or when money meets a float.
//
// Each package of the module has a room with a floor in rooms.go, and arrows
// point down only. A package without a room fails the tests, so that whoever
// adds one decides where it belongs. What has to differ is a line in
// exceptions, with its reason.
package archtest
