//! A program that was written for jaeger-client-go: see `docs/opentracing.md`.

use std::time::Duration;

use jaeger_client::{Closer, Config, ConfigError};
use opentracing_shim::{HttpHeaders, Span, Tracer, ext, field, set_global_tracer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (tracer, closer) = tracer()?;
    set_global_tracer(tracer.clone())?;

    let root = tracer.start_span("say-hello");
    root.set_tag("hello-to", "Bryan");
    root.set_baggage_item("greeting", "Bonjour");
    let mut request = http::Request::get("http://localhost:8081/format?helloTo=Bryan").body(())?;
    call(&tracer, &root, &mut request);
    serve(&tracer, &request);
    root.finish();

    println!("{}", closer.close(Duration::from_secs(2)));
    Ok(())
}

/// From `JAEGER_SERVICE_NAME` and the other variables.
fn tracer() -> Result<(Tracer, Closer), ConfigError> {
    let (provider, closer) = Config::from_env()?.build()?;
    Ok((Tracer::new(&provider), closer))
}

fn call(tracer: &Tracer, parent: &Span, request: &mut http::Request<()>) {
    let span = tracer.build_span("formatString").child_of(&parent.context());
    let span = span.tag(ext::SPAN_KIND, ext::SpanKind::Client).start();
    ext::HTTP_METHOD.set(&span, request.method().to_string());
    tracer.inject(&span.context(), HttpHeaders, request.headers_mut());
    span.log([field("event", "string-format"), field("length", 5)]);
    span.finish();
}

fn serve(tracer: &Tracer, request: &http::Request<()>) {
    let caller = tracer.extract(HttpHeaders, request.headers()).ok();
    let span = tracer.build_span("format").rpc_server(caller.as_ref()).start();
    span.log([field("event", "greeting"), field("value", span.baggage_item("greeting").unwrap_or_default())]);
    span.finish();
}
