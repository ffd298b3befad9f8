package catalog

import (
	"context"
	"io"
	"iter"
	"path"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Blobs keeps files by key: the pictures' renditions. Package storage/blob has
// it over a folder and in memory. Safe for concurrent use.
//
// A key is what [CheckBlobKey] accepts. It is made by the program, never by a
// client, and its extension says the content type.
type Blobs interface {
	// Put stores what r gives under the key, all or nothing, replacing what was
	// there. It is durable when Put returns nil.
	Put(ctx context.Context, key, contentType string, r io.Reader) error
	// Get opens a blob; the caller closes its body. An unknown key is
	// KindNotFound.
	Get(ctx context.Context, key string) (Blob, error)
	// Delete removes a blob. That there is none is no error.
	Delete(ctx context.Context, key string) error
	// List goes through the blobs whose keys begin with the prefix, in no
	// particular order. Blobs that come or go meanwhile may be seen or not. The
	// ETag may be missing.
	List(ctx context.Context, prefix string) iter.Seq2[BlobInfo, error]
}

// BlobInfo is what is known of a blob beside its content.
type BlobInfo struct {
	Key         string
	ContentType string
	Size        int64     // bytes
	ETag        string    // SHA-256 of the content, hexadecimal
	ModifiedAt  time.Time // when it was put
}

// Blob is an open blob. Body may also be an io.Seeker.
type Blob struct {
	BlobInfo
	Body io.ReadCloser
}

// blobTypes is which content types may be kept, by extension.
var blobTypes = map[string]string{".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif",
	".json": "application/json", ".txt": "text/plain; charset=utf-8", ".bin": "application/octet-stream"}

// BlobType returns the content type a key's extension stands for, "" for an
// unknown one.
func BlobType(key string) string { return blobTypes[path.Ext(key)] }

// CheckBlobKey reports a key that is not at most 200 bytes of folders and a
// name with a known extension, such as "images/img_01k9-480.jpg", in lower case
// letters, digits, "-", "_", and in the name ".". Nothing that could climb out
// of a folder passes.
func CheckBlobKey(key string) error {
	bad := core.Invalid("key", "not a blob's key")
	if len(key) > 200 || BlobType(key) == "" {
		return bad
	}
	segments := strings.Split(key, "/")
	for i, s := range segments {
		if s == "" || strings.HasPrefix(s, ".") || strings.HasPrefix(s, "-") {
			return bad
		}
		for _, c := range []byte(s) {
			lower := c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
			if !lower && (c != '.' || i < len(segments)-1) {
				return bad
			}
		}
	}
	return nil
}
