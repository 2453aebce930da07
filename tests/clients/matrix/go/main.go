package main

import (
	"fmt"
	"os"
)

func main() {
	programs := map[string]calls{
		"sdk_s3":          s3Calls(sdkS3Of(false)),
		"manager_s3":      s3Calls(sdkS3Of(true)),
		"minio_s3":        s3Calls(minioS3Of),
		"gocloud_s3":      s3Calls(gocloudS3Of),
		"thanos_s3":       s3Calls(thanosS3Of),
		"sdk_dynamodb":    dynamodbCalls(sdkDynamodbOf),
		"guregu_dynamodb": dynamodbCalls(guregu),
	}
	program, known := programs[os.Args[1]]
	if !known {
		fmt.Fprintln(os.Stderr, "no such program:", os.Args[1])
		os.Exit(2)
	}
	run(program, os.Args[2:])
}
