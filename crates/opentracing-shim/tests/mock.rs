//! The tracer for users' tests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::{Duration, UNIX_EPOCH};

use opentelemetry::Context;
use opentracing_shim::{ReferenceType, Value, field, mock::MockTracer};

#[test]
fn what_a_program_did_can_be_read() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let root = tracer.build_span("root").start_time(UNIX_EPOCH).tag("a", 1).start();
    root.set_tag("a", 2).set_tag("error", true).set_baggage_item("customer", "731");
    let other = tracer.build_span("other").ignore_active_span().start();
    let child = tracer.build_span("child").child_of(&root.context()).follows_from(&other.context()).start();
    child.log([field("event", "retry"), field("attempt", 2)]);
    assert_eq!((mock.unfinished_spans(), mock.finished_spans().len()), (3, 0));
    child.finish();
    root.finish_with_time(UNIX_EPOCH + Duration::from_secs(1));

    let finished = mock.finished_spans();
    assert_eq!((mock.unfinished_spans(), finished.len()), (1, 2));
    let [child, root] = finished.as_slice() else { unreachable!() };
    assert_eq!((child.operation_name.as_str(), root.operation_name.as_str()), ("child", "root"));
    assert_eq!(root.tag("a"), Some(&Value::Long(2)));
    assert_eq!(root.tag("error"), Some(&Value::Bool(true)));
    assert_eq!((root.start_time, root.finish_time), (UNIX_EPOCH, UNIX_EPOCH + Duration::from_secs(1)));
    let types: Vec<_> = child.references.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(types, [ReferenceType::ChildOf, ReferenceType::FollowsFrom]);
    assert_eq!(child.references[0].1.span_id_string(), root.context.span_id_string());
    assert_eq!(child.context.trace_id_string(), root.context.trace_id_string());
    assert_eq!(child.context.baggage_item("customer").as_deref(), Some("731"));
    assert_eq!(child.logs[0].field("attempt"), Some(&Value::Long(2)));

    mock.reset();
    assert!(mock.finished_spans().is_empty());
}

#[test]
fn what_has_finished_keeps_no_span_from_its_end() {
    let mock = MockTracer::new();
    {
        let outer = mock.tracer().start_span("outer");
        let _scope = mock.tracer().activate(&outer);
        let _other = Context::current_with_value("of another instrumentation").attach();
        mock.tracer().start_span("inner").finish();
    }
    assert_eq!((mock.unfinished_spans(), mock.finished_spans().len()), (0, 2));
    mock.reset();
    assert!(mock.finished_spans().is_empty());
}
