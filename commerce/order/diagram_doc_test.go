package order_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/stretchr/testify/require"
)

// The diagrams in the documentation are those of the tables in the code.
func TestDocumentedDiagramsAreTheTables(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	require.NoError(t, err)
	require.Contains(t, string(doc), order.Diagram())
}
