//! The messages of `jaeger.thrift` as plain owned values, for whoever receives or compares them.
//!
//! Ids are the IDL's signed 64-bit integers; times are microseconds, as on the wire.

/// What one client process sends at once: its spans, and what describes the process.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// The process that made the spans.
    pub process: Process,
    /// The finished spans, in the order in which they were reported.
    pub spans: Vec<Span>,
    /// Number of this batch among those of the same client, so that a receiver can see gaps.
    pub seq_no: Option<i64>,
    /// Spans that the client lost so far, by cause.
    pub stats: Option<ClientStats>,
}

/// The service and the process tags, shared by all spans of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Process {
    /// Name of the service, for example `frontend`.
    pub service_name: String,
    /// `hostname`, `ip`, `jaeger.version`, `client-uuid` and the resource.
    pub tags: Vec<Tag>,
}

/// One finished span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Span {
    /// Low half of the 128-bit trace id, big-endian bits in a signed integer.
    pub trace_id_low: i64,
    /// High half of the trace id; 0 for a 64-bit trace id.
    pub trace_id_high: i64,
    /// Id of this span.
    pub span_id: i64,
    /// Id of the parent span; 0 for a root.
    pub parent_span_id: i64,
    /// What the span did, for example `HTTP GET /dispatch`.
    pub operation_name: String,
    /// ChildOf and FollowsFrom references.
    pub references: Vec<SpanRef>,
    /// Jaeger's flags: 1 sampled, 2 debug, 8 firehose.
    pub flags: i32,
    /// Microseconds since the Unix epoch.
    pub start_time: i64,
    /// Microseconds.
    pub duration: i64,
    /// Key/value pairs of the whole span; a key may occur more than once.
    pub tags: Vec<Tag>,
    /// Timed events.
    pub logs: Vec<Log>,
}

/// A reference to another span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanRef {
    /// How this span depends on the other one.
    pub ref_type: RefType,
    /// Low half of the other span's trace id.
    pub trace_id_low: i64,
    /// High half of the other span's trace id.
    pub trace_id_high: i64,
    /// Id of the other span.
    pub span_id: i64,
}

/// The kind of a reference; complete, as in the IDL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefType {
    /// The other span waits for this one.
    ChildOf,
    /// The other span caused this one and does not wait.
    FollowsFrom,
}

/// A typed key/value pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// Name of the tag, for example `http.status_code`.
    pub key: String,
    /// Its value.
    pub value: TagValue,
}

/// The value of a tag or log field; complete, as in the IDL.
#[derive(Clone, Debug, PartialEq)]
pub enum TagValue {
    /// UTF-8 text.
    String(String),
    /// A 64-bit float.
    Double(f64),
    /// A truth value.
    Bool(bool),
    /// A signed 64-bit integer.
    Long(i64),
    /// Bytes.
    Binary(Vec<u8>),
}

/// A timed event of a span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// Microseconds since the Unix epoch.
    pub timestamp: i64,
    /// The fields of the event; `event` names it.
    pub fields: Vec<Tag>,
}

/// Spans a client lost, as it reports them in each UDP batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientStats {
    /// Dropped because the client's queue was full.
    pub full_queue_dropped_spans: i64,
    /// Dropped because one span alone exceeded the packet size.
    pub too_large_dropped_spans: i64,
    /// Dropped because sending failed.
    pub failed_to_emit_spans: i64,
}
