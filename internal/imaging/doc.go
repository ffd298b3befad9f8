// Package imaging turns an uploaded file into pictures that are safe to show:
// it looks at the content and never at a name, refuses what is not a plain
// raster picture, bounds bytes and pixels before decoding, turns the picture
// upright and encodes it anew, so that no metadata (place, camera, comments)
// and no foreign bytes survive.
//
//	r, err := imaging.Render(ctx, upload, imaging.Config{})
//	for _, p := range r.Renditions { // 160, 480 and 1200 pixels wide, never upscaled
//		save(p.Hash, p.ContentType, p.Data)
//	}
//
// Everything here is a pure function of bytes. Decoding a picture at the cap
// takes some hundred megabytes: callers bound how many run at once.
package imaging
