package main

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// gureguDynamodb is guregu/dynamo over the SDK.
type gureguDynamodb struct {
	db    *dynamo.DB
	table dynamo.Table
}

func guregu(c cell) (dynamodbClient, error) {
	settings, err := awsConfig(c)
	db := dynamo.New(settings)
	return gureguDynamodb{db, db.Table(c.place)}, err
}

func (d gureguDynamodb) refused(err error) bool { return dynamo.IsCondCheckFailed(err) }

func (d gureguDynamodb) creation(pk string, n int) *dynamo.Put {
	return d.table.Put(item{pk, "-", n}).If("attribute_not_exists(pk)")
}

func (d gureguDynamodb) create(pk string, n int) error { return d.creation(pk, n).Run(ctx) }

func (d gureguDynamodb) put(pk, sk string, n int) error { return d.table.Put(item{pk, sk, n}).Run(ctx) }

func (d gureguDynamodb) swap(pk string, old, n int) error {
	return d.table.Update("pk", pk).Range("sk", "-").Set("n", n).If("n = ?", old).Run(ctx)
}

func (d gureguDynamodb) get(pk string) (int, error) {
	var found item
	err := d.table.Get("pk", pk).Range("sk", dynamo.Equal, "-").Consistent(true).One(ctx, &found)
	return found.N, err
}

func (d gureguDynamodb) met(string, int) (int, error) {
	return 0, notOffered("ReturnValuesOnConditionCheckFailure cannot be set")
}

func (d gureguDynamodb) query(pk string) ([]string, error) {
	var items []item
	err := d.table.Get("pk", pk).All(ctx, &items)
	var names []string
	for _, found := range items {
		names = append(names, found.SK)
	}
	return names, err
}

func (d gureguDynamodb) deleteIf(pk string, n int) error {
	return d.table.Delete("pk", pk).Range("sk", "-").If("n = ?", n).Run(ctx)
}

func (d gureguDynamodb) together(pks []string, ns []int) error {
	write := d.db.WriteTx()
	for place, pk := range pks {
		write.Put(d.creation(pk, ns[place]))
	}
	return write.Run(ctx)
}

func (d gureguDynamodb) reasons(err error) []string {
	var canceled *types.TransactionCanceledException
	var codes []string
	if errors.As(err, &canceled) {
		for _, reason := range canceled.CancellationReasons {
			codes = append(codes, *reason.Code)
		}
	}
	return codes
}

func (d gureguDynamodb) batch(pks []string) error {
	var items []any
	for n, pk := range pks {
		items = append(items, item{pk, "-", n})
	}
	_, err := d.table.Batch("pk", "sk").Write().Put(items...).Run(ctx)
	return err
}
