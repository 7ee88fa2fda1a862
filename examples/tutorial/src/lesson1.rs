//! Lesson 1: one span, with a tag and two logs, and the closer that sends it.

use jaeger_client::CloseReport;
use opentracing_shim::{Tracer, field};

use crate::{
    BoxError, console,
    tracing::{CLOSE_DEADLINE, Reporting, init},
};

pub(crate) fn main(hello_to: &str, reporting: &Reporting) -> Result<CloseReport, BoxError> {
    let (tracer, closer) = init("hello-world", reporting)?;
    say_hello(&tracer, hello_to);
    Ok(closer.close(CLOSE_DEADLINE))
}

fn say_hello(tracer: &Tracer, hello_to: &str) {
    let span = tracer.start_span("say-hello");
    span.set_tag("hello-to", hello_to.to_owned());

    let hello_str = format!("Hello, {hello_to}!");
    span.log([field("event", "string-format"), field("value", hello_str.clone())]);

    console::say(&hello_str);
    span.log_kv([("event", "println")]);

    span.finish();
}
