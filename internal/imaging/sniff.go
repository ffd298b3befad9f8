package imaging

import (
	"bytes"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// The content types that are accepted.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	GIF  = "image/gif" // its first frame
	WebP = "image/webp"
)

// Sniff tells the content type by the first bytes, or refuses with the code
// "image_type" and what the file seems to be.
func Sniff(data []byte) (string, error) {
	has := func(prefix string) bool { return bytes.HasPrefix(data, []byte(prefix)) }
	switch {
	case has("\xff\xd8\xff"):
		return JPEG, nil
	case has("\x89PNG\r\n\x1a\n"):
		return PNG, nil
	case has("GIF87a"), has("GIF89a"):
		return GIF, nil
	case isWebP(data):
		return WebP, nil
	}
	e := core.Errorf(core.KindInvalid, "image_type", "%s is not accepted: send JPEG, PNG, WebP or GIF", guess(data))
	e.Field = "data"
	return "", e
}

func isWebP(data []byte) bool {
	return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// guess names a refused file for its owner's sake.
func guess(data []byte) string {
	if len(data) == 0 {
		return "an empty file"
	}
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		switch brand := string(data[8:12]); {
		case strings.HasPrefix(brand, "avi"):
			return "AVIF"
		case strings.HasPrefix(brand, "hei"), strings.HasPrefix(brand, "hev"), brand == "mif1", brand == "msf1":
			return "HEIC"
		}
		return "a video"
	}
	for _, known := range [][2]string{{"BM", "BMP"}, {"II*\x00", "TIFF"}, {"MM\x00*", "TIFF"}, {"%PDF", "PDF"}, {"8BPS", "a Photoshop file"},
		{"PK\x03\x04", "a ZIP archive"}, {"\x00\x00\x01\x00", "an icon"}, {"\xff\x0a", "JPEG XL"}, {"\x00\x00\x00\x0cJXL ", "JPEG XL"}} {
		if strings.HasPrefix(string(data[:min(len(data), 12)]), known[0]) {
			return known[1]
		}
	}
	text := strings.ToLower(string(data[:min(len(data), 4096)]))
	switch {
	case strings.Contains(text, "<svg"):
		return "SVG (it can carry scripts)"
	case strings.Contains(text, "<html"), strings.Contains(text, "<!doctype"), strings.Contains(text, "<script"):
		return "HTML"
	}
	return "this kind of file"
}
