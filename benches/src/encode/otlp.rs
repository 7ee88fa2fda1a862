//! What OTLP's exporter does with a batch before it sends it.

use std::error::Error;

use opentelemetry_proto::{
    tonic::collector::trace::v1::ExportTraceServiceRequest,
    transform::{
        common::tonic::ResourceAttributesWithSchema, trace::tonic::group_spans_by_resource_and_scope,
    },
};
use opentelemetry_sdk::trace::SpanData;
use prost::Message;

use super::{
    encoding::{Encode, Found, Meter},
    sample,
};

/// Into what would be a body.
#[derive(Debug)]
pub(super) struct Protobuf {
    resource: ResourceAttributesWithSchema,
    body: Vec<u8>,
}

// === impl Protobuf ===

impl Default for Protobuf {
    fn default() -> Self {
        Self { resource: (&sample::resource()).into(), body: Vec::new() }
    }
}

impl Encode for Protobuf {
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        let encode = || {
            let resource_spans = group_spans_by_resource_and_scope(spans, &self.resource);
            ExportTraceServiceRequest { resource_spans }.encode_to_vec()
        };
        self.body = meter.run(encode).unwrap_or_default();
        Ok(())
    }

    fn found(&mut self) -> Result<Found, Box<dyn Error>> {
        let request = ExportTraceServiceRequest::decode(&*self.body)?;
        Ok(Found { bytes: self.body.len(), spans: sample::count_otlp(&request)? })
    }
}
