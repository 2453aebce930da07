//! slatedb: a database of keys, whose one writer fences older ones by creating files that must not exist.

use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use slatedb::config::{CheckpointOptions, CheckpointScope, DbReaderOptions};
use slatedb::{Db, DbIterator, DbReader, DbReaderMode, Error, ErrorKind};

use tokio::time::sleep;

use crate::harness::{Cell, Done, Failure, wrong};
use crate::object_store_s3;
use crate::stores::Store;

const PATH: &str = "database";

pub struct SlateDb {
    store: Arc<dyn ObjectStore>,
}

fn failure(error: Error) -> Failure {
    match error.kind() {
        ErrorKind::Closed(reason) => Failure::Refused(vec![format!("{reason:?}")]),
        _ => wrong(error),
    }
}

fn key(value: usize) -> String {
    format!("row/{value:02}")
}

async fn all(mut entries: DbIterator) -> Done<Vec<String>> {
    let mut keys = Vec::new();
    while let Some(entry) = entries.next().await.map_err(failure)? {
        keys.push(String::from_utf8_lossy(&entry.key).into_owned());
    }
    Ok(keys)
}

fn numbers(keys: &[String]) -> Done<Vec<usize>> {
    keys.iter().map(|key| key.trim_start_matches("row/").parse().map_err(wrong)).collect()
}

impl SlateDb {
    async fn open(&self) -> Done<Db> {
        Db::open(PATH, self.store.clone()).await.map_err(failure)
    }

    /// Returns when it is durable.
    async fn put(&self, db: &Db, values: &[usize]) -> Done<()> {
        for &value in values {
            db.put(key(value), b"").await.map_err(failure)?;
        }
        db.flush().await.map_err(failure)
    }
}

impl Store for SlateDb {
    async fn connect(cell: &Cell) -> Done<Self> {
        Ok(Self { store: Arc::new(object_store_s3::store(cell)?) })
    }

    async fn write(&self, values: &[usize]) -> Done<()> {
        let db = self.open().await?;
        self.put(&db, values).await?;
        db.close().await.map_err(failure)
    }

    async fn rows(&self) -> Done<Vec<usize>> {
        numbers(&self.list().await?)
    }

    /// The one that opened it first is fenced by the second.
    async fn conflict(&self) -> Done<bool> {
        let first = self.open().await?;
        let second = self.open().await?;
        let late = self.put(&first, &[3]).await;
        self.put(&second, &[4]).await?;
        second.close().await.map_err(failure)?;
        match late {
            Err(Failure::Refused(reasons)) => Ok(reasons == ["Fenced"] && self.rows().await? == [1, 2, 4]),
            Ok(()) => Ok(false),
            Err(other) => Err(other),
        }
    }

    async fn older(&self, first: &[usize], second: &[usize]) -> Done<Vec<usize>> {
        let db = self.open().await?;
        self.put(&db, first).await?;
        let kept = db.create_checkpoint(CheckpointScope::All, &CheckpointOptions::default()).await.map_err(failure)?;
        self.put(&db, second).await?;
        db.close().await.map_err(failure)?;
        let mode = DbReaderMode::Checkpoint(kept.id);
        let reader = DbReader::open(PATH, self.store.clone(), mode, DbReaderOptions::default()).await.map_err(failure)?;
        numbers(&all(reader.scan::<_>(..).await.map_err(failure)?).await?)
    }

    async fn list(&self) -> Done<Vec<String>> {
        let db = self.open().await?;
        let keys = all(db.scan_prefix("row/", ..).await.map_err(failure)?).await?;
        db.close().await.map_err(failure)?;
        Ok(keys)
    }

    async fn delete(&self, value: usize) -> Done<()> {
        let db = self.open().await?;
        db.delete(key(value)).await.map_err(failure)?;
        db.close().await.map_err(failure)
    }

    /// As values of a MiB.
    async fn large(&self, body: &[u8]) -> Done<Vec<u8>> {
        let db = self.open().await?;
        for (number, part) in body.chunks(1 << 20).enumerate() {
            db.put(key(number), part).await.map_err(failure)?;
        }
        db.close().await.map_err(failure)?;
        let db = self.open().await?;
        let mut found = Vec::new();
        for number in 0..body.len() >> 20 {
            let part = db.get(key(number)).await.map_err(failure)?;
            found.extend_from_slice(&part.ok_or_else(|| wrong(number))?);
        }
        db.close().await.map_err(failure)?;
        Ok(found)
    }

    /// Who is fenced, or finds it closed because it was, opens it again. Each waits its own time, and longer each time, or none would
    /// get far enough.
    async fn add(&self, value: usize) -> Done<()> {
        for tries in 1.. {
            match self.write(&[value]).await {
                Err(Failure::Refused(_)) => sleep(Duration::from_millis(100) * (value * tries) as u32).await,
                done => return done,
            }
        }
        unreachable!()
    }
}
