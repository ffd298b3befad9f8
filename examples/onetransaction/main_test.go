package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOrderAndSeatCommitTogether(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	require.NoError(t, run(context.Background(), filepath.Join(t.TempDir(), "shop.db"), out))
	got, err := os.ReadFile(out.Name())
	require.NoError(t, err)
	require.Equal(t, "bob@example.org did not get the seat, and has no order\nann@example.org placed €99.00\n", string(got))
}
