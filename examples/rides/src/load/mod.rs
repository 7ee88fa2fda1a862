//! The load generator: many dispatches, and whether their traces are stored.

mod about;
mod progress;
mod report;
mod stored;

pub(crate) use self::about::About;

use std::{process::ExitCode, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Request, StatusCode};
use http_body_util::Empty;
use tokio::time::Instant;

use self::{progress::Progress, report::Report};
use crate::{
    BoxError,
    args::LoadAgainst,
    console,
    frontend::Dispatched,
    http_client::{self, PlainClient},
    plan::{CUSTOMERS, Customer},
};

/// Who asks, in the baggage.
const SESSION: &str = "load";

/// A dispatch asks five services, each of which may take its time.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) requests: usize,
    /// How many are under way at a time.
    pub(crate) concurrency: usize,
}

/// One request, and what came of it.
#[derive(Debug)]
struct Answered {
    request: String,
    customer: Customer,
    latency: Duration,
    /// Without an answer, why.
    answer: Result<(StatusCode, Dispatched), String>,
}

/// Asks the frontend at this URL for so many rides and prints what came of them; an error if one of them failed or a span is lost.
pub(crate) async fn run(frontend: &str, load: Load, deadline: Duration) -> Result<(), BoxError> {
    let client = client();
    let about = About::ask(frontend).await?;
    let mut progress = Progress::new(load.requests);
    let started = Instant::now();
    let requests = (0..load.requests).map(|index| ask(client.clone(), frontend, index));
    let mut requests = stream::iter(requests).buffer_unordered(load.concurrency);
    let mut answers = Vec::with_capacity(load.requests);
    while let Some(answered) = requests.next().await {
        progress.count(answered.is_ride());
        answers.push(answered);
    }
    let took = started.elapsed();
    progress.finish();
    let stored = stored::count(&about, &answers, deadline).await;
    let report = Report::new(load, took, &answers, stored);
    console::say(report.to_string().trim_end());
    report.verdict().map_err(BoxError::from)
}

/// The program `rides load`.
pub(crate) async fn against(options: LoadAgainst) -> ExitCode {
    let LoadAgainst { url, load, deadline } = options;
    match run(&url, load, deadline).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain(&format!("rides: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// All customers take turns.
async fn ask(client: PlainClient, frontend: &str, index: usize) -> Answered {
    let customer = CUSTOMERS.into_iter().cycle().nth(index % CUSTOMERS.len());
    let customer = customer.unwrap_or(crate::plan::RACHEL);
    let request = format!("{SESSION}-{}", index + 1);
    let started = Instant::now();
    let answer = dispatch(client, frontend, customer, SESSION, &request).await;
    Answered { request, customer, latency: started.elapsed(), answer }
}

/// For somebody who waits for a ride.
pub(crate) fn client() -> PlainClient {
    http_client::with_timeout(PATIENCE)
}

/// Asks for a ride as the page does, with baggage and without a trace.
pub(crate) async fn dispatch(
    client: PlainClient,
    frontend: &str,
    customer: Customer,
    session: &str,
    request: &str,
) -> Result<(StatusCode, Dispatched), String> {
    let asked = Request::get(format!("{frontend}/dispatch?customer={}", customer.id))
        .header("jaeger-baggage", format!("session={session}, request={request}"))
        .body(Empty::<Bytes>::new())
        .map_err(|error| error.to_string())?;
    let sent = http_client::send(client, asked).await;
    let (status, body) = sent.map_err(|error| format!("the frontend {error}"))?;
    let answer = serde_json::from_slice(&body);
    let text = || format!("{status}: {}", String::from_utf8_lossy(&body));
    answer.map(|answer| (status, answer)).map_err(|_| text())
}

// === impl Answered ===

impl Answered {
    fn is_ride(&self) -> bool {
        matches!(&self.answer, Ok((StatusCode::OK, _)))
    }
}
