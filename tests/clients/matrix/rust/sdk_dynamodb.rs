//! The SDK, aws-sdk-dynamodb.

use std::collections::HashMap;

use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, PutRequest, ReturnValuesOnConditionCheckFailure, TransactWriteItem, WriteRequest};
use aws_smithy_runtime_api::http::Response;

use crate::dynamodb::DynamoDb;
use crate::harness::{Cell, Done, Failure, REGION, wrong};
use crate::sdk::{credentials, http};

const ABSENT: &str = "attribute_not_exists(pk)";

pub struct SdkDynamoDb {
    api: aws_sdk_dynamodb::Client,
    table: String,
}

type Item = HashMap<String, AttributeValue>;

fn failure<E>(error: SdkError<E, Response>) -> Failure
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match error.code() {
        Some(code @ "ConditionalCheckFailedException") => Failure::Refused(vec![code.into()]),
        _ => Failure::Wrong(format!("{:.400}", DisplayErrorContext(&error).to_string())),
    }
}

fn string(value: &str) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: usize) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn key(pk: &str) -> Item {
    HashMap::from([("pk".into(), string(pk)), ("sk".into(), string("-"))])
}

fn item(pk: &str, sk: &str, n: usize) -> Item {
    HashMap::from([("pk".into(), string(pk)), ("sk".into(), string(sk)), ("n".into(), number(n))])
}

fn n_of(item: Option<&Item>) -> Done<usize> {
    match item.and_then(|item| item.get("n")) {
        Some(AttributeValue::N(n)) => n.parse().map_err(wrong),
        other => Err(wrong(other)),
    }
}

impl DynamoDb for SdkDynamoDb {
    async fn connect(cell: &Cell) -> Done<Self> {
        let settings = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(&cell.endpoint)
            .credentials_provider(credentials())
            .http_client(http(cell))
            .build();
        Ok(Self { api: aws_sdk_dynamodb::Client::from_conf(settings), table: cell.place.clone() })
    }

    async fn create(&self, pk: &str, n: usize) -> Done<()> {
        let put = self.api.put_item().table_name(&self.table).set_item(Some(item(pk, "-", n)));
        put.condition_expression(ABSENT).send().await.map(drop).map_err(failure)
    }

    async fn put(&self, pk: &str, sk: &str, n: usize) -> Done<()> {
        let put = self.api.put_item().table_name(&self.table).set_item(Some(item(pk, sk, n)));
        put.send().await.map(drop).map_err(failure)
    }

    async fn swap(&self, pk: &str, old: usize, n: usize) -> Done<()> {
        let update = self.api.update_item().table_name(&self.table).set_key(Some(key(pk)));
        let update = update.update_expression("SET n = :new").condition_expression("n = :old");
        let update = update.expression_attribute_values(":old", number(old)).expression_attribute_values(":new", number(n));
        update.send().await.map(drop).map_err(failure)
    }

    async fn get(&self, pk: &str) -> Done<usize> {
        let get = self.api.get_item().table_name(&self.table).set_key(Some(key(pk))).consistent_read(true);
        n_of(get.send().await.map_err(failure)?.item())
    }

    async fn met(&self, pk: &str, old: usize) -> Done<usize> {
        let put = self.api.put_item().table_name(&self.table).set_item(Some(item(pk, "-", 0)));
        let put = put.condition_expression("n = :old").expression_attribute_values(":old", number(old));
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await.map_err(SdkError::into_service_error) {
            Err(PutItemError::ConditionalCheckFailedException(refusal)) => n_of(refusal.item()),
            other => Err(wrong(other)),
        }
    }

    async fn query(&self, pk: &str) -> Done<Vec<String>> {
        let query = self.api.query().table_name(&self.table).key_condition_expression("pk = :pk");
        let found = query.expression_attribute_values(":pk", string(pk)).send().await.map_err(failure)?;
        found.items().iter().map(|item| item["sk"].as_s().cloned().map_err(wrong)).collect()
    }

    async fn delete_if(&self, pk: &str, n: usize) -> Done<()> {
        let delete = self.api.delete_item().table_name(&self.table).set_key(Some(key(pk)));
        let delete = delete.condition_expression("n = :n").expression_attribute_values(":n", number(n));
        delete.send().await.map(drop).map_err(failure)
    }

    async fn together(&self, items: &[(&str, usize)]) -> Done<()> {
        let mut transaction = self.api.transact_write_items();
        for (pk, n) in items {
            let put = Put::builder().table_name(&self.table).set_item(Some(item(pk, "-", *n)));
            let put = put.condition_expression(ABSENT).build().map_err(wrong)?;
            transaction = transaction.transact_items(TransactWriteItem::builder().put(put).build());
        }
        match transaction.send().await.map_err(SdkError::into_service_error) {
            Ok(_) => Ok(()),
            Err(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                let codes = canceled.cancellation_reasons().iter().filter_map(|reason| reason.code.clone());
                Err(Failure::Refused(codes.collect()))
            }
            Err(other) => Err(wrong(other)),
        }
    }

    async fn batch(&self, items: &[(String, usize)]) -> Done<()> {
        for some in items.chunks(25) {
            let mut requests = Vec::new();
            for (pk, n) in some {
                let put = PutRequest::builder().set_item(Some(item(pk, "-", *n))).build().map_err(wrong)?;
                requests.push(WriteRequest::builder().put_request(put).build());
            }
            self.api.batch_write_item().request_items(&self.table, requests).send().await.map_err(failure)?;
        }
        Ok(())
    }
}
