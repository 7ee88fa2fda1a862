//! tonic's `MetadataMap` as a carrier, as an interceptor uses it.
#![cfg(feature = "tonic")]

use jaeger_propagation::{BaggageDrop, Flags, Propagator, SpanContext};
use tonic::metadata::{MetadataMap, MetadataValue};

#[test]
fn what_is_injected_is_extracted() {
    let jaeger = Propagator::new();
    let context = SpanContext::new(0x7b.into(), 0x1c8.into(), Flags::SAMPLED | Flags::DEBUG);
    let mut metadata = MetadataMap::new();
    metadata.insert("uberctx-old", MetadataValue::from_static("1"));
    metadata.insert("x-request-id", MetadataValue::from_static("4711"));
    jaeger.inject(
        Some(&context),
        [("Customer", "Trom Chocolatier"), ("bytes-bin", "1"), ("a+b", "1")],
        &mut metadata,
    );

    assert_eq!(metadata.get("uber-trace-id").unwrap(), "000000000000007b:00000000000001c8:0:3");
    assert_eq!(metadata.get("uberctx-customer").unwrap(), "Trom%20Chocolatier");
    assert_eq!(metadata.len(), 3, "{metadata:?}");
    assert_eq!(jaeger.counters().baggage_dropped(BaggageDrop::UnsendableKey), 2);

    let extracted = jaeger.extract(&metadata);
    assert_eq!(extracted.span_context, Some(context.with_parent_id(0.into())));
    assert_eq!(extracted.baggage.iter().collect::<Vec<_>>(), [("customer", "Trom Chocolatier")]);
}
