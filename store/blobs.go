package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/memblob" // mem://
	_ "gocloud.dev/blob/s3blob"  // s3://
	"gocloud.dev/gcerrors"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
)

var _ portfolio.Blobs = (*Blobs)(nil)

// Blobs keeps files by name: in a folder, in a storage that speaks S3, or, for
// tests, in memory. It is safe for concurrent use.
//
// The errors of the drivers name paths and buckets. They are causes for the log;
// people are told a message.
type Blobs struct {
	bucket *blob.Bucket
}

// OpenBlobs opens the storage at an address: file:///folder, which is made where it
// is missing and read by its owner alone, s3://bucket?region=…, with the settings
// of gocloud.dev/blob/s3blob, or mem://.
func OpenBlobs(ctx context.Context, address string) (*Blobs, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fault.New(fault.Usage, "store.blobs.url", errors.New("not an address"))
	}
	var b *blob.Bucket
	switch u.Scheme {
	case "file":
		// Files come into being beside their place: the folder of the system
		// may be on another disk. What we keep needs no notes beside it.
		b, err = (&fileblob.URLOpener{Options: fileblob.Options{
			CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
		}}).OpenBucketURL(ctx, u)
	case "s3", "mem":
		b, err = blob.OpenBucket(ctx, address)
	default:
		return nil, fault.New(fault.Usage, "store.blobs.url", fmt.Errorf("scheme %q", u.Scheme))
	}
	if err != nil {
		return nil, fmt.Errorf("opening the storage of files: %w", blobFault(err))
	}
	return &Blobs{bucket: b}, nil
}

// Close gives the storage back.
func (b *Blobs) Close() error { return b.bucket.Close() }

// Ready asks the storage for an answer.
func (b *Blobs) Ready(ctx context.Context) error {
	ok, err := b.bucket.IsAccessible(ctx)
	if err == nil && !ok {
		err = errors.New("the storage of files is not there")
	}
	if err != nil {
		return fault.New(fault.Unavailable, "store.blobs.unavailable", err)
	}
	return nil
}

// Put keeps what r gives under a name, all of it or nothing. See portfolio.Blobs.
func (b *Blobs) Put(ctx context.Context, name string, r io.Reader) error {
	// A writer whose context has ended when it is closed keeps nothing.
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	var file *os.File // where the storage is a folder
	w, err := b.bucket.NewWriter(ctx, name, &blob.WriterOptions{
		IfNotExist:                  true,
		ContentType:                 "application/octet-stream",
		DisableContentTypeDetection: true,
		BeforeWrite: func(as func(any) bool) error {
			if as(&file) {
				return file.Chmod(0o600)
			}
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("keeping a file: %w", blobFault(err))
	}
	_, err = io.Copy(w, r)
	if err == nil && file != nil {
		err = file.Sync() // what was kept is on the disk
	}
	if err != nil {
		abort()
	}
	if closed := w.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("keeping a file: %w", blobFault(err))
	}
	return nil
}

// Open gives what is kept under a name. See portfolio.Blobs.
func (b *Blobs) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	r, err := b.bucket.NewReader(ctx, name, nil)
	if err != nil {
		return nil, fmt.Errorf("opening a file: %w", blobFault(err))
	}
	return r, nil
}

// Remove takes away what is kept under a name. See portfolio.Blobs.
func (b *Blobs) Remove(ctx context.Context, name string) error {
	err := b.bucket.Delete(ctx, name)
	if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("removing a file: %w", blobFault(err))
	}
	return nil
}

// blobFault gives an error of a driver a Kind. One that came from the reader of what
// was to be kept has its own.
func blobFault(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	switch gcerrors.Code(err) {
	case gcerrors.NotFound:
		return fault.New(fault.NotFound, "store.blobs.none", err)
	case gcerrors.FailedPrecondition, gcerrors.AlreadyExists:
		return fault.New(fault.Conflict, "store.blobs.taken", err)
	}
	return fault.New(fault.Unavailable, "store.blobs.unavailable", err)
}
