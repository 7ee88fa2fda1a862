//! One HTTP request and the text of its answer, without tracing.

use std::{error::Error, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::time::timeout;

use crate::BoxError;

/// No call of the tutorial takes longer.
const DEADLINE: Duration = Duration::from_secs(5);

/// The text of the answer; an error if there is none, or if its status is not 200.
pub(crate) async fn get(request: Request<Empty<Bytes>>) -> Result<String, BoxError> {
    let answer = async {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request).await.map_err(|error| root_cause(&error))?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        text(status, &body)
    };
    timeout(DEADLINE, answer).await.unwrap_or_else(|_| Err(format!("no answer within {DEADLINE:?}").into()))
}

/// That of a body, if the status is 200.
pub(crate) fn text(status: StatusCode, body: &[u8]) -> Result<String, BoxError> {
    let text = String::from_utf8_lossy(body).into_owned();
    if status != StatusCode::OK {
        return Err(format!("StatusCode: {}, Body: {text}", status.as_u16()).into());
    }
    Ok(text)
}

/// hyper's errors say "client error" and leave the reason to their sources.
fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
