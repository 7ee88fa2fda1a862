//! `cargo run -p jaeger-propagation --example vectors -- extract < cases.json` (or `inject`): what we do
//! with requests and contexts, one JSON object per case, by the public functions that the layers use. Behind it may stand the
//! formats, `jaeger` by default, or `w3c`, `both`, `as-received`: `-- extract both < cases.json`.
//!
//! The input is a JSON array. A case for `extract` has `name`, `format` (`http`, or `text` for a map of text) and `headers`
//! (pairs); one for `inject` has `name`, `format`, `ctx` (`trace_id`, `span_id`, `parent_id`, `flags`) and `baggage` (pairs).
//! `tests/data` holds such cases, with what is expected of them.

use std::{
    collections::HashMap,
    io::{self, Read},
    process::ExitCode,
};

use http::{HeaderMap, HeaderName, HeaderValue};
use jaeger_propagation::{CarrierFormat, ExtractCarrier, Extracted, Flags, Propagator, SpanContext};
use serde_json::{Map, Value, json};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vectors: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let (direction, formats) = match *arguments.as_slice() {
        [direction] => (direction, "jaeger"),
        [direction, formats] => (direction, formats),
        _ => ("", ""),
    };
    let case: fn(&Propagator, &Value) -> Result<Value, String> = match direction {
        "extract" => extract,
        "inject" => inject,
        _ => return Err("say extract or inject, and give the cases on standard input".to_owned()),
    };
    let propagator = match formats {
        "jaeger" => Propagator::new(),
        "w3c" => Propagator::w3c(),
        "both" => Propagator::both(),
        "as-received" => Propagator::as_received(),
        _ => return Err("the formats are jaeger, w3c, both or as-received".to_owned()),
    };
    let mut input = String::new();
    io::stdin().read_to_string(&mut input).map_err(|error| error.to_string())?;
    let cases: Vec<Value> = serde_json::from_str(&input).map_err(|error| error.to_string())?;
    for input in &cases {
        let mut output =
            Map::from_iter([("name".to_owned(), input.get("name").cloned().unwrap_or_default())]);
        match case(&propagator, input) {
            Ok(Value::Object(result)) => output.extend(result),
            Ok(other) => drop(output.insert("result".to_owned(), other)),
            Err(error) => drop(output.insert("error".to_owned(), error.into())),
        }
        println!("{}", Value::Object(output));
    }
    Ok(())
}

/// What we read from a request. An error is in the case itself, not in its headers.
pub fn extract(propagator: &Propagator, case: &Value) -> Result<Value, String> {
    let headers = pairs(case.get("headers"))?;
    let extracted = match format(case)? {
        CarrierFormat::TextMap => propagator.extract(headers.as_slice()),
        _ => match header_map(&headers) {
            Some(map) => propagator.extract(&map),
            None => propagator.extract(&RawHeaders(&headers)),
        },
    };
    Ok(describe(&extracted))
}

/// What we write into a request, and the baggage keys that it cannot hold.
pub fn inject(propagator: &Propagator, case: &Value) -> Result<Value, String> {
    let context = context(case.get("ctx").unwrap_or(&Value::Null))?;
    let baggage = pairs(case.get("baggage"))?;
    let items = baggage.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let mut headers = HashMap::new();
    if format(case)? == CarrierFormat::TextMap {
        propagator.inject(context.as_ref(), items, &mut headers);
    } else {
        let mut map = HeaderMap::new();
        propagator.inject(context.as_ref(), items, &mut map);
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.extend(map.iter().map(|(name, value)| (name.to_string(), text(value))));
    }
    let keys = baggage.into_iter().map(|(key, _)| key.to_lowercase());
    let skipped: Vec<_> = keys.filter(|key| !headers.contains_key(&format!("uberctx-{key}"))).collect();
    let mut result = json!({ "headers": headers });
    if let (false, Some(result)) = (skipped.is_empty(), result.as_object_mut()) {
        result.insert("skipped_keys".to_owned(), skipped.into());
    }
    Ok(result)
}

