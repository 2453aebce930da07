package main

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"
)

// gocloudS3 is gocloud.dev/blob over the SDK.
type gocloudS3 struct{ bucket *blob.Bucket }

func gocloudS3Of(c cell) (s3Client, error) {
	settings, err := awsConfig(c)
	if err != nil {
		return nil, err
	}
	api := s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = !c.virtual })
	bucket, err := s3blob.OpenBucketV2(ctx, api, c.place, nil)
	return gocloudS3{bucket}, err
}

func (s gocloudS3) refused(err error) bool { return gcerrors.Code(err) == gcerrors.FailedPrecondition }

func (s gocloudS3) put(key string, body []byte) error { return s.bucket.WriteAll(ctx, key, body, nil) }

func (s gocloudS3) large(key string, body []byte) error { return s.put(key, body) }

func (s gocloudS3) create(key string, body []byte) error {
	return s.bucket.WriteAll(ctx, key, body, &blob.WriterOptions{IfNotExist: true})
}

func (s gocloudS3) swap(string, []byte, string) error {
	return notOffered("a write has IfNotExist; other conditions only where BeforeWrite hands out the SDK's own request")
}

func (s gocloudS3) read(key string) ([]byte, string, error) {
	told, err := s.bucket.Attributes(ctx, key)
	if err != nil {
		return nil, "", err
	}
	body, err := s.bucket.ReadAll(ctx, key)
	return body, told.ETag, err
}

func (s gocloudS3) unless(string, string) (bool, error) {
	return false, notOffered("reads have no conditions")
}

func (s gocloudS3) parts(key string, bodies [][]byte) error {
	writer, err := s.bucket.NewWriter(ctx, key, &blob.WriterOptions{IfNotExist: true, BufferSize: len(bodies[0])})
	if err != nil {
		return err
	}
	for _, body := range bodies {
		if _, err := writer.Write(body); err != nil {
			return first(writer.Close(), err)
		}
	}
	return writer.Close()
}

func (s gocloudS3) copy(from, to string) error { return s.bucket.Copy(ctx, to, from, nil) }

func (s gocloudS3) list(prefix string) ([]string, error) {
	var keys []string
	for entry, err := range s.entries(prefix) {
		if err != nil {
			return nil, err
		}
		keys = append(keys, entry)
	}
	return keys, nil
}

func (s gocloudS3) entries(prefix string) func(func(string, error) bool) {
	listed := s.bucket.List(&blob.ListOptions{Prefix: prefix})
	return func(yield func(string, error) bool) {
		for entry, err := listed.Next(ctx); err == nil; entry, err = listed.Next(ctx) {
			if !yield(entry.Key, nil) {
				return
			}
		}
	}
}

func (s gocloudS3) delete(key string) error { return s.bucket.Delete(ctx, key) }

func (s gocloudS3) versions(string) ([]string, error) { return nil, notOffered("it knows no versions") }

func (s gocloudS3) presign(string) (string, http.Header, error) {
	return "", nil, notOffered("SignedURL takes no conditions")
}

func (s gocloudS3) checked(string, []byte, []byte) error {
	return notOffered("it takes Content-MD5 and no other checksum")
}
