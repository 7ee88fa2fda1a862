//! What Jaeger's agent receives in one packet: a call of the service `Agent` of `agent.thrift`.

use crate::{
    batch_writer::EMIT_BATCH,
    decode::batch,
    error::{DecodeError, Found},
    model::Batch,
    protocol::{MessageHead, Protocol},
    reader::Reader,
    struct_reader::{StructReader, required},
    zipkin::{self, ZipkinSpan},
};

/// A packet of a client, whatever the port; complete.
#[derive(Clone, Debug, PartialEq)]
pub enum Packet {
    /// `emitBatch`.
    Jaeger(Batch),
    /// `emitZipkinBatch`.
    Zipkin(Vec<ZipkinSpan>),
}

const EMIT_ZIPKIN_BATCH: &str = "emitZipkinBatch";

// === impl Packet ===

impl Packet {
    /// Reads a packet: the message `emitBatch` or `emitZipkinBatch`, as a call or oneway. Jaeger's agent takes both on each of its
    /// ports.
    ///
    /// # Errors
    ///
    /// When the packet is another message, and whenever [`Batch::decode`] fails.
    pub fn decode<P: Protocol>(packet: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(packet, "the message header");
        let head = P::message(&mut reader)?;
        match head.method {
            method if method == EMIT_BATCH.as_bytes() => {
                emitted_batch::<P>(head, &mut reader).map(Self::Jaeger)
            }
            method if method == EMIT_ZIPKIN_BATCH.as_bytes() => {
                emitted_spans::<P>(head, &mut reader).map(Self::Zipkin)
            }
            method => Err(reader.error("the method emitBatch or emitZipkinBatch", Found::name(method))),
        }
    }
}

/// The argument of `emitBatch`.
pub(crate) fn emitted_batch<P: Protocol>(
    head: MessageHead<'_>,
    reader: &mut Reader<'_>,
) -> Result<Batch, DecodeError> {
    check_type(head, reader)?;
    let mut batch_argument = None;
    let mut arguments = StructReader::<P>::new(reader, EMIT_BATCH);
    while let Some(id) = arguments.next()? {
        match id {
            1 => batch_argument = Some(arguments.structure("emitBatch.batch", batch::<P>)?),
            _ => arguments.skip()?,
        }
    }
    required(batch_argument, "emitBatch.batch")
}

fn emitted_spans<P: Protocol>(
    head: MessageHead<'_>,
    reader: &mut Reader<'_>,
) -> Result<Vec<ZipkinSpan>, DecodeError> {
    check_type(head, reader)?;
    let mut spans = None;
    let mut arguments = StructReader::<P>::new(reader, EMIT_ZIPKIN_BATCH);
    while let Some(id) = arguments.next()? {
        match id {
            1 => spans = Some(arguments.list("emitZipkinBatch.spans", zipkin::span::<P>)?),
            _ => arguments.skip()?,
        }
    }
    required(spans, "emitZipkinBatch.spans")
}

fn check_type(head: MessageHead<'_>, reader: &Reader<'_>) -> Result<(), DecodeError> {
    match head.message_type {
        MessageHead::CALL | MessageHead::ONEWAY => Ok(()),
        other => Err(reader.error("a call or oneway message", Found::Number(other.into()))),
    }
}
