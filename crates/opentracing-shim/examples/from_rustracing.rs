//! A program that was written for rustracing_jaeger: see `docs/opentracing.md`.

use std::{collections::HashMap, time::Duration};

use jaeger_client::Config;
use opentracing_shim::{HttpHeaders, Span, Tracer, field};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (provider, closer) = Config::new("hello-world").with_agent("127.0.0.1:6831").build()?;
    let tracer = Tracer::new(&provider);
    {
        let root = tracer.build_span("say-hello").tag("hello-to", "Bryan").start();
        let mut headers = HashMap::new();
        call(&tracer, &root, &mut headers);
        serve(&tracer, &headers);
    }
    println!("{}", closer.close(Duration::from_secs(2)));
    Ok(())
}

fn call(tracer: &Tracer, parent: &Span, headers: &mut HashMap<String, String>) {
    let span = tracer.build_span("formatString").child_of(&parent.context()).start();
    tracer.inject(&span.context(), HttpHeaders, headers);
    span.log([field("event", "string-format"), field("length", 5)]);
}

fn serve(tracer: &Tracer, headers: &HashMap<String, String>) {
    let caller = tracer.extract(HttpHeaders, headers).ok();
    let _span = tracer.build_span("format").rpc_server(caller.as_ref()).start();
}
