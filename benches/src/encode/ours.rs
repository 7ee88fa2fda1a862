//! Our encoders: of the exporter for the SDK, and of the native tracer.

use std::{error::Error, num::NonZeroU64};

use jaeger_exporter::{BatchSender, DEFAULT_MAX_PACKET_BYTES, mapping};
use jaeger_thrift::{
    Batch, BatchHead, Binary, Compact, Protocol, RefType, SpanBuffer, SpanHead, SpanRef, TagRef,
    encode_process, write_batch, write_emit_batch,
};
use jaeger_tracer::{JaegerTracer, JaegerTracerProvider};
use opentelemetry::{
    Context,
    trace::{Span, TracerProvider},
};
use opentelemetry_sdk::trace::SpanData;

use super::{
    encoding::{Encode, Found, Meter, SPANS},
    sample,
};
use crate::{engine::LONG, sink::KeepingAgent};

/// More than what is around the spans of a packet.
const FRAME_BYTES: usize = 400;

/// What jaeger-exporter does with a batch of the SDK: each span once into a part, and a part into a packet; a body is sent from
/// where its spans are.
pub(super) struct Exporter<P> {
    process: Vec<u8>,
    buffer: SpanBuffer<P>,
    spans: Vec<u8>,
    /// How the spans are divided: their number, and where they end.
    parts: Vec<(usize, usize)>,
    packet: Vec<u8>,
    max_bytes: usize,
}

/// What the native tracer writes of a span: what its owner sets, into the span's buffer, and at its end all of that into a chunk.
pub(super) struct Written<P> {
    buffer: SpanBuffer<P>,
    chunk: Vec<u8>,
}

/// What the tracer itself does with a span on the thread of its owner: the clock, the ids and the queue are in it, too.
pub(super) struct Lives {
    is_end_alone: bool,
    provider: JaegerTracerProvider,
    tracer: JaegerTracer,
    parent: Context,
    decode: fn(&[u8]) -> Result<Batch, jaeger_thrift::DecodeError>,
    agent: KeepingAgent,
}

/// So many spans are open at a time: as many as the tracer keeps memory for.
const OPEN: usize = 50;

// === impl Exporter ===

impl Exporter<Compact> {
    pub(super) fn compact() -> Self {
        Self::new(DEFAULT_MAX_PACKET_BYTES - FRAME_BYTES)
    }
}

impl Exporter<Binary> {
    pub(super) fn binary() -> Self {
        Self::new(usize::MAX)
    }
}

impl<P: Protocol> Exporter<P> {
    fn new(max_bytes: usize) -> Self {
        Self {
            process: encode_process::<P>(&sample::process()),
            buffer: SpanBuffer::new(),
            spans: Vec::new(),
            parts: Vec::new(),
            packet: Vec::new(),
            max_bytes,
        }
    }

    fn is_for_packets(&self) -> bool {
        self.max_bytes < usize::MAX
    }

    fn write(&mut self, spans: &[SpanData]) {
        self.spans.clear();
        self.parts.clear();
        let (mut start, mut count) = (0, 0);
        for span in spans {
            let before = self.spans.len();
            mapping::encode_span(span, &mut self.buffer, &mut self.spans);
            if self.spans.len() - start > self.max_bytes {
                self.part(start, before, count);
                (start, count) = (before, 0);
            }
            count += 1;
        }
        self.part(start, self.spans.len(), count);
    }

    fn part(&mut self, start: usize, end: usize, count: usize) {
        self.parts.push((count, end));
        if self.is_for_packets() {
            let spans = self.spans.get(start..end).unwrap_or_default();
            let head = BatchHead { process: &self.process, seq_no: Some(1), stats: Some(Default::default()) };
            self.packet.clear();
            write_emit_batch::<P>(1, &head, spans, count, &mut self.packet);
        }
    }
}

impl<P: Protocol> Encode for Exporter<P> {
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        meter.run(|| {
            self.write(&spans);
            drop(spans);
        });
        Ok(())
    }

    fn found(&mut self) -> Result<Found, Box<dyn Error>> {
        let (mut found, mut start) = (Found::default(), 0);
        for &(count, end) in &self.parts {
            let spans = self.spans.get(start..end).unwrap_or_default();
            start = end;
            let mut message = Vec::new();
            let batch = if self.is_for_packets() {
                let losses = Some(Default::default());
                let head = BatchHead { process: &self.process, seq_no: Some(1), stats: losses };
                write_emit_batch::<P>(1, &head, spans, count, &mut message);
                Batch::decode_emit::<P>(&message)?
            } else {
                let head = BatchHead { process: &self.process, seq_no: None, stats: None };
                write_batch::<P>(&head, spans, count, &mut message);
                Batch::decode::<P>(&message)?
            };
            found.bytes += message.len();
            found.spans += sample::count(&batch)?;
        }
        Ok(found)
    }
}

// === impl Written ===

impl Written<Compact> {
    pub(super) fn compact() -> Self {
        Self::new()
    }
}

impl Written<Binary> {
    pub(super) fn binary() -> Self {
        Self::new()
    }
}

