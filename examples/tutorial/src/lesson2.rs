//! Lesson 2: three spans that are one trace, because one of them is active while the others start.

use jaeger_client::CloseReport;
use opentracing_shim::{field, global_tracer, set_global_tracer};

use crate::{
    BoxError, console,
    tracing::{CLOSE_DEADLINE, Reporting, init},
};

/// `is_broken` is the exercise: nothing is active.
pub(crate) fn main(hello_to: &str, is_broken: bool, reporting: &Reporting) -> Result<CloseReport, BoxError> {
    let (tracer, closer) = init("hello-world", reporting)?;
    set_global_tracer(tracer)?;
    say_hello(hello_to, is_broken);
    Ok(closer.close(CLOSE_DEADLINE))
}

fn say_hello(hello_to: &str, is_broken: bool) {
    let tracer = global_tracer();
    let span = tracer.start_span("say-hello");
    span.set_tag("hello-to", hello_to.to_owned());

    let active = (!is_broken).then(|| tracer.activate(&span));
    let hello_str = format_string(hello_to);
    print_hello(&hello_str);
    drop(active);

    span.finish();
}

fn format_string(hello_to: &str) -> String {
    let span = global_tracer().start_span("formatString");
    let hello_str = format!("Hello, {hello_to}!");
    span.log([field("event", "string-format"), field("value", hello_str.clone())]);
    span.finish();
    hello_str
}

fn print_hello(hello_str: &str) {
    let span = global_tracer().start_span("printHello");
    console::say(hello_str);
    span.log_kv([("event", "println")]);
    span.finish();
}
