//! The messages of `zipkincore.thrift`, as plain owned values and only to be read: what clients send that speak Zipkin's first format.

use crate::{
    error::DecodeError,
    protocol::Protocol,
    reader::Reader,
    struct_reader::{StructReader, list_of_structs},
};

/// One span of Zipkin's first format: what it has is said by annotations, with and without a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZipkinSpan {
    /// Low half of the trace id, big-endian bits in a signed integer.
    pub trace_id: i64,
    /// High half; `None` for a 64-bit trace id.
    pub trace_id_high: Option<i64>,
    /// Id of this span; the client's and the server's span of a call may have the same one.
    pub id: i64,
    /// Id of the parent span.
    pub parent_id: Option<i64>,
    /// What the span did.
    pub name: String,
    /// Events: `cs`, `sr`, `ss`, `cr` of a call, and logs.
    pub annotations: Vec<ZipkinAnnotation>,
    /// Tags, and addresses.
    pub binary_annotations: Vec<ZipkinBinaryAnnotation>,
    /// Whether it belongs to a debug trace.
    pub debug: bool,
    /// Start, in microseconds since the Unix epoch.
    pub timestamp: Option<i64>,
    /// Microseconds.
    pub duration: Option<i64>,
}

/// An event of a [`ZipkinSpan`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZipkinAnnotation {
    /// Microseconds since the Unix epoch.
    pub timestamp: i64,
    /// What happened.
    pub value: String,
    /// Where.
    pub host: Option<ZipkinEndpoint>,
}

/// A tag of a [`ZipkinSpan`], or an address (`ca`, `sa`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZipkinBinaryAnnotation {
    /// Name of the tag.
    pub key: String,
    /// The value, in big-endian bytes or as text.
    pub value: Vec<u8>,
    /// What the bytes are: 0 a bool, 1 bytes, 2, 3 and 4 integers of 16, 32 and 64 bits, 5 a double, 6 text.
    pub annotation_type: i32,
    /// Which service it is about.
    pub host: Option<ZipkinEndpoint>,
}

/// A service and its address.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZipkinEndpoint {
    /// Address of 4 bytes, big-endian bits in a signed integer; 0 for none.
    pub ipv4: i32,
    /// Port, unsigned bits in a signed integer; 0 for none.
    pub port: i16,
    /// Name of the service.
    pub service_name: String,
    /// Address of 16 bytes.
    pub ipv6: Option<Vec<u8>>,
}

// === impl ZipkinSpan ===

impl ZipkinSpan {
    /// Reads the body of Zipkin's `POST /api/v1/spans`: a list of spans. Bytes after it are ignored.
    ///
    /// ```
    /// use jaeger_thrift::{Binary, ZipkinSpan};
    ///
    /// // A list of structs, of which there is none.
    /// assert_eq!(ZipkinSpan::decode_list::<Binary>(&[12, 0, 0, 0, 0])?, []);
    /// # Ok::<(), jaeger_thrift::DecodeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As in [`Batch::decode`](crate::Batch::decode).
    pub fn decode_list<P: Protocol>(bytes: &[u8]) -> Result<Vec<Self>, DecodeError> {
        list_of_structs::<P, _>(&mut Reader::new(bytes, "the list of spans"), span::<P>)
    }
}

/// A span without ids is one of zeros, as in Jaeger's readers: the IDL requires nothing of it.
pub(crate) fn span<P: Protocol>(reader: &mut Reader<'_>) -> Result<ZipkinSpan, DecodeError> {
    let mut span = ZipkinSpan::default();
    let mut fields = StructReader::<P>::new(reader, "Span");
    while let Some(id) = fields.next()? {
        match id {
            1 => span.trace_id = fields.i64("Span.trace_id")?,
            3 => span.name = fields.string("Span.name")?,
            4 => span.id = fields.i64("Span.id")?,
            5 => span.parent_id = Some(fields.i64("Span.parent_id")?),
            6 => span.annotations = fields.list("Span.annotations", annotation::<P>)?,
            8 => span.binary_annotations = fields.list("Span.binary_annotations", binary_annotation::<P>)?,
            9 => span.debug = fields.bool("Span.debug")?,
            10 => span.timestamp = Some(fields.i64("Span.timestamp")?),
            11 => span.duration = Some(fields.i64("Span.duration")?),
            12 => span.trace_id_high = Some(fields.i64("Span.trace_id_high")?),
            _ => fields.skip()?,
        }
    }
    Ok(span)
}

fn annotation<P: Protocol>(reader: &mut Reader<'_>) -> Result<ZipkinAnnotation, DecodeError> {
    let mut annotation = ZipkinAnnotation::default();
    let mut fields = StructReader::<P>::new(reader, "Annotation");
    while let Some(id) = fields.next()? {
        match id {
            1 => annotation.timestamp = fields.i64("Annotation.timestamp")?,
            2 => annotation.value = fields.string("Annotation.value")?,
            3 => annotation.host = Some(fields.structure("Annotation.host", endpoint::<P>)?),
            _ => fields.skip()?,
        }
    }
    Ok(annotation)
}

fn binary_annotation<P: Protocol>(reader: &mut Reader<'_>) -> Result<ZipkinBinaryAnnotation, DecodeError> {
    let mut annotation = ZipkinBinaryAnnotation::default();
    let mut fields = StructReader::<P>::new(reader, "BinaryAnnotation");
    while let Some(id) = fields.next()? {
        match id {
            1 => annotation.key = fields.string("BinaryAnnotation.key")?,
            2 => annotation.value = fields.bytes("BinaryAnnotation.value")?.to_vec(),
            3 => annotation.annotation_type = fields.i32("BinaryAnnotation.annotation_type")?,
            4 => annotation.host = Some(fields.structure("BinaryAnnotation.host", endpoint::<P>)?),
            _ => fields.skip()?,
        }
    }
    Ok(annotation)
}

fn endpoint<P: Protocol>(reader: &mut Reader<'_>) -> Result<ZipkinEndpoint, DecodeError> {
    let mut endpoint = ZipkinEndpoint::default();
    let mut fields = StructReader::<P>::new(reader, "Endpoint");
    while let Some(id) = fields.next()? {
        match id {
            1 => endpoint.ipv4 = fields.i32("Endpoint.ipv4")?,
            2 => endpoint.port = fields.i16("Endpoint.port")?,
            3 => endpoint.service_name = fields.string("Endpoint.service_name")?,
            4 => endpoint.ipv6 = Some(fields.bytes("Endpoint.ipv6")?.to_vec()),
            _ => fields.skip()?,
        }
    }
    Ok(endpoint)
}
