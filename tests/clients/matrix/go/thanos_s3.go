package main

import (
	"bytes"
	"io"
	"net/http"
	"os"

	"github.com/go-kit/log"
	"github.com/thanos-io/objstore"
	"github.com/thanos-io/objstore/exthttp"
	"github.com/thanos-io/objstore/providers/s3"
)

const noConditions = "uploads and reads take no conditions in this version"

// thanosS3 is the objstore of Thanos, over minio-go.
type thanosS3 struct{ bucket *s3.Bucket }

func thanosS3Of(c cell) (s3Client, error) {
	settings := s3.DefaultConfig
	settings.Bucket, settings.Endpoint, settings.Region, settings.Insecure = c.place, c.host, region, !c.tls
	settings.AccessKey, settings.SecretKey = os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	settings.BucketLookupType = s3.PathLookup
	if c.virtual {
		settings.BucketLookupType = s3.VirtualHostLookup
	}
	if c.tls {
		settings.HTTPConfig.TLSConfig = exthttp.TLSConfig{CAFile: os.Getenv("MATRIX_CERTIFICATE")}
	}
	bucket, err := s3.NewBucketWithConfig(log.NewNopLogger(), settings, "matrix", nil)
	return thanosS3{bucket}, err
}

func (s thanosS3) refused(error) bool { return false }

func (s thanosS3) put(key string, body []byte) error {
	return s.bucket.Upload(ctx, key, bytes.NewReader(body))
}

func (s thanosS3) create(string, []byte) error { return notOffered(noConditions) }

func (s thanosS3) swap(string, []byte, string) error { return notOffered(noConditions) }

// read has no ETag: an object's attributes are its size and its time.
func (s thanosS3) read(key string) ([]byte, string, error) {
	got, err := s.bucket.Get(ctx, key)
	if err != nil {
		return nil, "", err
	}
	defer got.Close()
	body, err := io.ReadAll(got)
	return body, "", err
}

func (s thanosS3) unless(string, string) (bool, error) { return false, notOffered(noConditions) }

func (s thanosS3) large(key string, body []byte) error { return s.put(key, body) }

func (s thanosS3) parts(string, [][]byte) error { return notOffered(noConditions) }

func (s thanosS3) copy(string, string) error { return notOffered("a bucket copies nothing") }

func (s thanosS3) list(prefix string) ([]string, error) {
	var keys []string
	err := s.bucket.Iter(ctx, prefix, func(key string) error {
		keys = append(keys, key)
		return nil
	}, objstore.WithRecursiveIter())
	return keys, err
}

func (s thanosS3) delete(key string) error { return s.bucket.Delete(ctx, key) }

func (s thanosS3) versions(string) ([]string, error) { return nil, notOffered("it knows no versions") }

func (s thanosS3) presign(string) (string, http.Header, error) {
	return "", nil, notOffered("it signs no URLs")
}

func (s thanosS3) checked(string, []byte, []byte) error {
	return notOffered("it takes no checksum")
}
