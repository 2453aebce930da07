package main

import (
	"fmt"
	"strconv"
)

// dynamodbClient has the verbs of DynamoDB. An item has pk, sk and a number n, which is its version, too. met says the n of the item
// that refused a write; reasons says a code for each item of a transaction.
type dynamodbClient interface {
	refused(err error) bool
	create(pk string, n int) error
	put(pk, sk string, n int) error
	swap(pk string, old, n int) error
	get(pk string) (int, error)
	met(pk string, old int) (int, error)
	query(pk string) ([]string, error)
	deleteIf(pk string, n int) error
	together(pks []string, ns []int) error
	reasons(err error) []string
	batch(pks []string) error
}

type item struct {
	PK string `dynamodbav:"pk" dynamo:"pk,hash"`
	SK string `dynamodbav:"sk" dynamo:"sk,range"`
	N  int    `dynamodbav:"n" dynamo:"n"`
}

func holds(d dynamodbClient, pk string, expected int) error {
	found, err := d.get(pk)
	return first(err, same(found, expected))
}

func dynamodbCalls(connect func(cell) (dynamodbClient, error)) calls {
	made := calls{make: map[string]func(cell) error{}}
	add := func(name string, call func(d dynamodbClient) error) {
		made.names = append(made.names, name)
		made.make[name] = func(c cell) error {
			d, err := connect(c)
			return then(err, func() error { return call(d) })
		}
	}
	created := func(d dynamodbClient) error {
		return then(d.create("id", 1), func() error { return holds(d, "id", 1) })
	}
	add("create", created)
	add("create-refused", func(d dynamodbClient) error {
		return then(d.create("id", 1), func() error {
			return then(refused(d.create("id", 2), d.refused), func() error { return holds(d, "id", 1) })
		})
	})
	add("swap", func(d dynamodbClient) error {
		return then(d.create("id", 1), func() error {
			return then(d.swap("id", 1, 2), func() error { return holds(d, "id", 2) })
		})
	})
	add("swap-refused", func(d dynamodbClient) error {
		return then(d.create("id", 1), func() error {
			return then(d.swap("id", 1, 2), func() error {
				return then(refused(d.swap("id", 1, 3), d.refused), func() error { return holds(d, "id", 2) })
			})
		})
	})
	add("met", func(d dynamodbClient) error {
		return then(d.create("id", 7), func() error {
			found, err := d.met("id", 1)
			return first(err, same(found, 7))
		})
	})
	add("get", created)
	add("query", func(d dynamodbClient) error {
		return then(first(d.put("id", "c", 1), d.put("id", "a", 1), d.put("id", "b", 1)), func() error {
			found, err := d.query("id")
			return first(err, same(found, []string{"a", "b", "c"}))
		})
	})
	add("delete", func(d dynamodbClient) error {
		return then(d.create("id", 1), func() error {
			return then(refused(d.deleteIf("id", 2), d.refused), func() error {
				return then(first(holds(d, "id", 1), d.deleteIf("id", 1)), func() error { return d.create("id", 3) })
			})
		})
	})
	add("transaction", func(d dynamodbClient) error {
		return then(d.together([]string{"one", "two"}, []int{1, 1}), func() error {
			err := d.together([]string{"three", "two"}, []int{1, 2})
			return then(refused(err, d.refused), func() error {
				return first(same(d.reasons(err), []string{"None", "ConditionalCheckFailed"}), holds(d, "two", 1), d.create("three", 3))
			})
		})
	})
	add("batch", func(d dynamodbClient) error {
		var pks []string
		for number := range 30 {
			pks = append(pks, fmt.Sprint("id", strconv.Itoa(number)))
		}
		return then(d.batch(pks), func() error { return first(holds(d, "id0", 0), holds(d, "id29", 29)) })
	})
	add("counter", func(d dynamodbClient) error { return dynamodbCounter(d, connect) })
	add("https", created)
	return made
}

func dynamodbCounter(d dynamodbClient, connect func(cell) (dynamodbClient, error)) error {
	if err := d.create("id", 0); err != nil {
		return err
	}
	err := atOnce(func() error {
		mine, err := connect(cellOf("counter"))
		for done := 0; done < times && err == nil; {
			var value int
			if value, err = mine.get("id"); err != nil {
				return err
			}
			if err = mine.swap("id", value, value+1); err == nil {
				done++
			} else if mine.refused(err) {
				err = nil
			}
		}
		return err
	})
	return then(err, func() error { return holds(d, "id", workers*times) })
}
