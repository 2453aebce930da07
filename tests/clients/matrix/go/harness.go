// The programs of Go's clients, in one binary: `matrix PROGRAM [call …]`. What they share is here: the calls, made by the verbs that a
// client has. The Python harness beside this folder says more.
package main

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const region = "us-east-1"

// A cell is one call of one client; place is the bucket or the table.
type cell struct {
	call, place, endpoint, host string
	tls, virtual                bool
}

type calls struct {
	names []string
	make  map[string]func(c cell) error
}

// errNotOffered is what a verb returns that the client does not have; it wraps the reason.
var errNotOffered = errors.New("not offered")

func notOffered(why string) error { return fmt.Errorf("%w: %s", errNotOffered, why) }

var workers, times = number("MATRIX_WORKERS"), number("MATRIX_TIMES")

func number(name string) int {
	value, _ := strconv.Atoi(os.Getenv(name))
	return value
}

func cellOf(call string) cell {
	c := cell{call: call, place: "matrix-" + call, tls: call == "https", virtual: call == "virtual"}
	c.host = "127.0.0.1:" + os.Getenv("MATRIX_PORT")
	scheme := "http"
	if c.tls || c.virtual {
		c.host = "localhost:" + os.Getenv("MATRIX_PORT")
	}
	if c.tls {
		scheme = "https"
	}
	c.endpoint = scheme + "://" + c.host
	return c
}

func same(found, expected any) error {
	if !reflect.DeepEqual(found, expected) {
		return fmt.Errorf("expected %.150v, found %.150v", expected, found)
	}
	return nil
}

// refused turns a refusal into nil, and acceptance into an error.
func refused(err error, isRefusal func(error) bool) error {
	if err == nil {
		return errors.New("accepted, where it must be refused")
	}
	if !isRefusal(err) {
		return err
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// atOnce runs work in all workers.
func atOnce(work func() error) error {
	var group sync.WaitGroup
	errs := make([]error, workers)
	for place := range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			errs[place] = work()
		}()
	}
	group.Wait()
	return first(errs...)
}

func run(made calls, chosen []string) {
	if len(chosen) == 0 {
		chosen = made.names
	}
	for _, call := range chosen {
		outcome, note := "ok", ""
		if err := safely(made.make[call], cellOf(call)); errors.Is(err, errNotOffered) {
			_, note, _ = strings.Cut(err.Error(), errNotOffered.Error()+": ")
			outcome = "not offered"
		} else if err != nil {
			outcome, note = "wrong", fmt.Sprintf("%.400v", err)
		}
		line, _ := json.Marshal(struct {
			Call    string `json:"call"`
			Outcome string `json:"outcome"`
			Note    string `json:"note"`
		}{call, outcome, note})
		fmt.Println(string(line))
	}
}

func safely(call func(cell) error, c cell) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("panic: %v", broken)
		}
	}()
	return call(c)
}

// s3Client has the verbs of S3. create and parts make an object that must not exist, swap replaces the one with the ETag,
// unless says whether a read with If-None-Match was answered 304, presign signs a PUT that creates.
type s3Client interface {
	refused(err error) bool
	put(key string, body []byte) error
	create(key string, body []byte) error
	swap(key string, body []byte, etag string) error
	read(key string) (body []byte, etag string, err error)
	unless(key, etag string) (bool, error)
	large(key string, body []byte) error
	parts(key string, bodies [][]byte) error
	copy(from, to string) error
	list(prefix string) ([]string, error)
	delete(key string) error
	versions(key string) ([]string, error)
	presign(key string) (string, http.Header, error)
	checked(key string, body []byte, sha256 []byte) error
}

func reads(s s3Client, key, expected string) error {
	body, _, err := s.read(key)
	return first(err, same(string(body), expected))
}

func lists(s s3Client, prefix string, expected ...string) error {
	found, err := s.list(prefix)
	slices.Sort(found)
	return first(err, same(found, expected))
}

