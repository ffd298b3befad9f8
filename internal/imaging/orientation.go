package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation reads the EXIF orientation, 1 to 8; 1 (upright) when there is
// none or it makes no sense.
func orientation(contentType string, data []byte) int {
	switch contentType {
	case JPEG:
		return tiffOrientation(jpegExif(data))
	case PNG:
		return tiffOrientation(chunk(data, 8, "eXIf", pngChunk))
	case WebP:
		return tiffOrientation(bytes.TrimPrefix(chunk(data, 12, "EXIF", riffChunk), []byte("Exif\x00\x00")))
	}
	return 1
}

// jpegExif returns the TIFF structure of the first EXIF segment.
func jpegExif(data []byte) []byte {
	for rest := data[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker := rest[1]
		if marker == 0xff { // fill byte
			rest = rest[1:]
			continue
		}
		size := int(binary.BigEndian.Uint16(rest[2:]))
		if marker == 0xda || marker == 0xd9 || size < 2 || len(rest) < 2+size {
			return nil
		}
		if body, ok := bytes.CutPrefix(rest[4:2+size], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return body
		}
		rest = rest[2+size:]
	}
	return nil
}

// chunk finds the body of the first chunk of a name. read tells, at a chunk's
// beginning, its name, where its body begins, how long that is, and how long
// the whole chunk is.
func chunk(data []byte, start int, name string, read func([]byte) (string, int, int, int)) []byte {
	for rest := data[min(start, len(data)):]; len(rest) >= 8; {
		n, from, size, whole := read(rest)
		if size < 0 || whole <= 0 || from+size > len(rest) {
			return nil
		}
		if n == name {
			return rest[from : from+size]
		}
		rest = rest[min(whole, len(rest)):]
	}
	return nil
}

func pngChunk(b []byte) (string, int, int, int) {
	size := int(int32(binary.BigEndian.Uint32(b)))
	return string(b[4:8]), 8, size, size + 12
}

func riffChunk(b []byte) (string, int, int, int) {
	size := int(int32(binary.LittleEndian.Uint32(b[4:])))
	return string(b[:4]), 8, size, 8 + size + size&1
}

// tiffOrientation reads the tag from the first directory.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(b[:4]) {
	case "II*\x00":
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	dir := b[at:]
	count := int(order.Uint16(dir))
	for dir = dir[2:]; count > 0 && len(dir) >= 12; count-- {
		const tag, short = 0x0112, 3
		if order.Uint16(dir) == tag && order.Uint16(dir[2:]) == short {
			if o := int(order.Uint16(dir[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		dir = dir[12:]
	}
	return 1
}

// orient turns a picture that was stored with the orientation upright.
func orient(src *image.RGBA, o int) *image.RGBA {
	if o == 1 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	dw, dh := w, h
	if o >= 5 {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range dh {
		for x := range dw {
			sx, sy := x, y
			switch o {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}
