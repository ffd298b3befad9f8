package imaging

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"golang.org/x/image/webp"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Config bounds and shapes what Render makes. The zero value is right for a shop.
type Config struct {
	// MaxBytes bounds the file. Default 10 MiB.
	MaxBytes int
	// MaxPixels bounds width times height, looked up before decoding; pictures
	// with 16 bits a channel count double. Default 40 million.
	MaxPixels int64
	// Widths of the renditions in pixels. A picture narrower than one of them
	// gets a rendition of its own width instead. Default 160, 480, 1200.
	Widths []int
	// Quality of JPEG renditions, 1 to 100. Default 85.
	Quality int
	// Square is the side of an additional square rendition, cut around Focus.
	// Default 0: none.
	Square int
	// Focus is the point the square keeps in view. Default the middle.
	Focus *Point
}

// Point is a place in a picture: thousandths of its width and height.
type Point struct{ X, Y int }

func (c Config) withDefaults() Config {
	c.MaxBytes = cmp.Or(c.MaxBytes, 10<<20)
	c.MaxPixels = cmp.Or(c.MaxPixels, 40_000_000)
	c.Quality = cmp.Or(c.Quality, 85)
	if len(c.Widths) == 0 {
		c.Widths = []int{160, 480, 1200}
	}
	if c.Focus == nil {
		c.Focus = &Point{500, 500}
	}
	return c
}

// Info is what a file's header tells.
type Info struct {
	ContentType   string
	Width, Height int // as stored, before turning upright
}

// Result is a picture made safe.
type Result struct {
	Info              // Width and Height as shown, upright
	Color      string // the colour most of it has: "#rrggbb", for placeholders
	Hash       string // SHA-256 of the file, hexadecimal
	Renditions []Rendition
}

// Rendition is one encoding of a picture: JPEG, or PNG when parts of it are
// transparent.
type Rendition struct {
	Width, Height int
	Square        bool // cut to a square
	ContentType   string
	Hash          string // SHA-256 of Data, hexadecimal
	Data          []byte
}

// maxScans bounds the passes of a progressive JPEG: real ones have about ten,
// while a crafted file could ask for a hundred thousand over every pixel.
const maxScans = 100

// Inspect reads type and size without decoding pixels and applies the caps.
// Errors have the codes "image_type", "image_broken" and "image_too_large".
func Inspect(data []byte, cfg Config) (Info, error) {
	cfg = cfg.withDefaults()
	if len(data) > cfg.MaxBytes {
		return Info{}, tooLarge("it has %d bytes, more than %d", len(data), cfg.MaxBytes)
	}
	contentType, err := Sniff(data)
	if err != nil {
		return Info{}, err
	}
	var head image.Config
	err = guarded(func() (err error) {
		head, err = codecs[contentType].config(bytes.NewReader(data))
		return err
	})
	if err != nil {
		return Info{}, broken(contentType, err)
	}
	pixels := int64(head.Width) * int64(head.Height)
	if head.ColorModel == color.RGBA64Model || head.ColorModel == color.NRGBA64Model {
		pixels *= 2
	}
	switch {
	case head.Width < 1 || head.Height < 1:
		return Info{}, broken(contentType, errors.New("it has no pixels"))
	case pixels > cfg.MaxPixels || head.Width >= 1<<16 || head.Height >= 1<<16:
		return Info{}, tooLarge("it has %d x %d pixels, more than %d", head.Width, head.Height, cfg.MaxPixels)
	case contentType == JPEG && bytes.Count(data, []byte("\xff\xda")) > maxScans:
		return Info{}, tooLarge("it has more than %d scans", maxScans)
	}
	return Info{ContentType: contentType, Width: head.Width, Height: head.Height}, nil
}

// Render makes the renditions of a file. The context is obeyed while decoding
// and between rows. Errors are those of Inspect, and the context's.
func Render(ctx context.Context, data []byte, cfg Config) (Result, error) {
	cfg = cfg.withDefaults()
	info, err := Inspect(data, cfg)
	if err != nil {
		return Result{}, err
	}
	src, err := decode(ctx, info.ContentType, data)
	if err != nil {
		return Result{}, err
	}
	turned := orientation(info.ContentType, data)
	stored := src.Bounds()
	info.Width, info.Height = stored.Dx(), stored.Dy()
	if turned >= 5 {
		info.Width, info.Height = info.Height, info.Width
	}
	out := Result{Info: info, Hash: digest(data)}

	var widths []int
	for _, w := range cfg.Widths {
		widths = append(widths, max(min(w, info.Width), 1))
	}
	slices.Sort(widths)
	widths = slices.Compact(widths)
	var from *image.RGBA // the largest; the smaller ones are made from it
	for _, w := range slices.Backward(widths) {
		h := max((info.Height*w+info.Width/2)/info.Width, 1)
		var picture *image.RGBA
		if from == nil {
			sw, sh := w, h
			if turned >= 5 {
				sw, sh = h, w
			}
			if picture, err = scale(ctx, src, stored, sw, sh); err != nil {
				return Result{}, err
			}
			src = nil // the decoded original can go
			picture = orient(picture, turned)
			from = picture
		} else if picture, err = scale(ctx, from, from.Bounds(), w, h); err != nil {
			return Result{}, err
		}
		r, err := encode(picture, cfg.Quality)
		if err != nil {
			return Result{}, err
		}
		out.Renditions = append(out.Renditions, r)
	}
	slices.Reverse(out.Renditions)
	if cfg.Square > 0 {
		r, err := square(ctx, from, cfg)
		if err != nil {
			return Result{}, err
		}
		out.Renditions = append(out.Renditions, r)
	}
	out.Color, err = dominant(ctx, from)
	return out, err
}

