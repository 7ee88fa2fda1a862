//! The program `hello-world`: that of lesson 3, and a greeting in the baggage. The calls are the same functions.

use jaeger_client::CloseReport;
use opentracing_shim::{global_tracer, set_global_tracer};

use crate::{
    BoxError,
    lesson3::hello::{format_string, print_hello},
    service::Peers,
    tracing::{CLOSE_DEADLINE, Reporting, init},
};

pub(crate) async fn main(
    hello_to: &str,
    greeting: &str,
    peers: &Peers,
    reporting: &Reporting,
) -> Result<CloseReport, BoxError> {
    let (tracer, closer) = init("hello-world", reporting)?;
    set_global_tracer(tracer)?;
    let said = say_hello(hello_to, greeting, peers).await;
    let report = tokio::task::spawn_blocking(|| closer.close(CLOSE_DEADLINE)).await?;
    said.map(|()| report)
}

async fn say_hello(hello_to: &str, greeting: &str, peers: &Peers) -> Result<(), BoxError> {
    let span = global_tracer().start_span("say-hello");
    span.set_tag("hello-to", hello_to.to_owned());
    span.set_baggage_item("greeting", greeting);

    let hello = async {
        let hello_str = format_string(hello_to, peers).await?;
        print_hello(&hello_str, peers).await
    };
    let said = span.activate_in(hello).await;

    span.finish();
    said
}
