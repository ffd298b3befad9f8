package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"runtime"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// Dir keeps blobs as plain files below one folder, which it never leaves, not
// through a symbolic link either. Several processes may share the folder. Safe
// for concurrent use.
//
// A blob lies at "<its folders>/<two hexadecimal digits>/<its name>", so that
// no folder grows too long. Files are written aside, synced and renamed: a
// reader sees a whole blob or none, also after a power cut.
type Dir struct{ root *os.Root }

var _ catalog.Blobs = (*Dir)(nil)

// unfinished is where files are written before they are renamed.
const unfinished = ".unfinished"

// Open opens the folder, making it when it is not there, and clears away what
// an earlier process left half-written for more than an hour.
func Open(folder string) (*Dir, error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, fmt.Errorf("opening the blobs' folder: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("opening the blobs' folder: %w", err)
	}
	d := &Dir{root}
	if err := d.tidy(time.Now().Add(-time.Hour)); err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("opening the blobs' folder: %w", err)
	}
	return d, nil
}

func (d *Dir) tidy(before time.Time) error {
	if err := d.root.MkdirAll(unfinished, 0o750); err != nil {
		return err
	}
	left, err := fs.ReadDir(d.root.FS(), unfinished)
	if err != nil {
		return err
	}
	for _, f := range left {
		if info, err := f.Info(); err == nil && info.ModTime().Before(before) {
			_ = d.root.Remove(unfinished + "/" + f.Name()) // the next start tries again
		}
	}
	return nil
}

// Close releases the folder.
func (d *Dir) Close() error { return d.root.Close() }

// place is where a key's file lies.
func place(key string) (folder, file string) {
	sum := sha256.Sum256([]byte(key))
	folder = path.Join(path.Dir(key), hex.EncodeToString(sum[:1]))
	return folder, folder + "/" + path.Base(key)
}

func check(ctx context.Context, key, contentType string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := catalog.CheckBlobKey(key); err != nil {
		return err
	}
	if t := catalog.BlobType(key); contentType != t {
		return core.Invalid("content_type", "is %q, while the key's extension stands for %q", contentType, t)
	}
	return nil
}

// Put implements catalog.Blobs.
func (d *Dir) Put(ctx context.Context, key, contentType string, r io.Reader) error {
	if err := check(ctx, key, contentType); err != nil {
		return err
	}
	aside := unfinished + "/" + rand.Text()
	if err := d.write(ctx, aside, r); err != nil {
		_ = d.root.Remove(aside)
		return failed("writing", err)
	}
	folder, file := place(key)
	err := d.root.MkdirAll(folder, 0o750)
	if err == nil {
		err = d.root.Rename(aside, file)
	}
	if err != nil {
		_ = d.root.Remove(aside)
		return failed("writing", err)
	}
	// The new name is durable once its folder is synced, and a new folder once
	// its parents are.
	for ; ; folder = path.Dir(folder) {
		if err := d.sync(folder); err != nil {
			return failed("syncing", err)
		}
		if folder == "." {
			return nil
		}
	}
}

func (d *Dir) write(ctx context.Context, name string, r io.Reader) (err error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := io.Copy(f, &obedient{ctx, r}); err != nil {
		return err
	}
	return f.Sync()
}

func (d *Dir) sync(folder string) error {
	if runtime.GOOS == "windows" { // has no such thing
		return nil
	}
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Get implements catalog.Blobs. The file is read once to compute its ETag; the
// body can seek.
func (d *Dir) Get(ctx context.Context, key string) (catalog.Blob, error) {
	if err := ctx.Err(); err != nil {
		return catalog.Blob{}, err
	}
	if catalog.CheckBlobKey(key) != nil {
		return catalog.Blob{}, core.NotFound("blob", key)
	}
	_, file := place(key)
	f, err := d.root.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return catalog.Blob{}, core.NotFound("blob", key)
	}
	if err != nil {
		return catalog.Blob{}, failed("reading", err)
	}
	info, err := f.Stat()
	sum := sha256.New()
	if err == nil {
		_, err = io.Copy(sum, &obedient{ctx, f})
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return catalog.Blob{}, failed("reading", err)
	}
	b := catalog.Blob{BlobInfo: about(key, info), Body: f}
	b.ETag = hex.EncodeToString(sum.Sum(nil))
	return b, nil
}

func about(key string, info fs.FileInfo) catalog.BlobInfo {
	return catalog.BlobInfo{Key: key, ContentType: catalog.BlobType(key), Size: info.Size(), ModifiedAt: info.ModTime().UTC()}
}

// Delete implements catalog.Blobs.
func (d *Dir) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if catalog.CheckBlobKey(key) != nil {
		return nil //nolint:nilerr // nothing is kept under such a key
	}
	_, file := place(key)
	if err := d.root.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed("deleting", err)
	}
	return nil
}

// List implements catalog.Blobs, without ETags.
func (d *Dir) List(ctx context.Context, prefix string) iter.Seq2[catalog.BlobInfo, error] {
	return func(yield func(catalog.BlobInfo, error) bool) {
		err := fs.WalkDir(d.root.FS(), ".", func(at string, e fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if errors.Is(err, fs.ErrNotExist) { // deleted meanwhile
				return nil
			}
			if err != nil {
				return err
			}
			if e.IsDir() {
				if at == unfinished {
					return fs.SkipDir
				}
				return nil
			}
			key := path.Join(path.Dir(path.Dir(at)), path.Base(at))
			_, file := place(key)
			if file != at || catalog.CheckBlobKey(key) != nil || !strings.HasPrefix(key, prefix) {
				return nil //nolint:nilerr // somebody else's file
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if !yield(about(key, info), nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(catalog.BlobInfo{}, failed("listing", err))
		}
	}
}

// failed classifies an error of the file system; its text, with paths of this
// machine, is for logs only.
func failed(doing string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &core.Error{Kind: core.KindUnavailable, Code: "blobs_unavailable", Message: doing + " a blob failed", Err: err}
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