// Square cuts a square of cfg.Square pixels around cfg.Focus out of a
// rendition that Render made.
func Square(ctx context.Context, data []byte, cfg Config) (Rendition, error) {
	cfg = cfg.withDefaults()
	info, err := Inspect(data, cfg)
	if err != nil {
		return Rendition{}, err
	}
	src, err := decode(ctx, info.ContentType, data)
	if err != nil {
		return Rendition{}, err
	}
	return square(ctx, src, cfg)
}

func square(ctx context.Context, src image.Image, cfg Config) (Rendition, error) {
	b := src.Bounds()
	side := min(b.Dx(), b.Dy())
	place := func(length, focus int) int { return min(max(length*focus/1000-side/2, 0), length-side) }
	corner := b.Min.Add(image.Pt(place(b.Dx(), cfg.Focus.X), place(b.Dy(), cfg.Focus.Y)))
	to := max(min(cfg.Square, side), 1)
	picture, err := scale(ctx, src, image.Rectangle{corner, corner.Add(image.Pt(side, side))}, to, to)
	if err != nil {
		return Rendition{}, err
	}
	r, err := encode(picture, cfg.Quality)
	r.Square = true
	return r, err
}

type codec struct {
	config func(io.Reader) (image.Config, error)
	pixels func(io.Reader) (image.Image, error)
}

var codecs = map[string]codec{
	JPEG: {jpeg.DecodeConfig, jpeg.Decode},
	PNG:  {png.DecodeConfig, png.Decode},
	GIF:  {gif.DecodeConfig, gif.Decode},
	WebP: {webp.DecodeConfig, webp.Decode},
}

func decode(ctx context.Context, contentType string, data []byte) (m image.Image, err error) {
	err = guarded(func() error {
		m, err = codecs[contentType].pixels(&obedient{ctx, bytes.NewReader(data)})
		return err
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, broken(contentType, err)
	}
	if m.Bounds().Empty() {
		return nil, broken(contentType, errors.New("it has no pixels"))
	}
	return m, nil
}

// obedient is a reader that ends with its context.
type obedient struct {
	ctx context.Context
	r   io.Reader
}

func (o *obedient) Read(p []byte) (int, error) {
	if err := o.ctx.Err(); err != nil {
		return 0, err
	}
	return o.r.Read(p)
}

// guarded turns a panic of a decoder into an error: a hostile file must not
// take the program down.
func guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the decoder panicked: %v", p)
		}
	}()
	return fn()
}

func encode(m *image.RGBA, quality int) (Rendition, error) {
	var buf bytes.Buffer
	r := Rendition{Width: m.Bounds().Dx(), Height: m.Bounds().Dy(), ContentType: JPEG}
	var err error
	if m.Opaque() {
		err = jpeg.Encode(&buf, m, &jpeg.Options{Quality: quality})
	} else {
		r.ContentType = PNG
		err = png.Encode(&buf, m)
	}
	r.Data = buf.Bytes()
	r.Hash = digest(r.Data)
	return r, err
}

// dominant returns the mean of the colours in the fullest of 512 boxes.
func dominant(ctx context.Context, m *image.RGBA) (string, error) {
	small, err := scale(ctx, m, m.Bounds(), min(64, m.Bounds().Dx()), min(64, m.Bounds().Dy()))
	if err != nil {
		return "", err
	}
	var boxes [512]struct{ n, r, g, b int }
	best := 0
	for p := small.Pix; len(p) >= 4; p = p[4:] {
		if p[3] < 128 {
			continue
		}
		c := color.NRGBAModel.Convert(color.RGBA{p[0], p[1], p[2], p[3]}).(color.NRGBA)
		i := int(c.R>>5)<<6 | int(c.G>>5)<<3 | int(c.B>>5)
		b := &boxes[i]
		b.n, b.r, b.g, b.b = b.n+1, b.r+int(c.R), b.g+int(c.G), b.b+int(c.B)
		if b.n > boxes[best].n {
			best = i
		}
	}
	b := boxes[best]
	if b.n == 0 {
		return "#ffffff", nil
	}
	return fmt.Sprintf("#%02x%02x%02x", b.r/b.n, b.g/b.n, b.b/b.n), nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func broken(contentType string, err error) error {
	return &core.Error{Kind: core.KindInvalid, Code: "image_broken", Field: "data", Message: "this " + contentType + " cannot be read", Err: err}
}

func tooLarge(format string, args ...any) error {
	e := core.Errorf(core.KindTooLarge, "image_too_large", "the picture is too large: "+format, args...)
	e.Field = "data"
	return e
}
