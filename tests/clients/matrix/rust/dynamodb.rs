//! The calls of DynamoDB, made by the verbs that a client has.

use crate::harness::{Cell, Done, Failure, at_once, refused, same, times, workers};

pub const CALLS: [&str; 12] =
    ["create", "create-refused", "swap", "swap-refused", "met", "get", "query", "delete", "transaction", "batch", "counter", "https"];

/// The verbs of DynamoDB. An item has pk, sk and a number n, which is its version, too. met says the n of the item that refused a
/// write; a refused transaction has a code for each item.
pub trait DynamoDb: Sized {
    async fn connect(cell: &Cell) -> Done<Self>;
    async fn create(&self, pk: &str, n: usize) -> Done<()>;
    async fn put(&self, pk: &str, sk: &str, n: usize) -> Done<()>;
    async fn swap(&self, pk: &str, old: usize, n: usize) -> Done<()>;
    async fn get(&self, pk: &str) -> Done<usize>;
    async fn met(&self, pk: &str, old: usize) -> Done<usize>;
    async fn query(&self, pk: &str) -> Done<Vec<String>>;
    async fn delete_if(&self, pk: &str, n: usize) -> Done<()>;
    async fn together(&self, items: &[(&str, usize)]) -> Done<()>;
    async fn batch(&self, items: &[(String, usize)]) -> Done<()>;
}

pub async fn make<C: DynamoDb>(cell: Cell) -> Done<()> {
    let db = C::connect(&cell).await?;
    match cell.call.as_str() {
        "create" | "get" | "https" => {
            db.create("id", 1).await?;
            same(db.get("id").await?, 1)
        }
        "create-refused" => {
            db.create("id", 1).await?;
            refused(db.create("id", 2).await)?;
            same(db.get("id").await?, 1)
        }
        "swap" => {
            db.create("id", 1).await?;
            db.swap("id", 1, 2).await?;
            same(db.get("id").await?, 2)
        }
        "swap-refused" => {
            db.create("id", 1).await?;
            db.swap("id", 1, 2).await?;
            refused(db.swap("id", 1, 3).await)?;
            same(db.get("id").await?, 2)
        }
        "met" => {
            db.create("id", 7).await?;
            same(db.met("id", 1).await?, 7)
        }
        "query" => {
            for sk in ["c", "a", "b"] {
                db.put("id", sk, 1).await?;
            }
            same(db.query("id").await?, ["a", "b", "c"].map(String::from).to_vec())
        }
        "delete" => {
            db.create("id", 1).await?;
            refused(db.delete_if("id", 2).await)?;
            same(db.get("id").await?, 1)?;
            db.delete_if("id", 1).await?;
            db.create("id", 3).await
        }
        "transaction" => {
            db.together(&[("one", 1), ("two", 1)]).await?;
            let reasons = refused(db.together(&[("three", 1), ("two", 2)]).await)?;
            same(reasons, ["None", "ConditionalCheckFailed"].map(String::from).to_vec())?;
            same(db.get("two").await?, 1)?;
            db.create("three", 3).await
        }
        "batch" => {
            let items: Vec<_> = (0..30).map(|number| (format!("id{number}"), number)).collect();
            db.batch(&items).await?;
            same((db.get("id0").await?, db.get("id29").await?), (0, 29))
        }
        "counter" => counter(&db).await,
        other => Err(Failure::Wrong(format!("no such call: {other}"))),
    }
}

async fn counter<C: DynamoDb>(db: &C) -> Done<()> {
    db.create("id", 0).await?;
    at_once(async |_| {
        let mine = C::connect(&Cell::of("counter")).await?;
        let mut done = 0;
        while done < times() {
            let value = mine.get("id").await?;
            match mine.swap("id", value, value + 1).await {
                Ok(()) => done += 1,
                Err(Failure::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    })
    .await?;
    same(db.get("id").await?, workers() * times())
}
