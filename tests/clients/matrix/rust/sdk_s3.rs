//! The SDK, aws-sdk-s3.

use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use aws_smithy_runtime_api::http::Response;

use crate::harness::{Cell, Done, Failure, REGION, wrong};
use crate::s3::{MINUTE, S3};
use crate::sdk::{credentials, http};

pub struct SdkS3 {
    api: aws_sdk_s3::Client,
    bucket: String,
}

fn failure<E>(error: SdkError<E, Response>) -> Failure
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match error.code() {
        Some(code @ ("PreconditionFailed" | "ConditionalRequestConflict")) => Failure::Refused(vec![code.into()]),
        _ => Failure::Wrong(format!("{:.400}", DisplayErrorContext(&error).to_string())),
    }
}

impl SdkS3 {
    fn to(&self, key: &str, body: Vec<u8>) -> PutObjectFluentBuilder {
        self.api.put_object().bucket(&self.bucket).key(key).body(body.into())
    }

    fn from(&self, key: &str) -> GetObjectFluentBuilder {
        self.api.get_object().bucket(&self.bucket).key(key)
    }
}

async fn send(put: PutObjectFluentBuilder) -> Done<()> {
    put.send().await.map(drop).map_err(failure)
}

async fn get(get: GetObjectFluentBuilder) -> Done<(Vec<u8>, String)> {
    let got = get.send().await.map_err(failure)?;
    let etag = got.e_tag().unwrap_or_default().to_owned();
    Ok((got.body.collect().await.map_err(wrong)?.to_vec(), etag))
}

impl S3 for SdkS3 {
    async fn connect(cell: &Cell) -> Done<Self> {
        let settings = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(&cell.endpoint)
            .force_path_style(!cell.virtual_host)
            .credentials_provider(credentials())
            .http_client(http(cell))
            .build();
        Ok(Self { api: aws_sdk_s3::Client::from_conf(settings), bucket: cell.place.clone() })
    }

    async fn put(&self, key: &str, body: Vec<u8>) -> Done<()> {
        send(self.to(key, body)).await
    }

    async fn create(&self, key: &str, body: Vec<u8>) -> Done<()> {
        send(self.to(key, body).if_none_match("*")).await
    }

    async fn swap(&self, key: &str, body: Vec<u8>, etag: &str) -> Done<()> {
        send(self.to(key, body).if_match(etag)).await
    }

    async fn read(&self, key: &str) -> Done<(Vec<u8>, String)> {
        get(self.from(key)).await
    }

    async fn unless(&self, key: &str, etag: &str) -> Done<bool> {
        match self.from(key).if_none_match(etag).send().await {
            Ok(_) => Ok(false),
            Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 304) => Ok(true),
            Err(error) => Err(failure(error)),
        }
    }

    async fn large(&self, key: &str, body: Vec<u8>) -> Done<()> {
        self.put(key, body).await
    }

    async fn parts(&self, key: &str, bodies: &[Vec<u8>]) -> Done<()> {
        let upload = self.api.create_multipart_upload().bucket(&self.bucket).key(key).send().await.map_err(failure)?;
        let id = upload.upload_id().unwrap_or_default();
        let mut sent = Vec::new();
        for (number, body) in (1..).zip(bodies) {
            let part = self.api.upload_part().bucket(&self.bucket).key(key).upload_id(id).part_number(number);
            let part = part.body(body.clone().into()).send().await.map_err(failure)?;
            sent.push(CompletedPart::builder().part_number(number).set_e_tag(part.e_tag).build());
        }
        let complete = self.api.complete_multipart_upload().bucket(&self.bucket).key(key).upload_id(id).if_none_match("*");
        let parts = CompletedMultipartUpload::builder().set_parts(Some(sent)).build();
        complete.multipart_upload(parts).send().await.map(drop).map_err(failure)
    }

    async fn copy(&self, from: &str, to: &str) -> Done<()> {
        let source = format!("{}/{from}", self.bucket);
        let copy = self.api.copy_object().bucket(&self.bucket).key(to).copy_source(source);
        copy.send().await.map(drop).map_err(failure)
    }

    async fn list(&self, prefix: &str) -> Done<Vec<String>> {
        let listed = self.api.list_objects_v2().bucket(&self.bucket).prefix(prefix).send().await.map_err(failure)?;
        Ok(listed.contents().iter().filter_map(|entry| entry.key.clone()).collect())
    }

    async fn delete(&self, key: &str) -> Done<()> {
        self.api.delete_object().bucket(&self.bucket).key(key).send().await.map(drop).map_err(failure)
    }

    async fn versions(&self, key: &str) -> Done<Vec<Vec<u8>>> {
        let listed = self.api.list_object_versions().bucket(&self.bucket).prefix(key).send().await.map_err(failure)?;
        let mut bodies = Vec::new();
        for version in listed.versions() {
            bodies.push(get(self.from(key).set_version_id(version.version_id.clone())).await?.0);
        }
        Ok(bodies)
    }

    async fn presign(&self, key: &str) -> Done<(String, Vec<(String, String)>)> {
        let put = self.api.put_object().bucket(&self.bucket).key(key).if_none_match("*");
        let signed = put.presigned(PresigningConfig::expires_in(MINUTE).map_err(wrong)?).await.map_err(failure)?;
        Ok((signed.uri().to_owned(), signed.headers().map(|(name, value)| (name.into(), value.into())).collect()))
    }

    async fn checked(&self, key: &str, body: Vec<u8>, sha256: &str) -> Done<()> {
        send(self.to(key, body).checksum_sha256(sha256)).await
    }
}
