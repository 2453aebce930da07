//! What the programs of Rust's clients share. The Python harness beside this folder says more.

use std::env;
use std::fmt::Debug;

use futures::future::try_join_all;

pub const REGION: &str = "us-east-1";

/// One call of one client; place is the bucket or the table.
#[derive(Clone)]
pub struct Cell {
    pub call: String,
    pub place: String,
    pub endpoint: String,
    pub tls: bool,
    pub virtual_host: bool,
}

impl Cell {
    pub fn of(call: &str) -> Self {
        let (tls, virtual_host) = (call == "https", call == "virtual");
        let name = if tls || virtual_host { "localhost" } else { "127.0.0.1" };
        let scheme = if tls { "https" } else { "http" };
        Self {
            call: call.into(),
            place: format!("matrix-{call}"),
            endpoint: format!("{scheme}://{name}:{}", variable("MATRIX_PORT")),
            tls,
            virtual_host,
        }
    }
}

/// Why a verb, or a call, did not do what it says.
#[derive(Debug)]
pub enum Failure {
    /// The client has no such thing, and why.
    NotOffered(&'static str),
    /// A condition refused it. A transaction has a code for each of its items.
    Refused(Vec<String>),
    Wrong(String),
}

pub type Done<T> = Result<T, Failure>;

pub fn wrong(error: impl Debug) -> Failure {
    Failure::Wrong(format!("{error:.400?}"))
}

pub fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

pub fn workers() -> usize {
    variable("MATRIX_WORKERS").parse().expect("a number")
}

pub fn times() -> usize {
    variable("MATRIX_TIMES").parse().expect("a number")
}

pub fn certificate() -> Vec<u8> {
    std::fs::read(variable("MATRIX_CERTIFICATE")).expect("a file")
}

pub fn same<T: PartialEq + Debug>(found: T, expected: T) -> Done<()> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (format!("{found:?}"), format!("{expected:?}"));
    Err(Failure::Wrong(format!("expected {expected:.150}, found {found:.150}")))
}

/// Returns what the refusal says; what is accepted, or fails otherwise, is an error.
pub fn refused<T>(done: Done<T>) -> Done<Vec<String>> {
    match done {
        Ok(_) => Err(Failure::Wrong("accepted, where it must be refused".into())),
        Err(Failure::Refused(reasons)) => Ok(reasons),
        Err(other) => Err(other),
    }
}

/// Runs work in all workers.
pub async fn at_once<F: Future<Output = Done<()>>>(work: impl Fn(usize) -> F) -> Done<()> {
    try_join_all((0..workers()).map(work)).await.map(drop)
}

pub async fn run(calls: &[&str], chosen: Vec<String>, make: impl AsyncFn(Cell) -> Done<()>) {
    let all = calls.iter().map(|&call| call.to_owned()).collect();
    for call in if chosen.is_empty() { all } else { chosen } {
        let (outcome, note) = match make(Cell::of(&call)).await {
            Ok(()) => ("ok", String::new()),
            Err(Failure::NotOffered(why)) => ("not offered", why.into()),
            Err(Failure::Refused(reasons)) => ("wrong", format!("refused: {}", reasons.join(", "))),
            Err(Failure::Wrong(note)) => ("wrong", note),
        };
        let quoted = |text: &str| serde_json::Value::from(text);
        println!(r#"{{"call": {}, "outcome": {}, "note": {}}}"#, quoted(&call), quoted(outcome), quoted(&note));
    }
}
