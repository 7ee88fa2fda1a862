//! Spans, their tags, logs and baggage.

use std::time::SystemTime;

use super::{Capabilities, Outcome};
use crate::{Span, SpanContext, Tracer, field};

pub(super) type Checked = Result<Outcome, String>;

/// Fails with what is wrong.
pub(super) fn ensure(is_so: bool, wrong: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(wrong()) }
}

pub(super) fn no_baggage(span_context: &SpanContext) -> Result<(), String> {
    let items: Vec<_> = span_context.baggage_items().collect();
    ensure(items.is_empty(), || format!("a new span has baggage: {items:?}"))
}

pub(super) fn start_span(tracer: &Tracer, _: Capabilities) -> Checked {
    let span = tracer.build_span("Fry").tag("birthday", "August 14 1974").start();
    span.log([field("hospital", "Brooklyn Pre-Med Hospital"), field("city", "Old New York")]);
    span.finish();
    Ok(Outcome::Passed)
}

pub(super) fn start_span_with_parent(tracer: &Tracer, can: Capabilities) -> Checked {
    let parent = tracer.start_span("Turanga Munda");
    let leela = || tracer.build_span("Leela").tag("birthplace", "sewers");
    for span in [leela().child_of(&parent.context()), leela().follows_from(&parent.context())] {
        let span = span.start();
        span.finish();
        if can.ids {
            same_trace(&parent, &span)?;
        }
    }
    parent.finish();
    Ok(if can.ids { Outcome::Passed } else { Outcome::Skipped("ids") })
}

fn same_trace(first: &Span, second: &Span) -> Result<(), String> {
    let (first, second) = (first.context(), second.context());
    ensure(first.is_valid() && first.trace_id_string() == second.trace_id_string(), || {
        format!("not of the same trace: {first:?} and {second:?}")
    })?;
    ensure(first.span_id_string() != second.span_id_string(), || format!("the same span: {first:?}"))
}

pub(super) fn set_operation_name(tracer: &Tracer, _: Capabilities) -> Checked {
    tracer.start_span("").set_operation_name("Farnsworth").finish();
    Ok(Outcome::Passed)
}

pub(super) fn span_tag_value_types(tracer: &Tracer, _: Capabilities) -> Checked {
    let span = tracer.start_span("ManyTypes");
    span.set_tag("an_int", 9).set_tag("a_bool", true).set_tag("a_string", "aoeuidhtns");
    Ok(Outcome::Passed)
}

pub(super) fn span_tags_with_chaining(tracer: &Tracer, _: Capabilities) -> Checked {
    let span = tracer.start_span("Farnsworth");
    span.set_tag("birthday", "9 April, 2841").set_tag("loves", "different lengths of wires");
    span.set_tag("unicode_val", "non-ascii: \u{200b}").set_tag("unicode_key_\u{200b}", "ascii val");
    span.finish();
    Ok(Outcome::Passed)
}

/// Logs behind the end are ignored and counted, where opentracing-go asks for no panic.
pub(super) fn span_logs(tracer: &Tracer, _: Capabilities) -> Checked {
    let span = tracer.start_span("Fry");
    span.log([field("event", "frozen"), field("year", 1999), field("place", "Cryogenics Labs")]);
    span.log([field("event", "defrosted"), field("year", 2999), field("place", "Cryogenics Labs")]);
    span.log_kv_at(SystemTime::now(), [("event", "job-assignment"), ("type", "delivery boy")]);
    span.finish();
    let before = tracer.ignored_operations();
    span.log_kv([("event", "an arbitrary event")]);
    span.log_kv([("event", "y"), ("payload", "z")]);
    let ignored = tracer.ignored_operations() - before;
    ensure(ignored == 2, || format!("of two logs behind the end {ignored} were counted as ignored"))?;
    Ok(Outcome::Passed)
}

pub(super) fn span_baggage(tracer: &Tracer, can: Capabilities) -> Checked {
    let span = tracer.start_span("Fry");
    no_baggage(&span.context())?;
    let value = span.set_baggage_item("Kiff-loves", "Amy").baggage_item("Kiff-loves");
    span.finish();
    if !can.baggage_values {
        return Ok(Outcome::Skipped("values of baggage"));
    }
    ensure(value.as_deref() == Some("Amy"), || format!("expected Amy, found {value:?}"))?;
    Ok(Outcome::Passed)
}

pub(super) fn context_baggage(tracer: &Tracer, can: Capabilities) -> Checked {
    let span = tracer.start_span("Fry");
    let before = span.context();
    no_baggage(&before)?;
    span.set_baggage_item("Kiff-loves", "Amy");
    // It never changes.
    no_baggage(&before)?;
    if !can.baggage_values {
        return Ok(Outcome::Skipped("values of baggage"));
    }
    let items: Vec<_> = span.context().baggage_items().collect();
    ensure(items == [("Kiff-loves".to_owned(), "Amy".to_owned())], || format!("found {items:?}"))?;
    Ok(Outcome::Passed)
}

pub(super) fn multi_baggage(tracer: &Tracer, can: Capabilities) -> Checked {
    let span = tracer.start_span("op");
    no_baggage(&span.context())?;
    span.set_baggage_item("Bag1", "BaggageVal1").set_baggage_item("Bag2", "BaggageVal2");
    if !can.baggage_values {
        return Ok(Outcome::Skipped("values of baggage"));
    }
    let values = ["Bag1", "Bag2"].map(|key| span.baggage_item(key).unwrap_or_default());
    ensure(values == ["BaggageVal1", "BaggageVal2"], || format!("found {values:?}"))?;
    // Whoever wants only one has only one.
    let first = span.context().baggage_items().take(1).count();
    ensure(first == 1, || format!("expected one item, found {first}"))?;
    Ok(Outcome::Passed)
}
