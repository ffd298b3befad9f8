package demo

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryKindHasAPicture(t *testing.T) {
	t.Parallel()
	w := Generate(Config{Now: day, Size: .02})
	seen := map[string]bool{}
	var empty bytes.Buffer
	require.NoError(t, png.Encode(&empty, Picture{Color: 0xffffff}.Image(60)))
	for _, p := range w.Pictures {
		if seen[p.Shape] {
			continue
		}
		seen[p.Shape] = true
		require.Contains(t, shapes(), p.Shape)
		a, err := p.JPEG(120)
		require.NoError(t, err)
		b, err := p.JPEG(120)
		require.NoError(t, err)
		require.Equal(t, a, b, "the same picture every time")
		blank := p
		blank.Shape = ""
		c, err := blank.JPEG(120)
		require.NoError(t, err)
		require.NotEqual(t, a, c, p.Shape)
	}
	require.Len(t, seen, len(kinds()))
}

// TestContactSheets writes all pictures, many on a sheet, to look at.
func TestContactSheets(t *testing.T) {
	dir := os.Getenv("BODEGA_DEMO_SHEETS")
	if dir == "" {
		t.Skip("set BODEGA_DEMO_SHEETS to a folder to look at the pictures")
	}
	const side, columns, rows = 200, 8, 5
	pictures := Generate(Config{Now: day, Size: .02}).Pictures
	for n := 0; len(pictures) > 0; n++ {
		sheet := image.NewRGBA(image.Rect(0, 0, side*columns, side*rows))
		for i, p := range pictures[:min(len(pictures), columns*rows)] {
			at := image.Pt(i%columns*side, i/columns*side)
			draw.Draw(sheet, image.Rectangle{at, at.Add(image.Pt(side, side))}, p.Image(side), image.Point{}, draw.Src)
		}
		pictures = pictures[min(len(pictures), columns*rows):]
		f, err := os.Create(dir + "/sheet" + string(rune('a'+n)) + ".png")
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, sheet))
		require.NoError(t, f.Close())
	}
}

func BenchmarkDraw(b *testing.B) {
	pictures := Generate(Config{Now: day, Size: .02}).Pictures
	for i := range b.N {
		_ = pictures[i%len(pictures)].Image(Side)
	}
}
