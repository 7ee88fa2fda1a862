#![doc = include_str!("../README.md")]

mod model;

mod protocol;

mod batch_writer;
mod encode;
mod span_buffer;
mod struct_writer;

mod decode;
mod error;
mod packet;
mod reader;
mod skip;
mod struct_reader;
mod zipkin;

pub use self::{
    batch_writer::{
        BatchHead, encode_process, write_batch, write_batch_frame, write_emit_batch, write_emit_batch_frame,
    },
    error::DecodeError,
    model::{Batch, ClientStats, Log, Process, RefType, Span, SpanRef, Tag, TagValue},
    packet::Packet,
    protocol::{Binary, Compact, Protocol},
    span_buffer::{ListMark, LogFields, SpanBuffer, SpanHead, TagRef},
    zipkin::{ZipkinAnnotation, ZipkinBinaryAnnotation, ZipkinEndpoint, ZipkinSpan},
};