func s3Calls(connect func(cell) (s3Client, error)) calls {
	made := calls{make: map[string]func(cell) error{}}
	add := func(name string, call func(s s3Client) error) {
		made.names = append(made.names, name)
		made.make[name] = func(c cell) error {
			s, err := connect(c)
			if err != nil {
				return err
			}
			return call(s)
		}
	}
	one, two, three := []byte("1"), []byte("2"), []byte("3")
	thereAndBack := func(s s3Client) error { return then(s.put("key", one), func() error { return reads(s, "key", "1") }) }
	add("create", func(s s3Client) error {
		return then(s.create("key", one), func() error { return reads(s, "key", "1") })
	})
	add("create-refused", func(s s3Client) error {
		return then(s.create("key", one), func() error {
			return then(refused(s.create("key", two), s.refused), func() error { return reads(s, "key", "1") })
		})
	})
	add("swap", func(s s3Client) error {
		_, etag, err := putAndRead(s, one)
		return then(err, func() error {
			return then(s.swap("key", two, etag), func() error { return reads(s, "key", "2") })
		})
	})
	add("swap-refused", func(s s3Client) error {
		_, old, err := putAndRead(s, one)
		return then(first(err, s.put("key", two)), func() error {
			return then(refused(s.swap("key", three, old), s.refused), func() error { return reads(s, "key", "2") })
		})
	})
	add("get", func(s s3Client) error {
		return then(s.put("a folder/key+ü", one), func() error { return reads(s, "a folder/key+ü", "1") })
	})
	add("not-modified", func(s s3Client) error {
		_, etag, err := putAndRead(s, one)
		return then(err, func() error {
			found, err := s.unless("key", etag)
			return first(err, same(found, true))
		})
	})
	add("multipart", func(s s3Client) error {
		bodies := [][]byte{[]byte(strings.Repeat("p", 20<<20)), []byte("end")}
		return then(s.parts("key", bodies), func() error {
			return then(refused(s.parts("key", bodies), s.refused), func() error {
				return reads(s, "key", string(bodies[0])+"end")
			})
		})
	})
	add("copy", func(s s3Client) error {
		return then(first(s.put("from", one), s.copy("from", "to")), func() error { return reads(s, "to", "1") })
	})
	add("list", func(s s3Client) error {
		for _, key := range []string{"a/1", "a/2", "a/3", "b"} {
			if err := s.put(key, one); err != nil {
				return err
			}
		}
		return lists(s, "a/", "a/1", "a/2", "a/3")
	})
	add("delete", func(s s3Client) error {
		return then(first(s.put("key", one), s.put("other", one), s.delete("key")), func() error { return lists(s, "", "other") })
	})
	add("versions", func(s s3Client) error {
		return then(first(s.put("key", one), s.put("key", two)), func() error {
			found, err := s.versions("key")
			return first(err, same(found, []string{"2", "1"}))
		})
	})
	add("presigned", presigned)
	add("checksum", func(s s3Client) error {
		right, wrong := sha256.Sum256(one), sha256.Sum256(two)
		return then(s.checked("key", one, right[:]), func() error {
			if s.checked("wrong", one, wrong[:]) == nil {
				return errors.New("accepted, where it must be refused")
			}
			return lists(s, "", "key")
		})
	})
	add("large", func(s s3Client) error {
		body := []byte(strings.Repeat("0123456789abcdef", 4<<20))
		return then(s.large("key", body), func() error {
			found, _, err := s.read("key")
			return first(err, same(md5.Sum(found), md5.Sum(body)))
		})
	})
	add("counter", func(s s3Client) error { return s3Counter(s, connect) })
	add("virtual", thereAndBack)
	add("https", thereAndBack)
	return made
}

func then(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

func putAndRead(s s3Client, body []byte) ([]byte, string, error) {
	if err := s.put("key", body); err != nil {
		return nil, "", err
	}
	return s.read("key")
}

func presigned(s s3Client) error {
	address, headers, err := s.presign("key")
	if err != nil {
		return err
	}
	var statuses []int
	for range 2 {
		request, err := http.NewRequest("PUT", address, strings.NewReader("1"))
		if err != nil {
			return err
		}
		for name, values := range headers {
			if name != "Host" {
				request.Header[name] = values
			}
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		answer.Body.Close()
		statuses = append(statuses, answer.StatusCode)
	}
	return same(statuses, []int{200, 412})
}

func s3Counter(s s3Client, connect func(cell) (s3Client, error)) error {
	if err := s.put("key", []byte("0")); err != nil {
		return err
	}
	err := atOnce(func() error {
		mine, err := connect(cellOf("counter"))
		for done := 0; done < times && err == nil; {
			var body []byte
			var etag string
			if body, etag, err = mine.read("key"); err != nil {
				return err
			}
			value, _ := strconv.Atoi(string(body))
			if err = mine.swap("key", []byte(strconv.Itoa(value+1)), etag); err == nil {
				done++
			} else if mine.refused(err) {
				err = nil
			}
		}
		return err
	})
	return then(err, func() error { return reads(s, "key", strconv.Itoa(workers*times)) })
}
