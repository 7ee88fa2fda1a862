//! The program `hello-world`: one span by hand, and a client whose layer makes the others, injects, and tells errors.

use http::Request;
use http_body_util::{BodyExt, Empty};
use jaeger_client::CloseReport;
use opentracing_shim::{global_tracer, set_global_tracer};
use tower::{ServiceBuilder, ServiceExt};
use tower_jaeger::ClientLayer;

use super::phases::{self, ClientWithPhases};
use crate::{
    BoxError, http_client,
    service::Peers,
    tracing::{CLOSE_DEADLINE, Reporting, init},
};

pub(crate) async fn main(
    hello_to: &str,
    greeting: Option<&str>,
    peers: &Peers,
    reporting: &Reporting,
) -> Result<CloseReport, BoxError> {
    let (tracer, closer) = init("hello-world", reporting)?;
    set_global_tracer(tracer)?;
    let said = say_hello(hello_to, greeting, peers).await;
    let report = tokio::task::spawn_blocking(|| closer.close(CLOSE_DEADLINE)).await?;
    said.map(|()| report)
}

async fn say_hello(hello_to: &str, greeting: Option<&str>, peers: &Peers) -> Result<(), BoxError> {
    let span = global_tracer().start_span("say-hello");
    span.set_tag("hello-to", hello_to.to_owned());
    if let Some(greeting) = greeting {
        span.set_baggage_item("greeting", greeting);
    }

    let layer =
        ClientLayer::new().with_on_response(|_, span| span.add_event("GotFirstResponseByte", Vec::new()));
    let client = ServiceBuilder::new().layer(layer).service(phases::client());
    let hello = async {
        let query = serde_urlencoded::to_string([("helloTo", hello_to)])?;
        let url = format!("http://localhost:{}/format?{query}", peers.formatter);
        let hello_str = get(&client, &url).await?;

        let query = serde_urlencoded::to_string([("helloStr", &hello_str)])?;
        let url = format!("http://localhost:{}/publish?{query}", peers.publisher);
        get(&client, &url).await
    };
    let said = span.activate_in(hello).await;

    span.finish();
    said.map(drop)
}

async fn get(client: &tower_jaeger::Client<ClientWithPhases>, url: &str) -> Result<String, BoxError> {
    let request = Request::get(url).body(Empty::new())?;
    let (head, body) = client.clone().oneshot(request).await?.into_parts();
    http_client::text(head.status, &body.collect().await?.to_bytes())
}
