//! What a search for traces asks for.

use std::collections::BTreeMap;
use std::sync::Arc;

use jaeger_thrift::Tag;

use super::answer::QueryError;
use super::params::Params;
use crate::json::value_as_text;
use crate::store::{ReceivedSpan, SOURCE_TAG, Store, Trace};

/// How many traces Jaeger's query service gives if the query does not say.
const DEFAULT_LIMIT: i32 = 100;

/// The criteria; a trace is found if one of its spans meets all of them.
///
/// Without `start` and `end` all times are searched: unlike a database, this memory holds nothing so old
/// that it should be hidden, and a sender's clock may be wrong.
#[derive(Debug)]
pub(super) struct Search {
    service: String,
    operation: Option<String>,
    tags: Vec<(String, String)>,
    /// Nanoseconds.
    min_duration: Option<i64>,
    max_duration: Option<i64>,
    start_us: Option<i64>,
    end_us: Option<i64>,
    limit: i32,
}

// === impl Search ===

impl Search {
    pub(super) fn parse(params: &Params) -> Result<Self, QueryError> {
        let search = Self {
            service: params.service()?.to_owned(),
            operation: params.first("operation").map(str::to_owned),
            start_us: params.integer("start")?,
            end_us: params.integer("end")?,
            limit: params.unnamed_integer("limit")?.unwrap_or(DEFAULT_LIMIT),
            min_duration: params.duration("minDuration")?,
            max_duration: params.duration("maxDuration")?,
            tags: parse_tags(params)?,
        };
        match (search.min_duration, search.max_duration) {
            (Some(min), Some(max)) if max < min => {
                Err(QueryError::bad_request("'maxDuration' should be greater than 'minDuration'"))
            }
            _ => Ok(search),
        }
    }

    /// The traces found, newest first and at most `limit`; a limit that is not positive is none.
    pub(super) fn run(&self, store: &Store) -> Vec<Arc<Trace>> {
        let mut found = store.traces();
        found.retain(|trace| trace.spans().iter().any(|span| self.is_met_by(span)));
        found.sort_by_cached_key(|trace| {
            std::cmp::Reverse(trace.spans().iter().map(|span| span.span.start_time).min())
        });
        if let Ok(limit @ 1..) = usize::try_from(self.limit) {
            found.truncate(limit);
        }
        found
    }

    fn is_met_by(&self, received: &ReceivedSpan) -> bool {
        let span = &received.span;
        let (_, duration) = received.nanoseconds();
        received.service() == self.service
            && self.operation.as_ref().is_none_or(|operation| *operation == span.operation_name)
            && self.min_duration.is_none_or(|min| duration >= min.into())
            && self.max_duration.is_none_or(|max| duration <= max.into())
            && self.start_us.is_none_or(|start| span.start_time >= start)
            && self.end_us.is_none_or(|end| span.start_time <= end)
            && self.tags.iter().all(|(key, value)| has_tag(received, key, value))
    }
}

/// `tag=key:value` and `tags={"key":"value"}`, each any number of times.
fn parse_tags(params: &Params) -> Result<Vec<(String, String)>, QueryError> {
    let mut tags = Vec::new();
    for tag in params.all("tag") {
        let (key, value) = tag.split_once(':').ok_or_else(|| {
            let message = format!("malformed 'tag' parameter, expecting key:value, received: {tag}");
            QueryError::bad_request(message)
        })?;
        tags.push((key.to_owned(), value.to_owned()));
    }
    for json in params.all("tags") {
        let pairs: BTreeMap<String, String> = serde_json::from_str(json).map_err(|error| {
            QueryError::bad_request(format!("malformed 'tags' parameter, cannot unmarshal JSON: {error}"))
        })?;
        tags.extend(pairs);
    }
    // A repeated one would only be looked for again.
    tags.sort_unstable();
    tags.dedup();
    Ok(tags)
}

/// Jaeger looks for a tag among the span's tags, its process tags and its log fields.
fn has_tag(received: &ReceivedSpan, key: &str, value: &str) -> bool {
    let matches = |tag: &Tag| tag.key == key && value_as_text(&tag.value) == value;
    key == SOURCE_TAG && received.source.as_tag() == value
        || received.span.tags.iter().any(matches)
        || received.process.tags.iter().any(matches)
        || received.span.logs.iter().flat_map(|log| &log.fields).any(matches)
}
