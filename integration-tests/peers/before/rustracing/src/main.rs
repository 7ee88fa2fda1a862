use std::{collections::HashMap, thread};

use rustracing::{log::LogField, sampler::AllSampler, tag::Tag};
use rustracing_jaeger::{
    Span, Tracer,
    reporter::JaegerCompactReporter,
    span::{SpanContext, SpanReceiver},
};

fn main() {
    let (tracer, finished): (Tracer, SpanReceiver) = Tracer::new(AllSampler);
    let reporting = thread::spawn(move || {
        let reporter = JaegerCompactReporter::new("hello-world").unwrap();
        while let Ok(span) = finished.recv() {
            reporter.report(&[span]).unwrap();
        }
    });
    {
        let root = tracer.span("say-hello").tag(Tag::new("hello-to", "Bryan")).start();
        let mut headers = HashMap::new();
        call(&tracer, &root, &mut headers);
        serve(&tracer, &headers);
    }
    drop(tracer);
    reporting.join().unwrap();
}

fn call(tracer: &Tracer, parent: &Span, headers: &mut HashMap<String, String>) {
    let mut span = tracer.span("formatString").child_of(parent).start();
    if let Some(context) = span.context() {
        context.inject_to_http_header(headers).unwrap();
    }
    span.log(|log| {
        log.std().event("string-format");
        log.field(LogField::new("length", "5"));
    });
}

fn serve(tracer: &Tracer, headers: &HashMap<String, String>) {
    let caller = SpanContext::extract_from_http_header(headers).unwrap();
    let _span = tracer.span("format").child_of(&caller).start();
}
