package main

import (
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type attributes = map[string]types.AttributeValue

// sdkDynamodb is version 2 of the SDK, with attributevalue.
type sdkDynamodb struct {
	api   *dynamodb.Client
	table *string
}

func sdkDynamodbOf(c cell) (dynamodbClient, error) {
	settings, err := awsConfig(c)
	return sdkDynamodb{dynamodb.NewFromConfig(settings), &c.place}, err
}

func (d sdkDynamodb) refused(err error) bool {
	return code(err) == "ConditionalCheckFailedException" || code(err) == "TransactionCanceledException"
}

func of(value any) attributes {
	made, err := attributevalue.MarshalMap(value)
	if err != nil {
		panic(err)
	}
	return made
}

func key(pk string) attributes { return of(map[string]string{"pk": pk, "sk": "-"}) }

func (d sdkDynamodb) create(pk string, n int) error {
	condition := aws.String("attribute_not_exists(pk)")
	_, err := d.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: d.table, Item: of(item{pk, "-", n}), ConditionExpression: condition})
	return err
}

func (d sdkDynamodb) put(pk, sk string, n int) error {
	_, err := d.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: d.table, Item: of(item{pk, sk, n})})
	return err
}

func (d sdkDynamodb) swap(pk string, old, n int) error {
	_, err := d.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: d.table, Key: key(pk), UpdateExpression: aws.String("SET n = :new"), ConditionExpression: aws.String("n = :old"),
		ExpressionAttributeValues: of(map[string]int{":old": old, ":new": n}),
	})
	return err
}

func (d sdkDynamodb) get(pk string) (int, error) {
	got, err := d.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: d.table, Key: key(pk), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return 0, err
	}
	var found item
	return found.N, then(attributevalue.UnmarshalMap(got.Item, &found), func() error { return nil })
}

func (d sdkDynamodb) met(pk string, old int) (int, error) {
	_, err := d.api.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: d.table, Item: of(item{pk, "-", 0}), ConditionExpression: aws.String("n = :old"),
		ExpressionAttributeValues:           of(map[string]int{":old": old}),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var refusal *types.ConditionalCheckFailedException
	if !errors.As(err, &refusal) {
		return 0, err
	}
	var found item
	err = attributevalue.UnmarshalMap(refusal.Item, &found)
	return found.N, err
}

func (d sdkDynamodb) query(pk string) ([]string, error) {
	got, err := d.api.Query(ctx, &dynamodb.QueryInput{
		TableName: d.table, KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: of(map[string]string{":pk": pk}),
	})
	if err != nil {
		return nil, err
	}
	var items []item
	err = attributevalue.UnmarshalListOfMaps(got.Items, &items)
	var names []string
	for _, found := range items {
		names = append(names, found.SK)
	}
	return names, err
}

func (d sdkDynamodb) deleteIf(pk string, n int) error {
	_, err := d.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: d.table, Key: key(pk), ConditionExpression: aws.String("n = :n"), ExpressionAttributeValues: of(map[string]int{":n": n}),
	})
	return err
}

func (d sdkDynamodb) together(pks []string, ns []int) error {
	var items []types.TransactWriteItem
	for place, pk := range pks {
		items = append(items, types.TransactWriteItem{Put: &types.Put{
			TableName: d.table, Item: of(item{pk, "-", ns[place]}), ConditionExpression: aws.String("attribute_not_exists(pk)"),
		}})
	}
	_, err := d.api.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
	return err
}

func (d sdkDynamodb) reasons(err error) []string {
	var canceled *types.TransactionCanceledException
	var codes []string
	if errors.As(err, &canceled) {
		for _, reason := range canceled.CancellationReasons {
			codes = append(codes, *reason.Code)
		}
	}
	return codes
}

func (d sdkDynamodb) batch(pks []string) error {
	var requests []types.WriteRequest
	for n, pk := range pks {
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: of(item{pk, "-", n})}})
	}
	for some := range slices.Chunk(requests, 25) {
		in := &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*d.table: some}}
		if _, err := d.api.BatchWriteItem(ctx, in); err != nil {
			return err
		}
	}
	return nil
}
