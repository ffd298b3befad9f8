package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// mayFloat are files under commerce/ that use floats, by their path in the
// module, with the reason why no money is in them.
var mayFloat = map[string]string{
	"commerce/analytics/service.go": "shares and ranks of searches",
	"commerce/analytics/types.go":   "shares and ranks of searches",
	"commerce/catalog/attribute.go": "a numeric attribute is a measurement in its own unit",
}

// restingExamples are packages whose Examples are compiled and not run.
var restingExamples = map[string]string{
	"storage/postgres": "it needs a server, and an Example cannot skip where there is none",
}

func TestPublicPackagesTellTheirStory(t *testing.T) {
	t.Parallel()
	h := house{module: module}
	for _, p := range list(t) {
		path, _ := h.inside(p.ImportPath)
		r, placed := roomOf(path)
		if !public(path) || !placed {
			continue
		}
		fset := token.NewFileSet()
		sources, err := parse(fset, p.Dir, p.GoFiles...)
		require.NoError(t, err)
		tests, err := parse(fset, p.Dir, slices.Concat(p.TestGoFiles, p.XTestGoFiles)...)
		require.NoError(t, err)
		if !commented(sources) {
			t.Errorf("%s has no package comment that begins %q", path, "Package ...")
		}
		if r.kind != testHelper && !exemplified(tests, restingExamples[path] != "") {
			t.Errorf("%s has no Example with an // Output comment", path)
		}
	}
}

func TestMoneyMeetsNoFloat(t *testing.T) {
	t.Parallel()
	h := house{module: module}
	used := map[string]bool{}
	for _, p := range list(t) {
		path, _ := h.inside(p.ImportPath)
		if !within(path, "commerce") {
			continue
		}
		fset := token.NewFileSet()
		for _, name := range p.GoFiles {
			files, err := parse(fset, p.Dir, name)
			require.NoError(t, err)
			found := floats(fset, files[0])
			file := path + "/" + name
			if mayFloat[file] != "" {
				used[file] = len(found) > 0
				continue
			}
			for _, where := range found {
				t.Errorf("%s: money is never a float", where)
			}
		}
	}
	for file, reason := range mayFloat {
		require.NotEmpty(t, reason, file)
		require.True(t, used[file], "%s uses no float any more: remove it from mayFloat", file)
	}
}

func parseText(t *testing.T, fset *token.FileSet, text string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(fset, "x.go", text, parser.ParseComments)
	require.NoError(t, err)
	return f
}

func TestStoryRulesCanFail(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	files := func(texts ...string) (parsed []*ast.File) {
		for _, text := range texts {
			parsed = append(parsed, parseText(t, fset, text))
		}
		return parsed
	}
	require.False(t, commented(files("package cart\n", "// Things about carts.\npackage cart\n")))
	require.True(t, commented(files("package cart\n", "// Package cart keeps carts.\npackage cart\n")))

	silent := files("package cart_test\nfunc Example() { println(1) }\n")
	require.False(t, exemplified(nil, false))
	require.False(t, exemplified(silent, false), "an Example without output does not run")
	require.False(t, exemplified(nil, true), "one that may rest is still needed")
	require.True(t, exemplified(silent, true))
	require.True(t, exemplified(files("package cart_test\nfunc Example() {\n\tprintln(1)\n\t// Output: 1\n}\n"), false))
}

func TestFloatsCanFail(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	for _, text := range []string{
		"type T struct { Price float64 }", "func f(x []float32) {}", "var x = 0.5", "var x = 1e3",
		`var x, _ = strconv.ParseFloat("1", 64)`, "var x big.Float", "var x = r.Float64()",
	} {
		require.NotEmpty(t, floats(fset, parseText(t, fset, "package p\n"+text)), text)
	}
	require.Empty(t, floats(fset, parseText(t, fset, "package p\n// a float64 is never money\nvar floating, x = \"0.5 float64\", 0x1f\n")))
}
