//! A span that is too large for a packet, made smaller, so that its trace is not without it.
//!
//! What says which span it is stays as it is: ids, references, operation name, flags and times. The rest is given up in this order,
//! and no more of it than must be:
//!
//! 1. Logs are removed, whole. Those are kept that fit, looked at from both ends: the first, the last, the second, the last but one.
//!    So a large one costs only itself, and of many small ones those in the middle go.
//! 2. If it is too large without any log, values of tags are cut, the longest first: all that are longer than some length are cut to
//!    it, text between two characters. None is cut to less than [`MIN_VALUE_BYTES`].
//!
//! Two tags say so: [`LOGS_TAG`], the logs that were removed, and [`TAGS_TAG`], the tags whose values were cut.

#[cfg(test)]
mod tests;

use std::{cmp::Reverse, mem};

use jaeger_thrift::{Binary, Compact, Log, Protocol, Span, Tag, TagValue};

use crate::sender::WireProtocol;

/// The tag that says how many logs were removed.
const LOGS_TAG: &str = "jaeger.cut.logs";

/// The tag that says of how many tags the values were cut.
const TAGS_TAG: &str = "jaeger.cut.tags";

/// A trace id in hexadecimal digits: what is as short as that is rather an id, a method or an address than prose, and of no use
/// when it is cut.
const MIN_VALUE_BYTES: usize = 32;

/// What is before the elements of a list, at most: in the binary protocol a field of 3 bytes, a kind and a count of 4.
const MAX_LIST_HEAD_BYTES: usize = 8;

/// The encoded span in at most `room` bytes; `None` if it cannot be cut down so far.
pub(crate) fn cut_down(span: &[u8], protocol: WireProtocol, room: usize) -> Option<Vec<u8>> {
    match protocol {
        WireProtocol::Compact => cut_down_in::<Compact>(span, room),
        WireProtocol::Binary => cut_down_in::<Binary>(span, room),
    }
}

fn cut_down_in<P: Protocol>(span: &[u8], room: usize) -> Option<Vec<u8>> {
    let mut span = Span::decode::<P>(span).ok()?;
    if !span.logs.is_empty() {
        remove_logs::<P>(&mut span, room);
    }
    if encoded::<P>(&span).len() > room {
        cut_tags::<P>(&mut span, room)?;
    }
    Some(encoded::<P>(&span)).filter(|span| span.len() <= room)
}

/// Of a span that is too large with its logs; so at least one of them goes.
fn remove_logs<P: Protocol>(span: &mut Span, room: usize) {
    let mut logs: Vec<_> = mem::take(&mut span.logs).into_iter().map(Some).collect();
    let all = logs.len();
    // No smaller number takes more bytes.
    span.tags.push(mark(LOGS_TAG, all));
    let mut left = room.saturating_sub(encoded::<P>(span).len() + MAX_LIST_HEAD_BYTES);
    for turn in 0..all {
        let from_end = turn / 2;
        let at = if turn % 2 == 0 { from_end } else { all - 1 - from_end };
        let Some(log) = logs.get_mut(at) else { continue };
        match log.as_ref().map(log_len::<P>).and_then(|len| left.checked_sub(len)) {
            Some(rest) => left = rest,
            None => *log = None,
        }
    }
    span.logs = logs.into_iter().flatten().collect();
    span.tags.pop();
    span.tags.push(mark(LOGS_TAG, all - span.logs.len()));
}

/// Of a span that is too large; `None` if that does not help.
fn cut_tags<P: Protocol>(span: &mut Span, room: usize) -> Option<()> {
    let own = span.tags.len();
    span.tags.push(mark(TAGS_TAG, own));
    let excess = encoded::<P>(span).len().saturating_sub(room);
    let limit = limit_of(span.tags.iter().map(|tag| value_len(&tag.value)).collect(), excess)?;
    let is_long = |tag: &&mut Tag| value_len(&tag.value) > limit;
    let cut = span.tags.iter_mut().filter(is_long).map(|tag| cut(&mut tag.value, limit)).count();
    span.tags.pop();
    span.tags.push(mark(TAGS_TAG, cut));
    Some(())
}

/// The length to which all longer ones have to be cut, so that `excess` bytes are saved.
fn limit_of(mut lengths: Vec<usize>, excess: usize) -> Option<usize> {
    lengths.sort_unstable_by_key(|&length| Reverse(length));
    let mut sum = 0_usize;
    let mut next = lengths.iter().skip(1).copied().chain([0]);
    for (before, length) in lengths.iter().enumerate() {
        sum += length;
        let limit = sum.checked_sub(excess).map(|left| left / (before + 1));
        let next = next.next().unwrap_or_default().max(MIN_VALUE_BYTES);
        if let Some(limit) = limit.filter(|limit| *limit >= next) {
            return Some(limit);
        }
    }
    None
}

fn cut(value: &mut TagValue, limit: usize) {
    match value {
        TagValue::String(text) => {
            let end = (0..=limit).rev().find(|&end| text.is_char_boundary(end));
            text.truncate(end.unwrap_or_default());
        }
        TagValue::Binary(bytes) => bytes.truncate(limit),
        TagValue::Double(_) | TagValue::Bool(_) | TagValue::Long(_) => {}
    }
}

/// The bytes that could be cut.
fn value_len(value: &TagValue) -> usize {
    match value {
        TagValue::String(text) => text.len(),
        TagValue::Binary(bytes) => bytes.len(),
        TagValue::Double(_) | TagValue::Bool(_) | TagValue::Long(_) => 0,
    }
}

fn mark(key: &str, count: usize) -> Tag {
    Tag { key: key.to_owned(), value: TagValue::Long(i64::try_from(count).unwrap_or(i64::MAX)) }
}

fn encoded<P: Protocol>(span: &Span) -> Vec<u8> {
    let mut out = Vec::new();
    span.encode::<P>(&mut out);
    out
}

/// What a log adds to a list that has one already.
fn log_len<P: Protocol>(log: &Log) -> usize {
    let len = |logs: Vec<Log>| encoded::<P>(&Span { logs, ..Span::default() }).len();
    len(vec![Log::default(), log.clone()]) - len(vec![Log::default()])
}
