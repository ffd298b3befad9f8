package imaging

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
)

var (
	red  = color.NRGBA{220, 20, 30, 255}
	blue = color.NRGBA{20, 40, 210, 255}
)

// halves draws a picture that is red on the left quarter and blue elsewhere.
func halves(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, blue)
			if x < w/4 {
				m.SetNRGBA(x, y, red)
			}
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

// withExif adds an EXIF segment with an orientation and a secret place.
func withExif(file []byte, o uint16) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, o)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00SECRET PLACE"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return slices.Concat(file[:2], segment, body, file[2:])
}

func at(t *testing.T, r Rendition, x, y int) color.NRGBA {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(r.Data))
	require.NoError(t, err)
	return color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
}

func near(t *testing.T, want, got color.NRGBA) {
	t.Helper()
	for _, d := range []int{int(want.R) - int(got.R), int(want.G) - int(got.G), int(want.B) - int(got.B), int(want.A) - int(got.A)} {
		require.True(t, d >= -12 && d <= 12, "wanted about %v, got %v", want, got)
	}
}

func TestRenditions(t *testing.T) {
	t.Parallel()
	r, err := Render(t.Context(), asJPEG(t, halves(1000, 500)), Config{})
	require.NoError(t, err)
	require.Equal(t, Info{JPEG, 1000, 500}, r.Info)
	var sizes [][2]int
	for _, p := range r.Renditions {
		sizes = append(sizes, [2]int{p.Width, p.Height})
		require.Equal(t, JPEG, p.ContentType)
		require.Len(t, p.Hash, 64)
		near(t, red, at(t, p, p.Width/10, p.Height/2))
		near(t, blue, at(t, p, p.Width/2, p.Height/2))
	}
	require.Equal(t, [][2]int{{160, 80}, {480, 240}, {1000, 500}}, sizes, "never upscaled")
	require.Equal(t, "#", r.Color[:1])
	require.Equal(t, "d", r.Color[5:6], "mostly blue: %s", r.Color)

	again, err := Render(t.Context(), asJPEG(t, halves(1000, 500)), Config{})
	require.NoError(t, err)
	require.Equal(t, r, again, "a pure function")
}

func TestTinyAndThinPictures(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{1, 1}, {3, 2}, {2000, 1}, {1, 3000}} {
		r, err := Render(t.Context(), asPNG(t, halves(size[0], size[1])), Config{Square: 100})
		require.NoError(t, err)
		require.LessOrEqual(t, r.Renditions[len(r.Renditions)-1].Width, size[0])
	}
}

func TestTransparencyStays(t *testing.T) {
	t.Parallel()
	m := halves(300, 300)
	for y := range 150 {
		for x := range 300 {
			m.SetNRGBA(x, y, color.NRGBA{})
		}
	}
	r, err := Render(t.Context(), asPNG(t, m), Config{Widths: []int{100}})
	require.NoError(t, err)
	require.Equal(t, PNG, r.Renditions[0].ContentType)
	require.Zero(t, at(t, r.Renditions[0], 50, 20).A)
	near(t, blue, at(t, r.Renditions[0], 50, 80))
	near(t, blue, at(t, r.Renditions[0], 50, 53)) // no dark fringe
}

func TestExifTurnsUprightAndGoes(t *testing.T) {
	t.Parallel()
	// Where the red strip must be once upright, as tenths of width and height.
	for o, want := range map[uint16][2]int{1: {1, 5}, 2: {9, 5}, 3: {9, 5}, 4: {1, 5}, 5: {5, 1}, 6: {5, 1}, 7: {5, 9}, 8: {5, 9}} {
		r, err := Render(t.Context(), withExif(asJPEG(t, halves(400, 200)), o), Config{Widths: []int{100}})
		require.NoError(t, err)
		p := r.Renditions[0]
		require.Equal(t, o >= 5, p.Height > p.Width, "orientation %d", o)
		require.Equal(t, o >= 5, r.Height > r.Width)
		near(t, red, at(t, p, p.Width*want[0]/10, p.Height*want[1]/10))
		require.NotContains(t, string(p.Data), "SECRET")
		require.NotContains(t, string(p.Data), "Exif")
	}
}

func TestExifOfPNGAndWebP(t *testing.T) {
	t.Parallel()
	tiff := "II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"
	file := "\x89PNG\r\n\x1a\n\x00\x00\x00\x16eXIf" + tiff + "crc!"
	require.Equal(t, 6, orientation(PNG, []byte(file)))
	require.Equal(t, 6, orientation(WebP, []byte("RIFF????WEBPABCD\x01\x00\x00\x00x\x00EXIF\x16\x00\x00\x00"+tiff)))
	for n := range len(file) { // cut anywhere
		require.Contains(t, []int{1, 6}, orientation(PNG, []byte(file[:n])))
	}
	require.Equal(t, 1, tiffOrientation([]byte("II*\x00\xff\xff\xff\xff\x01")))
}

// onePixel is a transparent WebP.
var onePixel, _ = base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")

func TestOtherFormats(t *testing.T) {
	t.Parallel()
	r, err := Render(t.Context(), onePixel, Config{})
	require.NoError(t, err)
	require.Equal(t, Info{WebP, 1, 1}, r.Info)

	first := image.NewPaletted(image.Rect(0, 0, 40, 20), color.Palette{red, blue})
	second := image.NewPaletted(image.Rect(0, 0, 40, 20), color.Palette{blue, red})
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{1, 1}}))
	r, err = Render(t.Context(), b.Bytes(), Config{})
	require.NoError(t, err)
	near(t, red, at(t, r.Renditions[0], 20, 10))
}

func TestSquareKeepsTheFocus(t *testing.T) {
	t.Parallel()
	r, err := Render(t.Context(), asJPEG(t, halves(400, 100)), Config{Square: 50, Focus: &Point{100, 500}})
	require.NoError(t, err)
	sq := r.Renditions[len(r.Renditions)-1]
	require.True(t, sq.Square)
	require.Equal(t, [2]int{50, 50}, [2]int{sq.Width, sq.Height})
	near(t, red, at(t, sq, 40, 25))

	moved, err := Square(t.Context(), r.Renditions[len(r.Renditions)-2].Data, Config{Square: 50, Focus: &Point{900, 500}})
	require.NoError(t, err)
	near(t, blue, at(t, moved, 5, 25))
}

func TestContextIsObeyed(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Render(ctx, asPNG(t, halves(50, 50)), Config{})
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, core.IsKind(err, core.KindCanceled))
}
