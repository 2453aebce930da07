package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// minioS3 is minio-go. SetMatchETag and SetMatchETagExcept are conditions on writes.
type minioS3 struct {
	client *minio.Client
	core   minio.Core
	bucket string
}

func minioS3Of(c cell) (s3Client, error) {
	options := &minio.Options{
		Creds:  credentials.NewStaticV4(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
		Secure: c.tls, Region: region, BucketLookup: minio.BucketLookupPath,
		TrailingHeaders: c.call == "checksum", // without it, it refuses checksums of the caller's
	}
	if c.virtual {
		options.BucketLookup = minio.BucketLookupDNS
	}
	if c.tls {
		pem, err := os.ReadFile(os.Getenv("MATRIX_CERTIFICATE"))
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		options.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	}
	client, err := minio.New(c.host, options)
	return minioS3{client, minio.Core{Client: client}, c.place}, err
}

func (s minioS3) refused(err error) bool {
	code := minio.ToErrorResponse(err).Code
	return code == "PreconditionFailed" || code == "ConditionalRequestConflict"
}

func (s minioS3) send(key string, body []byte, options minio.PutObjectOptions) error {
	_, err := s.client.PutObject(ctx, s.bucket, key, bytes.NewReader(body), int64(len(body)), options)
	return err
}

func (s minioS3) put(key string, body []byte) error {
	return s.send(key, body, minio.PutObjectOptions{})
}

func (s minioS3) large(key string, body []byte) error { return s.put(key, body) }

func (s minioS3) create(key string, body []byte) error {
	var options minio.PutObjectOptions
	options.SetMatchETagExcept("*")
	return s.send(key, body, options)
}

func (s minioS3) swap(key string, body []byte, etag string) error {
	var options minio.PutObjectOptions
	options.SetMatchETag(etag)
	return s.send(key, body, options)
}

func (s minioS3) get(key string, options minio.GetObjectOptions) ([]byte, string, error) {
	got, err := s.client.GetObject(ctx, s.bucket, key, options)
	if err != nil {
		return nil, "", err
	}
	defer got.Close()
	body, err := io.ReadAll(got)
	if err != nil {
		return nil, "", err
	}
	told, err := got.Stat()
	return body, told.ETag, err
}

func (s minioS3) read(key string) ([]byte, string, error) {
	return s.get(key, minio.GetObjectOptions{})
}

func (s minioS3) unless(key, etag string) (bool, error) {
	var options minio.GetObjectOptions
	if err := options.SetMatchETagExcept(etag); err != nil {
		return false, err
	}
	_, _, err := s.get(key, options)
	if minio.ToErrorResponse(err).StatusCode == 304 {
		return true, nil
	}
	return false, err
}

func (s minioS3) parts(key string, bodies [][]byte) error {
	var options minio.PutObjectOptions
	options.SetMatchETagExcept("*")
	upload, err := s.core.NewMultipartUpload(ctx, s.bucket, key, minio.PutObjectOptions{})
	if err != nil {
		return err
	}
	var sent []minio.CompletePart
	for place, body := range bodies {
		part, err := s.core.PutObjectPart(ctx, s.bucket, key, upload, place+1, bytes.NewReader(body), int64(len(body)), minio.PutObjectPartOptions{})
		if err != nil {
			return err
		}
		sent = append(sent, minio.CompletePart{PartNumber: part.PartNumber, ETag: part.ETag})
	}
	_, err = s.core.CompleteMultipartUpload(ctx, s.bucket, key, upload, sent, options)
	return err
}

func (s minioS3) copy(from, to string) error {
	_, err := s.client.CopyObject(ctx, minio.CopyDestOptions{Bucket: s.bucket, Object: to}, minio.CopySrcOptions{Bucket: s.bucket, Object: from})
	return err
}

func (s minioS3) list(prefix string) ([]string, error) {
	var keys []string
	for entry := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if entry.Err != nil {
			return nil, entry.Err
		}
		keys = append(keys, entry.Key)
	}
	return keys, nil
}

func (s minioS3) delete(key string) error {
	return s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{})
}

func (s minioS3) versions(key string) ([]string, error) {
	var bodies []string
	for entry := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: key, WithVersions: true}) {
		if entry.Err != nil {
			return nil, entry.Err
		}
		body, _, err := s.get(key, minio.GetObjectOptions{VersionID: entry.VersionID})
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, string(body))
	}
	return bodies, nil
}

func (s minioS3) presign(key string) (string, http.Header, error) {
	headers := http.Header{"If-None-Match": {"*"}}
	made, err := s.client.PresignHeader(ctx, "PUT", s.bucket, key, time.Minute, url.Values{}, headers)
	if err != nil {
		return "", nil, err
	}
	return made.String(), headers, nil
}

func (s minioS3) checked(key string, body []byte, sha256 []byte) error {
	sum := base64.StdEncoding.EncodeToString(sha256)
	return s.send(key, body, minio.PutObjectOptions{UserMetadata: map[string]string{"x-amz-checksum-sha256": sum}})
}
