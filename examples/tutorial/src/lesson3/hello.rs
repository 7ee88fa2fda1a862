//! The program `hello-world`: calls the formatter, then the publisher.

use http::Request;
use http_body_util::Empty;
use jaeger_client::CloseReport;
use opentracing_shim::{HttpHeaders, Span, ext, field, global_tracer, set_global_tracer};

use crate::{
    BoxError, http_client,
    service::Peers,
    tracing::{CLOSE_DEADLINE, Reporting, init},
};

pub(crate) async fn main(
    hello_to: &str,
    peers: &Peers,
    reporting: &Reporting,
) -> Result<CloseReport, BoxError> {
    let (tracer, closer) = init("hello-world", reporting)?;
    set_global_tracer(tracer)?;
    let said = say_hello(hello_to, peers).await;
    // Spans of an error are worth the most: they are sent before it is told.
    let report = tokio::task::spawn_blocking(|| closer.close(CLOSE_DEADLINE)).await?;
    said.map(|()| report)
}

async fn say_hello(hello_to: &str, peers: &Peers) -> Result<(), BoxError> {
    let span = global_tracer().start_span("say-hello");
    span.set_tag("hello-to", hello_to.to_owned());

    let hello = async {
        let hello_str = format_string(hello_to, peers).await?;
        print_hello(&hello_str, peers).await
    };
    let said = span.activate_in(hello).await;

    span.finish();
    said
}

pub(crate) async fn format_string(hello_to: &str, peers: &Peers) -> Result<String, BoxError> {
    let span = global_tracer().build_span("formatString").tag(ext::SPAN_KIND, ext::SpanKind::Client).start();
    let query = serde_urlencoded::to_string([("helloTo", hello_to)])?;
    let url = format!("http://localhost:{}/format?{query}", peers.formatter);

    let hello_str = call(&span, url, peers).await?;

    span.log([field("event", "string-format"), field("value", hello_str.clone())]);
    span.finish();
    Ok(hello_str)
}

pub(crate) async fn print_hello(hello_str: &str, peers: &Peers) -> Result<(), BoxError> {
    let span = global_tracer().build_span("printHello").tag(ext::SPAN_KIND, ext::SpanKind::Client).start();
    let query = serde_urlencoded::to_string([("helloStr", hello_str)])?;
    let url = format!("http://localhost:{}/publish?{query}", peers.publisher);

    call(&span, url, peers).await?;

    span.finish();
    Ok(())
}

/// A request that bears the context of its span.
async fn call(span: &Span, url: String, peers: &Peers) -> Result<String, BoxError> {
    let mut request = Request::get(&url).body(Empty::new())?;
    ext::HTTP_URL.set(span, url);
    ext::HTTP_METHOD.set(span, "GET");
    if !peers.forgets_to_inject {
        span.tracer().inject(&span.context(), HttpHeaders, request.headers_mut());
    }
    let answer = http_client::get(request).await;
    if let Err(error) = &answer {
        ext::log_error(span, &**error, []);
    }
    answer
}
