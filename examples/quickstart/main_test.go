package main

import (
	"context"
	"os"
)

func Example() {
	_ = run(context.Background(), os.Stdout)
	// Output: placed €58.00
}
