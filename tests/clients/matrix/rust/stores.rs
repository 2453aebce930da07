//! The calls of a store that is built on S3. The Python ones beside this folder say what the verbs do.

use crate::harness::{Cell, Done, Failure, at_once, same, workers};

pub const CALLS: [&str; 10] = ["write", "read", "again", "conflict", "history", "list", "delete", "large", "counter", "https"];

pub trait Store: Sized {
    async fn connect(cell: &Cell) -> Done<Self>;
    async fn write(&self, values: &[usize]) -> Done<()>;
    async fn rows(&self) -> Done<Vec<usize>>;
    /// Lets two begin from one state, and says whether one of them was told.
    async fn conflict(&self) -> Done<bool>;
    /// Writes the first, keeps that state, writes the second, and reads the first state.
    async fn older(&self, first: &[usize], second: &[usize]) -> Done<Vec<usize>>;
    async fn list(&self) -> Done<Vec<String>>;
    async fn delete(&self, value: usize) -> Done<()>;
    async fn large(&self, body: &[u8]) -> Done<Vec<u8>>;
    /// Commits one, and repeats what it must when others were faster.
    async fn add(&self, value: usize) -> Done<()>;
}

pub async fn make<C: Store>(cell: Cell) -> Done<()> {
    let store = C::connect(&cell).await?;
    match cell.call.as_str() {
        "write" | "read" | "https" => {
            store.write(&[1, 2]).await?;
            same(C::connect(&cell).await?.rows().await?, vec![1, 2])
        }
        "again" => {
            store.write(&[1, 2]).await?;
            C::connect(&cell).await?.write(&[3]).await?;
            same(C::connect(&cell).await?.rows().await?, vec![1, 2, 3])
        }
        "conflict" => {
            store.write(&[1, 2]).await?;
            same(store.conflict().await?, true)
        }
        "history" => same(store.older(&[1, 2], &[3]).await?, vec![1, 2]),
        "list" => {
            store.write(&[1]).await?;
            same(store.list().await?.is_empty(), false)
        }
        "delete" => {
            store.write(&[1, 2]).await?;
            store.delete(1).await?;
            same(C::connect(&cell).await?.rows().await?, vec![2])
        }
        "large" => {
            let body = b"0123456789abcdef".repeat(4 << 20);
            same(store.large(&body).await? == body, true)
        }
        "counter" => {
            store.write(&[0]).await?;
            at_once(async |worker| C::connect(&cell).await?.add(worker + 1).await).await?;
            same(C::connect(&cell).await?.rows().await?, (0..=workers()).collect())
        }
        other => Err(Failure::Wrong(format!("no such call: {other}"))),
    }
}
