//! Decodes the owned messages from untrusted bytes.
//!
//! A field that the IDL calls required must be there, as in Jaeger's own readers; a field of another type than the
//! IDL's is refused; an unknown field is skipped; of a field that comes twice the last one counts. A number that an
//! enum does not have must not cost the batch: as in Jaeger, the reference is then a ChildOf and the tag a string.

use crate::{
    batch_writer::EMIT_BATCH,
    error::{DecodeError, Found},
    model::{Batch, ClientStats, Log, Process, RefType, Span, SpanRef, Tag, TagValue},
    packet::emitted_batch,
    protocol::Protocol,
    reader::Reader,
    struct_reader::{StructReader, required},
};

// === impl Batch ===

impl Batch {
    /// Reads the body of a `POST /api/traces`. Bytes after the batch are ignored, as Jaeger does.
    ///
    /// Memory is bounded by a multiple of `bytes.len()`: about 30 at worst, for a list of tags without a value.
    /// Invalid UTF-8 in a string becomes U+FFFD, where Jaeger's Go code keeps the bytes.
    ///
    /// # Errors
    ///
    /// When the bytes end early, claim more than they have, lack a required field or have one of another type.
    pub fn decode<P: Protocol>(bytes: &[u8]) -> Result<Self, DecodeError> {
        batch::<P>(&mut Reader::new(bytes, "Batch"))
    }

    /// Reads a packet as the agent receives it: the message `emitBatch`, as a call or oneway.
    ///
    /// # Errors
    ///
    /// When the packet is another message, and whenever [`decode`](Self::decode) fails.
    pub fn decode_emit<P: Protocol>(packet: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(packet, "the message header");
        let head = P::message(&mut reader)?;
        if head.method != EMIT_BATCH.as_bytes() {
            return Err(reader.error("the method emitBatch", Found::name(head.method)));
        }
        emitted_batch::<P>(head, &mut reader)
    }
}

// === impl Span ===

impl Span {
    /// Reads one span as [`encode`](Self::encode) writes it, in a batch or alone. Bytes after it are ignored.
    ///
    /// # Errors
    ///
    /// As in [`Batch::decode`].
    pub fn decode<P: Protocol>(bytes: &[u8]) -> Result<Self, DecodeError> {
        span::<P>(&mut Reader::new(bytes, "Span"))
    }
}

pub(crate) fn batch<P: Protocol>(reader: &mut Reader<'_>) -> Result<Batch, DecodeError> {
    let (mut process_field, mut spans, mut seq_no, mut stats_field) = (None, None, None, None);
    let mut fields = StructReader::<P>::new(reader, "Batch");
    while let Some(id) = fields.next()? {
        match id {
            1 => process_field = Some(fields.structure("Batch.process", process::<P>)?),
            2 => spans = Some(fields.list("Batch.spans", span::<P>)?),
            3 => seq_no = Some(fields.i64("Batch.seqNo")?),
            4 => stats_field = Some(fields.structure("Batch.stats", stats::<P>)?),
            _ => fields.skip()?,
        }
    }
    Ok(Batch {
        process: required(process_field, "Batch.process")?,
        spans: required(spans, "Batch.spans")?,
        seq_no,
        stats: stats_field,
    })
}

fn process<P: Protocol>(reader: &mut Reader<'_>) -> Result<Process, DecodeError> {
    let (mut service_name, mut tags) = (None, Vec::new());
    let mut fields = StructReader::<P>::new(reader, "Process");
    while let Some(id) = fields.next()? {
        match id {
            1 => service_name = Some(fields.string("Process.serviceName")?),
            2 => tags = fields.list("Process.tags", tag::<P>)?,
            _ => fields.skip()?,
        }
    }
    Ok(Process { service_name: required(service_name, "Process.serviceName")?, tags })
}

fn stats<P: Protocol>(reader: &mut Reader<'_>) -> Result<ClientStats, DecodeError> {
    let (mut full_queue, mut too_large, mut failed) = (None, None, None);
    let mut fields = StructReader::<P>::new(reader, "ClientStats");
    while let Some(id) = fields.next()? {
        match id {
            1 => full_queue = Some(fields.i64("ClientStats.fullQueueDroppedSpans")?),
            2 => too_large = Some(fields.i64("ClientStats.tooLargeDroppedSpans")?),
            3 => failed = Some(fields.i64("ClientStats.failedToEmitSpans")?),
            _ => fields.skip()?,
        }
    }
    Ok(ClientStats {
        full_queue_dropped_spans: required(full_queue, "ClientStats.fullQueueDroppedSpans")?,
        too_large_dropped_spans: required(too_large, "ClientStats.tooLargeDroppedSpans")?,
        failed_to_emit_spans: required(failed, "ClientStats.failedToEmitSpans")?,
    })
}

