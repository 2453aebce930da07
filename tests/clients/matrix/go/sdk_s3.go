package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

var ctx = context.Background()

// awsConfig is the SDK's, for S3 and DynamoDB. AWS_CA_BUNDLE names the certificate.
func awsConfig(c cell) (aws.Config, error) {
	return config.LoadDefaultConfig(ctx, config.WithRegion(region), config.WithBaseEndpoint(c.endpoint))
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// sdkS3 is version 2 of the SDK. Uploads in parts are its own calls, or those of the manager.
type sdkS3 struct {
	api     *s3.Client
	bucket  *string
	manager bool
}

func sdkS3Of(byManager bool) func(cell) (s3Client, error) {
	return func(c cell) (s3Client, error) {
		settings, err := awsConfig(c)
		api := s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = !c.virtual })
		return sdkS3{api, &c.place, byManager}, err
	}
}

func (s sdkS3) refused(err error) bool {
	return code(err) == "PreconditionFailed" || code(err) == "ConditionalRequestConflict"
}

func (s sdkS3) send(in s3.PutObjectInput, key string, body []byte) error {
	in.Bucket, in.Key, in.Body = s.bucket, &key, bytes.NewReader(body)
	_, err := s.api.PutObject(ctx, &in)
	return err
}

func (s sdkS3) put(key string, body []byte) error { return s.send(s3.PutObjectInput{}, key, body) }

func (s sdkS3) create(key string, body []byte) error {
	return s.send(s3.PutObjectInput{IfNoneMatch: aws.String("*")}, key, body)
}

func (s sdkS3) swap(key string, body []byte, etag string) error {
	return s.send(s3.PutObjectInput{IfMatch: &etag}, key, body)
}

func (s sdkS3) get(in s3.GetObjectInput, key string) ([]byte, string, error) {
	in.Bucket, in.Key = s.bucket, &key
	got, err := s.api.GetObject(ctx, &in)
	if err != nil {
		return nil, "", err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	return body, *got.ETag, err
}

func (s sdkS3) read(key string) ([]byte, string, error) { return s.get(s3.GetObjectInput{}, key) }

func (s sdkS3) unless(key, etag string) (bool, error) {
	_, _, err := s.get(s3.GetObjectInput{IfNoneMatch: &etag}, key)
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) && answer.HTTPStatusCode() == 304 {
		return true, nil
	}
	return false, err
}

func (s sdkS3) large(key string, body []byte) error {
	_, err := manager.NewUploader(s.api).Upload(ctx, &s3.PutObjectInput{Bucket: s.bucket, Key: &key, Body: bytes.NewReader(body)})
	return err
}

func (s sdkS3) parts(key string, bodies [][]byte) error {
	if s.manager {
		body := io.MultiReader(bytes.NewReader(bodies[0]), bytes.NewReader(bodies[1]))
		in := &s3.PutObjectInput{Bucket: s.bucket, Key: &key, Body: body, IfNoneMatch: aws.String("*")}
		_, err := manager.NewUploader(s.api).Upload(ctx, in)
		return err
	}
	upload, err := s.api.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: s.bucket, Key: &key})
	if err != nil {
		return err
	}
	var sent []types.CompletedPart
	for place, body := range bodies {
		number := int32(place + 1)
		part, err := s.api.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: s.bucket, Key: &key, UploadId: upload.UploadId, PartNumber: &number, Body: bytes.NewReader(body),
		})
		if err != nil {
			return err
		}
		sent = append(sent, types.CompletedPart{PartNumber: &number, ETag: part.ETag})
	}
	_, err = s.api.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: s.bucket, Key: &key, UploadId: upload.UploadId, IfNoneMatch: aws.String("*"),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: sent},
	})
	return err
}

func (s sdkS3) copy(from, to string) error {
	source := *s.bucket + "/" + from
	_, err := s.api.CopyObject(ctx, &s3.CopyObjectInput{Bucket: s.bucket, Key: &to, CopySource: &source})
	return err
}

func (s sdkS3) list(prefix string) ([]string, error) {
	listed, err := s.api.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: s.bucket, Prefix: &prefix})
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, entry := range listed.Contents {
		keys = append(keys, *entry.Key)
	}
	return keys, nil
}

func (s sdkS3) delete(key string) error {
	_, err := s.api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: s.bucket, Key: &key})
	return err
}

func (s sdkS3) versions(key string) ([]string, error) {
	listed, err := s.api.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: s.bucket, Prefix: &key})
	if err != nil {
		return nil, err
	}
	var bodies []string
	for _, entry := range listed.Versions {
		body, _, err := s.get(s3.GetObjectInput{VersionId: entry.VersionId}, key)
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, string(body))
	}
	return bodies, nil
}

func (s sdkS3) presign(key string) (string, http.Header, error) {
	in := &s3.PutObjectInput{Bucket: s.bucket, Key: &key, IfNoneMatch: aws.String("*")}
	signed, err := s3.NewPresignClient(s.api).PresignPutObject(ctx, in)
	if err != nil {
		return "", nil, err
	}
	return signed.URL, signed.SignedHeader, nil
}

func (s sdkS3) checked(key string, body []byte, sha256 []byte) error {
	sum := base64.StdEncoding.EncodeToString(sha256)
	return s.send(s3.PutObjectInput{ChecksumSHA256: &sum}, key, body)
}
