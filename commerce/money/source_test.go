package money_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNoFloats reads the package's own sources, tests included: money that
// passes through a float once is no longer exact.
func TestNoFloats(t *testing.T) {
	t.Parallel()
	banned := map[string]bool{"float32": true, "float64": true, "complex64": true, "complex128": true, "Float": true, "Float32": true,
		"Float64": true, "NewFloat": true, "ParseFloat": true, "FormatFloat": true, "AppendFloat": true}
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	seen := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		seen++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, f.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				require.False(t, banned[n.Name], "%s: %s", set.Position(n.Pos()), n.Name)
			case *ast.BasicLit:
				require.False(t, n.Kind == token.FLOAT || n.Kind == token.IMAG, "%s: %s", set.Position(n.Pos()), n.Value)
			}
			return true
		})
		if strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		for _, imp := range file.Imports {
			path, err := strconv.Unquote(imp.Path.Value)
			require.NoError(t, err)
			root, _, _ := strings.Cut(path, "/")
			require.NotContains(t, root, ".", "%s imports beyond the standard library", f.Name())
		}
	}
	require.Greater(t, seen, 10)
}
