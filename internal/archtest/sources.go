package archtest

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// parse reads the named Go files of a folder.
func parse(fset *token.FileSet, dir string, names ...string) ([]*ast.File, error) {
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// commented reports whether the package comment is there.
func commented(sources []*ast.File) bool {
	return slices.ContainsFunc(sources, func(f *ast.File) bool {
		return strings.HasPrefix(f.Doc.Text(), "Package "+f.Name.Name+" ")
	})
}

// exemplified reports whether the tests have an Example, one that runs unless
// it may rest.
func exemplified(tests []*ast.File, mayRest bool) bool {
	return slices.ContainsFunc(doc.Examples(tests...), func(e *doc.Example) bool {
		return mayRest || e.Output != "" || e.EmptyOutput
	})
}

// floats returns where a file uses floating point: the types, a literal such
// as 0.5, and the functions that make or give floats.
func floats(fset *token.FileSet, f *ast.File) []string {
	names := []string{"float32", "float64", "Float", "Float32", "Float64", "ParseFloat", "FormatFloat", "AppendFloat", "NewFloat", "SetFloat64"}
	var found []string
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if slices.Contains(names, n.Name) {
				found = append(found, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), n.Name))
			}
		case *ast.BasicLit:
			if n.Kind == token.FLOAT {
				found = append(found, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), n.Value))
			}
		}
		return true
	})
	return found
}
