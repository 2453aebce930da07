// A lost update, found and drawn; and compare-and-set, which holds in every order.
//
//	go run . http://127.0.0.1:4566
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

var endpoint = os.Args[1]

type object = map[string]any

// ask returns what the administration answers, and its status.
func ask(method, path string, document object) (string, int) {
	body, _ := json.Marshal(document)
	request, _ := http.NewRequest(method, endpoint+"/_condemu/"+path, bytes.NewReader(body))
	answer, err := http.DefaultClient.Do(request)
	must(err)
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if answer.StatusCode >= 400 {
		panic(string(text))
	}
	return string(text), answer.StatusCode
}

func client(key, secret string) *s3.Client {
	return s3.New(s3.Options{BaseEndpoint: &endpoint, Region: "us-east-1", UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, "")})
}

type actor func(*s3.Client) error

// explore runs the actors under every order of their requests; it returns the report.
func explore(actors map[string]actor, check func() string, replay string) string {
	names := []string{"a", "b"}
	plan := object{"actors": names}
	if replay != "" {
		plan["replay"] = replay
	}
	var made struct {
		Race   string
		Keys   map[string]string `json:"access_keys"`
		Secret string            `json:"secret_access_key"`
	}
	answer, _ := ask("POST", "races", plan)
	must(json.Unmarshal([]byte(answer), &made))
	race := "races/" + made.Race
	for {
		if _, status := ask("POST", race+"/next", nil); status == 204 {
			break
		}
		var running sync.WaitGroup
		for _, name := range names {
			running.Add(1)
			go func() {
				defer running.Done()
				ask("POST", race+"/actors/"+name, object{"is": "started"})
				err := actors[name](client(made.Keys[name], made.Secret))
				ask("POST", race+"/actors/"+name, object{"is": "ended", "told": fmt.Sprint(err)})
			}()
		}
		running.Wait()
		why := check()
		ask("POST", race+"/verdict", object{"ok": why == "", "why": why})
	}
	report, _ := ask("GET", race+"/report", nil)
	ask("DELETE", race, nil)
	return report
}

var bucket, key = "counters", "visits"

func read(c *s3.Client) (visits int, etag *string, err error) {
	found, err := c.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return 0, nil, err
	}
	body, err := io.ReadAll(found.Body)
	if err != nil {
		return 0, nil, err
	}
	visits, err = strconv.Atoi(string(body))
	return visits, found.ETag, err
}

func write(c *s3.Client, visits int, etag *string) error {
	body := strings.NewReader(strconv.Itoa(visits))
	_, err := c.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: body, IfMatch: etag})
	return err
}

func careless(c *s3.Client) error {
	visits, _, err := read(c)
	if err != nil {
		return err
	}
	return write(c, visits+1, nil)
}

func careful(c *s3.Client) error {
	for {
		visits, etag, err := read(c)
		if err != nil {
			return err
		}
		err = write(c, visits+1, etag)
		var refused smithy.APIError
		if errors.As(err, &refused) && refused.ErrorCode() == "PreconditionFailed" {
			continue
		}
		return err
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	setup := client("setup", "any")
	_, err := setup.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &bucket})
	must(err)
	must(write(setup, 0, nil))
	check := func() string {
		visits, _, err := read(setup)
		must(err)
		if visits == 2 {
			return ""
		}
		return fmt.Sprintf("two visits, and the counter is at %d", visits)
	}
	found := explore(map[string]actor{"a": careless, "b": careless}, check, "")
	token := regexp.MustCompile(`"replay": "(.*)"`).FindStringSubmatch(found)[1]
	fmt.Println(found)
	fmt.Println(explore(map[string]actor{"a": careless, "b": careless}, check, token))
	fmt.Println(explore(map[string]actor{"a": careful, "b": careful}, check, ""))
}
