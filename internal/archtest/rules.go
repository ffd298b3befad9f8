package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// pkg is what `go list -json` tells of a package.
type pkg struct {
	ImportPath   string
	Dir          string
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	Deps         []string // all that Imports lead to
	TestImports  []string
	XTestImports []string
}

// house is a module's packages and what may differ in it.
type house struct {
	module     string
	packages   []pkg
	exceptions []exception
}

// inside returns the path of a package inside the module, "." for the root.
func (h house) inside(path string) (string, bool) {
	if path == h.module {
		return ".", true
	}
	return strings.CutPrefix(path, h.module+"/")
}

// breaches returns a sentence for each import that breaks a rule, each package
// without a room, and each exception nobody needs.
func (h house) breaches() []string {
	var found []string
	used := make([]bool, len(h.exceptions))
	present := map[string]bool{}
	for _, p := range h.packages {
		path, _ := h.inside(p.ImportPath)
		present[path] = true
		from, ok := roomOf(path)
		if !ok {
			found = append(found, fmt.Sprintf("%s has no room: place it in internal/archtest/rooms.go", path))
			continue
		}
		for _, imported := range p.Imports {
			if why := h.edge(from, imported); why != "" && !h.excepted(path, imported, used) {
				found = append(found, fmt.Sprintf("%s imports %s: %s", path, h.short(imported), why))
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := driverEdge(from, imported); why != "" && !h.excepted(path, imported, used) {
				found = append(found, fmt.Sprintf("a test of %s imports %s: %s", path, imported, why))
			}
		}
		if public(path) && from.kind != sqlDriver {
			for _, dep := range p.Deps {
				if withinAny(dep, sqlDrivers) {
					found = append(found, fmt.Sprintf("%s depends on %s: programs that import it would link an SQL driver", path, dep))
				}
			}
		}
	}
	for i, e := range h.exceptions {
		if present[e.from] && !used[i] {
			found = append(found, fmt.Sprintf("the exception for %s to import %s is not needed: remove it", e.from, e.to))
		}
	}
	return found
}

func (h house) short(path string) string {
	if inside, ok := h.inside(path); ok {
		return inside
	}
	return path
}

func (h house) excepted(from, imported string, used []bool) bool {
	for i, e := range h.exceptions {
		if e.from == from && within(h.short(imported), e.to) {
			used[i] = true
			return true
		}
	}
	return false
}

// public reports whether others can import the package and would want to.
func public(path string) bool {
	return !slices.Contains(strings.Split(path, "/"), "internal") && !within(path, "cmd") && !within(path, "examples")
}

// edge says why a package in the room may not import the path, or "".
func (h house) edge(from room, imported string) string {
	if why := driverEdge(from, imported); why != "" {
		return why
	}
	path, ours := h.inside(imported)
	if !ours {
		switch {
		case withinAny(imported, testLibraries) && from.kind != testHelper:
			return "it is for tests only"
		case within(imported, "net/http") && (from.kind == ai || from.kind == numeric):
			return "AI packages know nothing of HTTP"
		}
		return ""
	}
	to, ok := roomOf(path)
	if !ok || to.pattern == from.pattern { // a missing room is told of once, at the package itself
		return ""
	}
	if why := kindEdge(from, to); why != "" {
		return why
	}
	if to.floor >= from.floor {
		return fmt.Sprintf("arrows point down only, and that is floor %g to floor %g", from.floor, to.floor)
	}
	return ""
}

func driverEdge(from room, imported string) string {
	if withinAny(imported, sqlDrivers) && from.kind != sqlDriver && from.kind != program {
		return "only the SQL stores import a driver"
	}
	return ""
}

// kindEdge holds what floors alone do not say.
func kindEdge(from, to room) string {
	in := func(k kind, kinds ...kind) bool { return slices.Contains(kinds, k) }
	switch {
	case to.kind == testHelper && from.kind != testHelper:
		return "it is for tests only"
	case from.kind == ai && to.kind == ai:
		return "an AI package knows no other"
	case in(from.kind, ai, numeric) && to.kind != numeric:
		return "AI packages import numeric helpers only"
	case to.kind == ai && from.floor < 4.9:
		return "internal/connect brings the shop and the AI packages together"
	case from.kind == leaf && in(to.kind, leaf, provider):
		return "leaves never import each other"
	case from.kind == provider && to.kind == leaf && !within(from.pattern, to.pattern):
		return "a provider imports its own leaf only"
	case from.kind == flow && !in(to.kind, vocabulary, leaf, quote, flow, support):
		return "flows import leaves, quote and lower flows only"
	case (from.kind == sqlText || within(from.pattern, "storage")) && in(to.kind, flow, quote):
		return "storage and flows do not know each other"
	case in(to.kind, sqlBase, sqlText) && from.kind != sqlText && !within(from.pattern, "storage"):
		return "SQL stays behind storage"
	}
	return ""
}
