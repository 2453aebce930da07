//! The programs of Rust's clients: `matrix PROGRAM [call …]`.

mod dynamodb;
mod harness;
mod object_store_s3;
mod s3;
mod sdk;
mod sdk_dynamodb;
mod sdk_s3;
mod slatedb_store;
mod stores;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().unwrap_or_default();
    let chosen: Vec<String> = arguments.collect();
    match program.as_str() {
        "sdk_s3" => harness::run(&s3::CALLS, chosen, s3::make::<sdk_s3::SdkS3>).await,
        "object_store_s3" => harness::run(&s3::CALLS, chosen, s3::make::<object_store_s3::ObjectStoreS3>).await,
        "sdk_dynamodb" => harness::run(&dynamodb::CALLS, chosen, dynamodb::make::<sdk_dynamodb::SdkDynamoDb>).await,
        "slatedb_store" => harness::run(&stores::CALLS, chosen, stores::make::<slatedb_store::SlateDb>).await,
        _ => {
            eprintln!("no such program: {program}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