fn span<P: Protocol>(reader: &mut Reader<'_>) -> Result<Span, DecodeError> {
    let (mut trace_id_low, mut trace_id_high, mut span_id, mut parent_span_id) = (None, None, None, None);
    let (mut operation_name, mut flags, mut start_time, mut duration) = (None, None, None, None);
    let (mut references, mut tags, mut logs) = (Vec::new(), Vec::new(), Vec::new());
    let mut fields = StructReader::<P>::new(reader, "Span");
    while let Some(id) = fields.next()? {
        match id {
            1 => trace_id_low = Some(fields.i64("Span.traceIdLow")?),
            2 => trace_id_high = Some(fields.i64("Span.traceIdHigh")?),
            3 => span_id = Some(fields.i64("Span.spanId")?),
            4 => parent_span_id = Some(fields.i64("Span.parentSpanId")?),
            5 => operation_name = Some(fields.string("Span.operationName")?),
            6 => references = fields.list("Span.references", reference::<P>)?,
            7 => flags = Some(fields.i32("Span.flags")?),
            8 => start_time = Some(fields.i64("Span.startTime")?),
            9 => duration = Some(fields.i64("Span.duration")?),
            10 => tags = fields.list("Span.tags", tag::<P>)?,
            11 => logs = fields.list("Span.logs", log::<P>)?,
            _ => fields.skip()?,
        }
    }
    Ok(Span {
        trace_id_low: required(trace_id_low, "Span.traceIdLow")?,
        trace_id_high: required(trace_id_high, "Span.traceIdHigh")?,
        span_id: required(span_id, "Span.spanId")?,
        parent_span_id: required(parent_span_id, "Span.parentSpanId")?,
        operation_name: required(operation_name, "Span.operationName")?,
        references,
        flags: required(flags, "Span.flags")?,
        start_time: required(start_time, "Span.startTime")?,
        duration: required(duration, "Span.duration")?,
        tags,
        logs,
    })
}

fn reference<P: Protocol>(reader: &mut Reader<'_>) -> Result<SpanRef, DecodeError> {
    let (mut ref_type, mut trace_id_low, mut trace_id_high, mut span_id) = (None, None, None, None);
    let mut fields = StructReader::<P>::new(reader, "SpanRef");
    while let Some(id) = fields.next()? {
        match id {
            1 => ref_type = Some(fields.i32("SpanRef.refType")?),
            2 => trace_id_low = Some(fields.i64("SpanRef.traceIdLow")?),
            3 => trace_id_high = Some(fields.i64("SpanRef.traceIdHigh")?),
            4 => span_id = Some(fields.i64("SpanRef.spanId")?),
            _ => fields.skip()?,
        }
    }
    let ref_type = match required(ref_type, "SpanRef.refType")? {
        1 => RefType::FollowsFrom,
        _ => RefType::ChildOf,
    };
    Ok(SpanRef {
        ref_type,
        trace_id_low: required(trace_id_low, "SpanRef.traceIdLow")?,
        trace_id_high: required(trace_id_high, "SpanRef.traceIdHigh")?,
        span_id: required(span_id, "SpanRef.spanId")?,
    })
}

fn log<P: Protocol>(reader: &mut Reader<'_>) -> Result<Log, DecodeError> {
    let (mut timestamp, mut log_fields) = (None, None);
    let mut fields = StructReader::<P>::new(reader, "Log");
    while let Some(id) = fields.next()? {
        match id {
            1 => timestamp = Some(fields.i64("Log.timestamp")?),
            2 => log_fields = Some(fields.list("Log.fields", tag::<P>)?),
            _ => fields.skip()?,
        }
    }
    Ok(Log { timestamp: required(timestamp, "Log.timestamp")?, fields: required(log_fields, "Log.fields")? })
}

/// The value is the one that `vType` names, or its zero value when that field is missing, as in Go.
fn tag<P: Protocol>(reader: &mut Reader<'_>) -> Result<Tag, DecodeError> {
    let (mut key, mut value_type) = (None, None);
    let (mut text, mut double, mut truth, mut long, mut binary) = (None, 0.0, false, 0, None);
    let mut fields = StructReader::<P>::new(reader, "Tag");
    while let Some(id) = fields.next()? {
        match id {
            1 => key = Some(fields.string("Tag.key")?),
            2 => value_type = Some(fields.i32("Tag.vType")?),
            3 => text = Some(fields.bytes("Tag.vStr")?),
            4 => double = fields.double("Tag.vDouble")?,
            5 => truth = fields.bool("Tag.vBool")?,
            6 => long = fields.i64("Tag.vLong")?,
            7 => binary = Some(fields.bytes("Tag.vBinary")?),
            _ => fields.skip()?,
        }
    }
    let value = match required(value_type, "Tag.vType")? {
        0 => TagValue::String(String::from_utf8_lossy(text.unwrap_or_default()).into_owned()),
        1 => TagValue::Double(double),
        2 => TagValue::Bool(truth),
        3 => TagValue::Long(long),
        4 => TagValue::Binary(binary.unwrap_or_default().to_vec()),
        unknown => TagValue::String(format!("unknown vType {unknown}")),
    };
    Ok(Tag { key: required(key, "Tag.key")?, value })
}
