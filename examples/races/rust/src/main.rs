// A lost update, found and drawn; and compare-and-set, which holds in every order.
//   cargo run -- http://127.0.0.1:4566
use aws_sdk_s3::config::{Credentials, Region};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::{Client, Config, Error};
use serde_json::{json, Value};
use std::future::Future;

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

struct Server {
    endpoint: String,
}

impl Server {
    /// The status and the text of an answer of the administration.
    fn ask(&self, method: &str, path: &str, document: Value) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let url = format!("{}/_condemu/{path}", self.endpoint);
        let answer = match method {
            "POST" => agent.post(&url).send_json(&document),
            "DELETE" => agent.delete(&url).call(),
            _ => agent.get(&url).call(),
        };
        let mut answer = answer.unwrap();
        let (status, text) = (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap());
        assert!(status < 400, "{text}");
        (status, text)
    }

    fn client(&self, key: &str, secret: &str) -> Client {
        let config = Config::builder()
            .endpoint_url(&self.endpoint)
            .region(Region::new("us-east-1"))
            .force_path_style(true)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new(key, secret, None, None, "race"));
        Client::from_conf(config.build())
    }

    /// Runs the actors under every order of their requests; returns the report.
    fn explore(&self, actor: fn(&Client) -> Result<(), Error>, check: impl Fn() -> String, replay: Option<&str>) -> String {
        let names = ["a", "b"];
        let made = self.ask("POST", "races", json!({"actors": names, "replay": replay})).1;
        let made: Value = serde_json::from_str(&made).unwrap();
        let race = format!("races/{}", made["race"].as_str().unwrap());
        while self.ask("POST", &format!("{race}/next"), json!({})).0 == 200 {
            std::thread::scope(|threads| {
                for name in names {
                    let (made, path) = (&made, format!("{race}/actors/{name}"));
                    threads.spawn(move || {
                        let key = made["access_keys"][name].as_str().unwrap();
                        let client = self.client(key, made["secret_access_key"].as_str().unwrap());
                        self.ask("POST", &path, json!({"is": "started"}));
                        let told = actor(&client).err().map(|error| error.to_string());
                        self.ask("POST", &path, json!({"is": "ended", "told": told}));
                    });
                }
            });
            let why = check();
            self.ask("POST", &format!("{race}/verdict"), json!({"ok": why.is_empty(), "why": why}));
        }
        let report = self.ask("GET", &format!("{race}/report"), json!({})).1;
        self.ask("DELETE", &race, json!({}));
        report
    }
}

fn read(s3: &Client) -> Result<(u32, Option<String>), Error> {
    wait(async {
        let found = s3.get_object().bucket("counters").key("visits").send().await?;
        let etag = found.e_tag().map(String::from);
        let body = found.body.collect().await.expect("the whole body").to_vec();
        Ok((String::from_utf8(body).unwrap().parse().unwrap(), etag))
    })
}

fn write(s3: &Client, visits: u32, etag: Option<String>) -> Result<(), Error> {
    let body = ByteStream::from(visits.to_string().into_bytes());
    let put = s3.put_object().bucket("counters").key("visits").body(body).set_if_match(etag);
    wait(put.send())?;
    Ok(())
}

fn careless(s3: &Client) -> Result<(), Error> {
    let (visits, _) = read(s3)?;
    write(s3, visits + 1, None)
}

fn careful(s3: &Client) -> Result<(), Error> {
    loop {
        let (visits, etag) = read(s3)?;
        match write(s3, visits + 1, etag) {
            Err(error) if error.code() == Some("PreconditionFailed") => continue,
            done => return done,
        }
    }
}

fn main() {
    let server = Server { endpoint: std::env::args().nth(1).expect("the URL of condemu") };
    let setup = server.client("setup", "any");
    wait(setup.create_bucket().bucket("counters").send()).unwrap();
    write(&setup, 0, None).unwrap();
    let check = || match read(&setup).unwrap().0 {
        2 => String::new(),
        visits => format!("two visits, and the counter is at {visits}"),
    };
    let found = server.explore(careless, check, None);
    let token = found.split("\"replay\": \"").nth(1).and_then(|rest| rest.split('"').next());
    println!("{found}");
    println!("{}", server.explore(careless, check, token));
    println!("{}", server.explore(careful, check, None));
}