impl<P: Protocol> Written<P> {
    fn new() -> Self {
        Self { buffer: SpanBuffer::new(), chunk: Vec::new() }
    }

    fn write(&mut self, span: &SpanData) {
        let Self { buffer, chunk } = self;
        let trace_id = u128::from_be_bytes(span.span_context.trace_id().to_bytes());
        let parent = i64::from_be_bytes(span.parent_span_id.to_bytes());
        buffer.clear();
        buffer.tag("otel.scope.name", TagRef::String(span.instrumentation_scope.name()));
        buffer.tag("span.kind", TagRef::String("server"));
        let (trace_id_low, trace_id_high) = (trace_id as i64, (trace_id >> 64) as i64);
        buffer.reference(&SpanRef {
            ref_type: RefType::ChildOf,
            trace_id_low,
            trace_id_high,
            span_id: parent,
        });
        for link in span.links.iter() {
            let trace_id = u128::from_be_bytes(link.span_context.trace_id().to_bytes());
            buffer.reference(&SpanRef {
                ref_type: RefType::FollowsFrom,
                trace_id_low: trace_id as i64,
                trace_id_high: (trace_id >> 64) as i64,
                span_id: i64::from_be_bytes(link.span_context.span_id().to_bytes()),
            });
        }
        for attribute in &span.attributes {
            mapping::with_tag(&attribute.value, |tag| {
                buffer.tag(attribute.key.as_str(), mapping::cut(tag, mapping::MAX_TAG_VALUE_BYTES));
            });
        }
        for event in span.events.iter() {
            let mut log = buffer.log(micros(event.timestamp));
            log.field("event", TagRef::String(&event.name));
            for field in &event.attributes {
                mapping::with_tag(&field.value, |value| {
                    log.field(field.key.as_str(), value);
                });
            }
        }
        let start_time_us = micros(span.start_time);
        let head = SpanHead {
            trace_id_low,
            trace_id_high,
            span_id: i64::from_be_bytes(span.span_context.span_id().to_bytes()),
            parent_span_id: parent,
            operation_name: &span.name,
            flags: 1,
            start_time_us,
            duration_us: micros(span.end_time) - start_time_us,
        };
        buffer.write(&head, chunk);
    }
}

impl<P: Protocol> Encode for Written<P> {
    /// The tracer has its values from the program and not from spans of the SDK: their drop is not its.
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        self.chunk.clear();
        meter.run(|| spans.iter().for_each(|span| self.write(span)));
        Ok(())
    }

    fn found(&mut self) -> Result<Found, Box<dyn Error>> {
        let process = encode_process::<P>(&sample::process());
        let head = BatchHead { process: &process, seq_no: None, stats: None };
        let mut message = Vec::new();
        write_batch::<P>(&head, &self.chunk, SPANS, &mut message);
        Ok(Found { bytes: message.len(), spans: sample::count(&Batch::decode::<P>(&message)?)? })
    }
}

/// Since 1970.
fn micros(time: std::time::SystemTime) -> i64 {
    let since = time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

// === impl Lives ===

impl Lives {
    pub(super) fn compact() -> Result<Self, Box<dyn Error>> {
        Self::new(|address| Ok(BatchSender::agent(address)?), Batch::decode_emit::<Compact>)
    }

    pub(super) fn binary() -> Result<Self, Box<dyn Error>> {
        Self::new(|address| Ok(BatchSender::binary_agent(address)?), Batch::decode_emit::<Binary>)
    }

    /// Only what is left to do at the end of the span.
    pub(super) fn end_alone(self) -> Self {
        Self { is_end_alone: true, ..self }
    }

    fn new(
        sender: fn(&str) -> Result<BatchSender, Box<dyn Error>>,
        decode: fn(&[u8]) -> Result<Batch, jaeger_thrift::DecodeError>,
    ) -> Result<Self, Box<dyn Error>> {
        let agent = KeepingAgent::start()?;
        let mut sender = sender(agent.address())?.with_bytes_per_second(NonZeroU64::MAX);
        sender.set_process(&sample::process());
        let provider = JaegerTracerProvider::builder(sender).build();
        let tracer = provider.tracer(sample::SCOPE);
        Ok(Self { is_end_alone: false, provider, tracer, parent: sample::parent(), decode, agent })
    }
}

impl Encode for Lives {
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        let start = |index| sample::span(&self.tracer, &self.parent, index);
        if !self.is_end_alone {
            meter.run(|| (0..spans.len()).for_each(|index| start(index).end()));
            return Ok(());
        }
        for group in spans.chunks(OPEN) {
            let mut open: Vec<_> = (0..group.len()).map(start).collect();
            meter.run(|| open.iter_mut().for_each(Span::end));
        }
        Ok(())
    }

    fn found(&mut self) -> Result<Found, Box<dyn Error>> {
        self.provider.flush(LONG)?;
        let mut found = Found::default();
        for packet in self.agent.take()? {
            found.bytes += packet.len();
            found.spans += sample::count(&(self.decode)(&packet)?)?;
        }
        Ok(found)
    }
}
