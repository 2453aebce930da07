//! The calls of S3, made by the verbs that a client has.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::harness::{Cell, Done, Failure, at_once, refused, same, times, workers, wrong};

pub const CALLS: [&str; 17] = [
    "create",
    "create-refused",
    "swap",
    "swap-refused",
    "get",
    "not-modified",
    "multipart",
    "copy",
    "list",
    "delete",
    "versions",
    "presigned",
    "checksum",
    "large",
    "counter",
    "virtual",
    "https",
];
pub const MINUTE: Duration = Duration::from_secs(60);

/// The verbs of S3. create and parts make an object that must not exist, swap replaces the one with the ETag, unless says whether a
/// read with If-None-Match was answered 304, presign signs a PUT that creates.
pub trait S3: Sized {
    async fn connect(cell: &Cell) -> Done<Self>;
    async fn put(&self, key: &str, body: Vec<u8>) -> Done<()>;
    async fn create(&self, key: &str, body: Vec<u8>) -> Done<()>;
    async fn swap(&self, key: &str, body: Vec<u8>, etag: &str) -> Done<()>;
    async fn read(&self, key: &str) -> Done<(Vec<u8>, String)>;
    async fn unless(&self, key: &str, etag: &str) -> Done<bool>;
    async fn large(&self, key: &str, body: Vec<u8>) -> Done<()>;
    async fn parts(&self, key: &str, bodies: &[Vec<u8>]) -> Done<()>;
    async fn copy(&self, from: &str, to: &str) -> Done<()>;
    async fn list(&self, prefix: &str) -> Done<Vec<String>>;
    async fn delete(&self, key: &str) -> Done<()>;
    async fn versions(&self, key: &str) -> Done<Vec<Vec<u8>>>;
    async fn presign(&self, key: &str) -> Done<(String, Vec<(String, String)>)>;
    async fn checked(&self, key: &str, body: Vec<u8>, sha256: &str) -> Done<()>;
}

pub async fn make<C: S3>(cell: Cell) -> Done<()> {
    let s3 = C::connect(&cell).await?;
    let [one, two, three] = [b"1".to_vec(), b"2".to_vec(), b"3".to_vec()];
    match cell.call.as_str() {
        "create" => {
            s3.create("key", one).await?;
            reads(&s3, "key", b"1").await
        }
        "create-refused" => {
            s3.create("key", one).await?;
            refused(s3.create("key", two).await)?;
            reads(&s3, "key", b"1").await
        }
        "swap" => {
            s3.put("key", one).await?;
            let (_, etag) = s3.read("key").await?;
            s3.swap("key", two, &etag).await?;
            reads(&s3, "key", b"2").await
        }
        "swap-refused" => {
            s3.put("key", one).await?;
            let (_, old) = s3.read("key").await?;
            s3.put("key", two).await?;
            refused(s3.swap("key", three, &old).await)?;
            reads(&s3, "key", b"2").await
        }
        "get" => {
            s3.put("a folder/key+ü", one).await?;
            reads(&s3, "a folder/key+ü", b"1").await
        }
        "not-modified" => {
            s3.put("key", one).await?;
            let (_, etag) = s3.read("key").await?;
            same(s3.unless("key", &etag).await?, true)
        }
        "multipart" => {
            let bodies = [vec![b'p'; 20 << 20], b"end".to_vec()];
            s3.parts("key", &bodies).await?;
            refused(s3.parts("key", &bodies).await)?;
            reads(&s3, "key", &bodies.concat()).await
        }
        "copy" => {
            s3.put("from", one).await?;
            s3.copy("from", "to").await?;
            reads(&s3, "to", b"1").await
        }
        "list" => {
            for key in ["a/1", "a/2", "a/3", "b"] {
                s3.put(key, one.clone()).await?;
            }
            lists(&s3, "a/", &["a/1", "a/2", "a/3"]).await
        }
        "delete" => {
            s3.put("key", one.clone()).await?;
            s3.put("other", one).await?;
            s3.delete("key").await?;
            lists(&s3, "", &["other"]).await
        }
        "versions" => {
            s3.put("key", one.clone()).await?;
            s3.put("key", two.clone()).await?;
            same(s3.versions("key").await?, vec![two, one])
        }
        "presigned" => presigned(&s3).await,
        "checksum" => {
            s3.checked("key", one.clone(), &sum(&one)).await?;
            match s3.checked("wrong", one, &sum(&two)).await {
                Ok(()) => Err(Failure::Wrong("accepted, where it must be refused".into())),
                Err(_) => lists(&s3, "", &["key"]).await,
            }
        }
        "large" => {
            let body = b"0123456789abcdef".repeat(4 << 20);
            s3.large("key", body.clone()).await?;
            let (found, _) = s3.read("key").await?;
            same(found == body, true)
        }
        "counter" => counter(&s3).await,
        "virtual" | "https" => {
            s3.put("key", one).await?;
            reads(&s3, "key", b"1").await
        }
        other => Err(Failure::Wrong(format!("no such call: {other}"))),
    }
}

async fn reads<C: S3>(s3: &C, key: &str, expected: &[u8]) -> Done<()> {
    let (body, _) = s3.read(key).await?;
    same(body.as_slice(), expected)
}

async fn lists<C: S3>(s3: &C, prefix: &str, expected: &[&str]) -> Done<()> {
    let mut found = s3.list(prefix).await?;
    found.sort();
    same(found, expected.iter().map(|&key| key.to_owned()).collect())
}

fn sum(body: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(body))
}

/// Sent by reqwest, which sets Host by itself.
async fn presigned<C: S3>(s3: &C) -> Done<()> {
    let (address, headers) = s3.presign("key").await?;
    let mut statuses = Vec::new();
    for _ in 0..2 {
        let mut request = reqwest::Client::new().put(&address).body("1");
        for (name, value) in headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")) {
            request = request.header(name, value);
        }
        statuses.push(request.send().await.map_err(wrong)?.status().as_u16());
    }
    same(statuses, vec![200, 412])
}

async fn counter<C: S3>(s3: &C) -> Done<()> {
    s3.put("key", b"0".to_vec()).await?;
    at_once(async |_| {
        let mine = C::connect(&Cell::of("counter")).await?;
        let mut done = 0;
        while done < times() {
            let (body, etag) = mine.read("key").await?;
            let value: usize = String::from_utf8_lossy(&body).parse().map_err(wrong)?;
            match mine.swap("key", (value + 1).to_string().into_bytes(), &etag).await {
                Ok(()) => done += 1,
                Err(Failure::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    })
    .await?;
    reads(s3, "key", (workers() * times()).to_string().as_bytes()).await
}