fn format(case: &Value) -> Result<CarrierFormat, String> {
    match case.get("format").and_then(Value::as_str) {
        Some("text") => Ok(CarrierFormat::TextMap),
        Some("http") | None => Ok(CarrierFormat::HttpHeaders),
        Some(other) => Err(format!("format is http or text, found {other:?}")),
    }
}

fn pairs(value: Option<&Value>) -> Result<Vec<(String, String)>, String> {
    let Some(value) = value else { return Ok(Vec::new()) };
    serde_json::from_value(value.clone()).map_err(|error| error.to_string())
}

fn context(ctx: &Value) -> Result<Option<SpanContext>, String> {
    let id = |name: &str| ctx.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (Some(trace_id), Some(span_id)) = (id("trace_id"), id("span_id")) else { return Ok(None) };
    let error = |error: jaeger_propagation::ParseIdError| error.to_string();
    let flags = ctx.get("flags").and_then(Value::as_u64).unwrap_or_default();
    Ok(Some(SpanContext {
        trace_id: trace_id.parse().map_err(error)?,
        span_id: span_id.parse().map_err(error)?,
        parent_id: id("parent_id").map(str::parse).transpose().map_err(error)?,
        flags: Flags::from_bits(u8::try_from(flags).map_err(|error| error.to_string())?),
    }))
}

fn header_map(headers: &[(String, String)]) -> Option<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        map.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    Some(map)
}

/// Headers with bytes that `http::HeaderMap` would not let through.
struct RawHeaders<'a>(&'a [(String, String)]);

impl ExtractCarrier for RawHeaders<'_> {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::HttpHeaders
    }

    fn for_each<'c>(&'c self, visit: impl FnMut(&'c str, &'c [u8])) {
        self.0.for_each(visit);
    }
}

fn describe(extracted: &Extracted) -> Value {
    let baggage: Map<String, Value> = extracted.baggage.iter().map(|(k, v)| (k.into(), v.into())).collect();
    let mut found = match (&extracted.span_context, &extracted.debug_id) {
        (Some(context), _) => json!({
            "outcome": "context",
            "trace_id": format!("{:032x}", u128::from_be_bytes(context.trace_id.to_bytes())),
            "span_id": context.span_id.to_string(),
            "parent_id": context.parent_id.map(|id| id.to_string()),
            "flags": context.flags.bits(),
            "sampled": context.flags.is_sampled(),
            "debug": context.flags.is_debug(),
            "firehose": context.flags.is_firehose(),
            "baggage": baggage,
            "debug_id": null,
        }),
        (None, Some(id)) => json!({"outcome": "root", "baggage": baggage, "debug_id": id, "flags": 3}),
        (None, None) if extracted.refused.is_some() => {
            json!({"outcome": "malformed", "baggage": baggage, "debug_id": null})
        }
        (None, None) if baggage.is_empty() => json!({"outcome": "none", "baggage": {}, "debug_id": null}),
        (None, None) => json!({"outcome": "root", "baggage": baggage, "debug_id": null}),
    };
    if let Some(found) = found.as_object_mut() {
        found.insert("server".to_owned(), server(extracted).into());
        if let Some(refused) = extracted.refused {
            found.insert("error".to_owned(), refused.to_string().into());
        }
    }
    found
}

/// What a server span does with it, in words.
fn server(extracted: &Extracted) -> &'static str {
    match (&extracted.span_context, &extracted.debug_id) {
        (Some(context), _) if context.flags.is_sampled() => "join: child of span_id, same flags",
        (Some(_), _) => "join: child of span_id, same flags, not recorded",
        (None, Some(_)) => "new root, flags 3, tag jaeger-debug-id",
        (None, None) if extracted.baggage.is_empty() => "new root, local sampler",
        (None, None) => "new root, local sampler, carries the baggage",
    }
}
