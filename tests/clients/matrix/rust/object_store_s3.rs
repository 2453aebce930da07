//! object_store, whose modes are conditional writes.

use futures::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::signer::{Method, SignedUrlOptions, Signer};
use object_store::{
    Certificate, ClientOptions, Error, GetOptions, GetResult, ObjectStore, ObjectStoreExt, PutMode, UpdateVersion, WriteMultipart,
};

use crate::harness::{Cell, Done, Failure, REGION, certificate, variable, wrong};
use crate::s3::{MINUTE, S3};

pub struct ObjectStoreS3 {
    store: AmazonS3,
}

fn failure(error: Error) -> Failure {
    match error {
        Error::AlreadyExists { .. } => Failure::Refused(vec!["AlreadyExists".into()]),
        Error::Precondition { .. } => Failure::Refused(vec!["Precondition".into()]),
        other => wrong(other),
    }
}

/// What slatedb is given, too.
pub fn store(cell: &Cell) -> Done<AmazonS3> {
    let mut options = ClientOptions::new();
    if cell.tls {
        options = options.with_root_certificate(Certificate::from_pem(&certificate()).map_err(wrong)?);
    }
    let endpoint = if cell.virtual_host { cell.endpoint.replace("//", &format!("//{}.", cell.place)) } else { cell.endpoint.clone() };
    AmazonS3Builder::new()
        .with_bucket_name(&cell.place)
        .with_region(REGION)
        .with_endpoint(endpoint)
        .with_virtual_hosted_style_request(cell.virtual_host)
        .with_access_key_id(variable("AWS_ACCESS_KEY_ID"))
        .with_secret_access_key(variable("AWS_SECRET_ACCESS_KEY"))
        .with_client_options(options.with_allow_http(true))
        .build()
        .map_err(wrong)
}

impl ObjectStoreS3 {
    async fn send(&self, key: &str, body: Vec<u8>, mode: PutMode) -> Done<()> {
        self.store.put_opts(&Path::from(key), body.into(), mode.into()).await.map(drop).map_err(failure)
    }
}

async fn whole(got: GetResult) -> Done<(Vec<u8>, String)> {
    let etag = got.meta.e_tag.clone().unwrap_or_default();
    Ok((got.bytes().await.map_err(failure)?.to_vec(), etag))
}

impl S3 for ObjectStoreS3 {
    async fn connect(cell: &Cell) -> Done<Self> {
        Ok(Self { store: store(cell)? })
    }

    async fn put(&self, key: &str, body: Vec<u8>) -> Done<()> {
        self.send(key, body, PutMode::Overwrite).await
    }

    async fn create(&self, key: &str, body: Vec<u8>) -> Done<()> {
        self.send(key, body, PutMode::Create).await
    }

    async fn swap(&self, key: &str, body: Vec<u8>, etag: &str) -> Done<()> {
        self.send(key, body, PutMode::Update(UpdateVersion { e_tag: Some(etag.into()), version: None })).await
    }

    async fn read(&self, key: &str) -> Done<(Vec<u8>, String)> {
        whole(self.store.get(&Path::from(key)).await.map_err(failure)?).await
    }

    async fn unless(&self, key: &str, etag: &str) -> Done<bool> {
        let options = GetOptions { if_none_match: Some(etag.into()), ..GetOptions::default() };
        match self.store.get_opts(&Path::from(key), options).await {
            Ok(_) => Ok(false),
            Err(Error::NotModified { .. }) => Ok(true),
            Err(error) => Err(failure(error)),
        }
    }

    async fn large(&self, key: &str, body: Vec<u8>) -> Done<()> {
        let upload = self.store.put_multipart(&Path::from(key)).await.map_err(failure)?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, 8 << 20);
        writer.write(&body);
        writer.finish().await.map(drop).map_err(failure)
    }

    async fn parts(&self, _: &str, _: &[Vec<u8>]) -> Done<()> {
        Err(Failure::NotOffered("an upload in parts takes no mode"))
    }

    async fn copy(&self, from: &str, to: &str) -> Done<()> {
        self.store.copy(&Path::from(from), &Path::from(to)).await.map_err(failure)
    }

    async fn list(&self, prefix: &str) -> Done<Vec<String>> {
        let entries: Vec<_> = self.store.list(Some(&Path::from(prefix))).try_collect().await.map_err(failure)?;
        Ok(entries.into_iter().map(|entry| entry.location.to_string()).collect())
    }

    async fn delete(&self, key: &str) -> Done<()> {
        self.store.delete(&Path::from(key)).await.map_err(failure)
    }

    async fn versions(&self, _: &str) -> Done<Vec<Vec<u8>>> {
        Err(Failure::NotOffered("it reads a version, but lists none"))
    }

    async fn presign(&self, key: &str) -> Done<(String, Vec<(String, String)>)> {
        let header = ("if-none-match", "*");
        let name = header.0.parse().map_err(wrong)?;
        let options = SignedUrlOptions::new().with_signed_header(name, header.1.parse().map_err(wrong)?);
        let signed = self.store.signed_url_opts(Method::PUT, &Path::from(key), MINUTE, &options).await.map_err(failure)?;
        Ok((signed.to_string(), vec![(header.0.into(), header.1.into())]))
    }

    async fn checked(&self, _: &str, _: Vec<u8>, _: &str) -> Done<()> {
        Err(Failure::NotOffered("it computes SHA-256 itself (with_checksum_algorithm)"))
    }
}
