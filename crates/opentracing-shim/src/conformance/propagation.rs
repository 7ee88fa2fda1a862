//! Carriers.

use std::collections::HashMap;

use super::{
    Capabilities, Outcome,
    spans::{Checked, ensure, no_baggage},
};
use crate::{Binary, ExtractFormat, HttpHeaders, InjectFormat, PropagationError, Span, TextMap, Tracer};

pub(super) fn text(tracer: &Tracer, can: Capabilities) -> Checked {
    round_trip(tracer, can, TextMap, HashMap::<String, String>::new())
}

pub(super) fn http(tracer: &Tracer, can: Capabilities) -> Checked {
    round_trip(tracer, can, HttpHeaders, http::HeaderMap::new())
}

pub(super) fn binary(tracer: &Tracer, can: Capabilities) -> Checked {
    round_trip(tracer, can, Binary, Vec::<u8>::new())
}

fn round_trip<F, C>(tracer: &Tracer, can: Capabilities, format: F, mut carrier: C) -> Checked
where
    F: InjectFormat<C> + ExtractFormat<C> + Copy,
{
    let span = tracer.start_span("Bender");
    span.tracer().inject(&span.context(), format, &mut carrier);
    let extracted = tracer.extract(format, &carrier);
    span.finish();
    if !can.extract || !can.inject {
        return Ok(Outcome::Skipped("carriers"));
    }
    let extracted = extracted.map_err(|error| error.to_string())?;
    no_baggage(&extracted)?;
    if !can.ids {
        return Ok(Outcome::Skipped("ids"));
    }
    same_span(&span, &extracted)?;
    Ok(Outcome::Passed)
}

fn same_span(span: &Span, extracted: &crate::SpanContext) -> Result<(), String> {
    let own = span.context();
    let ids = |context: &crate::SpanContext| (context.trace_id_string(), context.span_id_string());
    ensure(own.is_valid() && ids(&own) == ids(extracted), || format!("expected {own:?}, found {extracted:?}"))
}

pub(super) fn mandatory_formats(tracer: &Tracer, can: Capabilities) -> Checked {
    let checks = [text, http, binary];
    let outcomes = checks.map(|check| check(tracer, can));
    outcomes.into_iter().try_fold(Outcome::Passed, |so_far, outcome| {
        let outcome = outcome?;
        Ok(if so_far == Outcome::Passed { outcome } else { so_far })
    })
}

/// See the examples of the module, which do not compile.
pub(super) fn ruled_out(_: &Tracer, _: Capabilities) -> Checked {
    Ok(Outcome::RuledOut)
}

/// A carrier that is none does not compile; of one in which there is nothing, or nothing that can be read, it is told which.
pub(super) fn invalid_extract(tracer: &Tracer, can: Capabilities) -> Checked {
    if !can.extract {
        return Ok(Outcome::Skipped("carriers"));
    }
    let nothing = tracer.extract(Binary, &Vec::new()).map(|_| ());
    ensure(nothing == Err(PropagationError::SpanContextNotFound), || format!("of no bytes: {nothing:?}"))?;
    let cut_off = tracer.extract(Binary, &vec![1_u8; 20]).map(|_| ());
    ensure(matches!(cut_off, Err(PropagationError::SpanContextCorrupted(_))), || {
        format!("of bytes that end too early: {cut_off:?}")
    })?;
    Ok(Outcome::Passed)
}
