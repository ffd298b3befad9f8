package testenv

import (
	"os"
	"path/filepath"
	"testing"
)

// Data returns the path of a file of the real data sets, such as
// "online-retail/online_retail.csv.gz". They are too large for the repository:
// BODEGA_DATA names their folder, else it is shared/data beside the
// repository's own folder. Without the file the test is skipped and names it.
func Data(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("BODEGA_DATA")
	if dir == "" {
		dir = filepath.Join(Root(t), "..", "shared", "data")
	}
	return dataFile(t, dir, name)
}

func dataFile(t testing.TB, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs the data set file %s: put it there and name its folder in BODEGA_DATA (%v)", name, err)
	}
	return path
}

// Root returns the folder of the module, found upwards of the working
// directory, which for a test is the folder of its package.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("finding the module: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatalf("finding the module: no go.mod at or above the working directory")
		}
		dir = parent
	}
}
