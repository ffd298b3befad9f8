package imaging

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
)

func TestOthersAreRefusedByName(t *testing.T) {
	t.Parallel()
	for file, name := range map[string]string{
		"": "an empty file", "hello": "this kind of file", "%PDF-1.7": "PDF", "BM123456": "BMP", "PK\x03\x04aa": "a ZIP archive",
		`<?xml version="1.0"?><SVG onload="x()"/>`: "SVG", "\ufeff  <svg/>": "SVG", "<!DOCTYPE html><script>": "HTML",
		"\x00\x00\x00\x20ftypavif": "AVIF", "\x00\x00\x00\x20ftypheic": "HEIC", "\x00\x00\x00\x20ftypisom": "a video",
		"RIFF\x00\x00\x00\x00WAVE": "this kind of file", "MM\x00*": "TIFF",
	} {
		_, err := Render(t.Context(), []byte(file), Config{})
		require.ErrorContains(t, err, name)
		require.Equal(t, "image_type", core.CodeOf(err))
		require.True(t, core.IsKind(err, core.KindInvalid))
	}
}

// bombPNG declares a size that its data does not have.
func bombPNG(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	head = append(binary.BigEndian.AppendUint32(head, h), 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

func TestBombsAreRefusedBeforeDecoding(t *testing.T) {
	t.Parallel()
	giant := asJPEG(t, halves(8, 8))
	sof := bytes.Index(giant, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(giant[sof+5:], 60000)
	binary.BigEndian.PutUint16(giant[sof+7:], 60000)
	canvas := []byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + "\x00\x00\x00\x00" + "\xff\x7f\x00" + "\xff\x7f\x00")
	scans := slices.Concat(asJPEG(t, halves(8, 8)), bytes.Repeat([]byte{0xff, 0xda}, maxScans))

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, file := range map[string][]byte{"png": bombPNG(50_000, 50_000), "gif": []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"),
		"jpeg": giant, "webp": canvas, "scans": scans, "long": bombPNG(1, 70_000)} {
		_, err := Render(t.Context(), file, Config{})
		require.Equal(t, "image_too_large", core.CodeOf(err), "%s: %v", name, err)
		require.True(t, core.IsKind(err, core.KindTooLarge))
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(512<<20), "other tests run beside this one")

	_, err := Render(t.Context(), make([]byte, 10<<20+1), Config{})
	require.Equal(t, "image_too_large", core.CodeOf(err))
	_, err = Render(t.Context(), asPNG(t, halves(100, 100)), Config{MaxPixels: 9_999})
	require.Equal(t, "image_too_large", core.CodeOf(err))
	_, err = Render(t.Context(), asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 100, 100))), Config{MaxPixels: 19_999})
	require.Equal(t, "image_too_large", core.CodeOf(err), "16 bits a channel count double")
}

func TestTruncatedAndBentFiles(t *testing.T) {
	t.Parallel()
	for _, whole := range [][]byte{asJPEG(t, halves(64, 64)), asPNG(t, halves(64, 64)), onePixel} {
		for n := 0; n < len(whole)-12; n += max(len(whole)/40, 1) {
			if _, err := Render(t.Context(), whole[:n], Config{}); err != nil {
				require.Contains(t, []string{"image_broken", "image_type"}, core.CodeOf(err))
			}
		}
		for n := 12; n < len(whole); n += max(len(whole)/60, 1) {
			bent := slices.Clone(whole)
			bent[n] ^= 0x5a
			if _, err := Render(t.Context(), bent, Config{}); err != nil {
				require.NotEqual(t, core.KindInternal, core.KindOf(err))
			}
		}
	}
}

func TestPolyglotsLoseTheirOtherFace(t *testing.T) {
	t.Parallel()
	const script = "<script>alert(document.cookie)</script>"
	commented := asJPEG(t, halves(64, 64))
	comment := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(len(script)+2))
	commented = slices.Concat(commented[:2], comment, []byte(script), commented[2:])
	for _, file := range [][]byte{commented, append(asPNG(t, halves(64, 64)), script...), append(asJPEG(t, halves(64, 64)), "PK\x03\x04"+script...)} {
		r, err := Render(t.Context(), file, Config{Square: 32})
		require.NoError(t, err)
		for _, p := range r.Renditions {
			require.NotContains(t, string(p.Data), "script")
			require.NotContains(t, string(p.Data), "PK\x03\x04")
		}
	}
}

func TestGuardedTurnsPanicsIntoErrors(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, guarded(func() error { panic("index out of range") }), "index out of range")
}

func FuzzRender(f *testing.F) {
	for _, seed := range [][]byte{asJPEG(f, halves(16, 9)), withExif(asJPEG(f, halves(9, 16)), 6), asPNG(f, halves(16, 9)), onePixel,
		[]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"), []byte("<svg/>")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Render(t.Context(), data, Config{MaxPixels: 1 << 14, Widths: []int{8, 32}, Square: 8})
		if err != nil {
			require.NotEqual(t, core.KindInternal, core.KindOf(err), "%v", err)
			return
		}
		require.NotEmpty(t, r.Renditions)
		for _, p := range r.Renditions {
			info, err := Inspect(p.Data, Config{})
			require.NoError(t, err)
			require.Equal(t, Info{p.ContentType, p.Width, p.Height}, info)
			require.LessOrEqual(t, p.Width, r.Width)
		}
	})
}

func BenchmarkRenderPhoto(b *testing.B) {
	data := asJPEG(b, halves(6000, 4000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Render(b.Context(), data, Config{}); err != nil {
			b.Fatal(err)
		}
	}
}
