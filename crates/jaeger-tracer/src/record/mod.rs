//! A span that is being recorded: the bytes that will be sent of it, and what is only known at its end.
//!
//! The second of the two places that translate OpenTelemetry to Jaeger; the other one is the conversion of `jaeger-exporter`,
//! whose rules hold here, too.

/// Does the same with the lists of either protocol.
macro_rules! lists {
    ($lists:expr, |$buffer:ident| $run:expr) => {
        match $lists {
            Lists::Compact($buffer) => $run,
            Lists::Binary($buffer) => $run,
        }
    };
}

mod head;
mod limits;
mod logs;
mod sort;

use jaeger_exporter::{
    WireProtocol,
    mapping::{cut, parent_ref_type, ref_type, with_tag},
};
use jaeger_propagation::{Flags, JaegerState};
use jaeger_thrift::{Binary, Compact, ListMark, RefType, SpanBuffer, SpanHead, SpanRef, TagRef};
use opentelemetry::{
    KeyValue,
    trace::{Link, SpanId, Status, TraceId},
};

pub(crate) use self::{
    head::{End, Ended, Head, Start, kind_text},
    limits::SpanLimits,
    sort::Sort,
};
use self::{
    head::{halves, micros, signed},
    limits::{Dropped, Limited},
    logs::LogPlace,
    sort::{FirstTags, OwnTags},
};
use crate::{
    clock::{Clock, wall},
    sampler::Decision,
};

/// A record that has grown beyond this is not kept for the next span.
const MAX_KEPT_BYTES: usize = 16 * 1024;

/// The tag that changes Jaeger's flags after the start.
pub(crate) const SAMPLING_PRIORITY: &str = "sampling.priority";

/// It is an unsigned number of 16 bits (OpenTracing's `ext`).
pub(crate) const MAX_PRIORITY: i64 = 0xffff;

#[derive(Debug)]
pub(crate) struct Record {
    lists: Lists,
    head: Head,
    name: String,
    status: Status,
    own: OwnTags,
    dropped: Dropped,
    /// Text that becomes a tag, written here so that it needs no memory of its own.
    scratch: String,
    first: FirstTags,
    limits: SpanLimits,
    /// Where each log begins, if there is a limit of them.
    log_places: Vec<LogPlace>,
    /// Whether the tag `sampling.priority` has changed the flags, and the trace does not know yet.
    is_said: bool,
}

/// The lists of a span in the protocol of its receiver.
#[derive(Debug)]
enum Lists {
    Compact(SpanBuffer<Compact>),
    Binary(SpanBuffer<Binary>),
}

// === impl Record ===

impl Record {
    pub(crate) fn new(protocol: WireProtocol, limits: SpanLimits) -> Self {
        let lists = match protocol {
            WireProtocol::Compact => Lists::Compact(SpanBuffer::new()),
            WireProtocol::Binary => Lists::Binary(SpanBuffer::new()),
        };
        Self {
            lists,
            head: Head {
                trace_id: TraceId::INVALID,
                span_id: SpanId::INVALID,
                parent_id: SpanId::INVALID,
                flags: Flags::NONE,
                start: Start::At(0),
            },
            name: String::new(),
            status: Status::Unset,
            own: OwnTags::default(),
            dropped: Dropped::default(),
            scratch: String::new(),
            first: FirstTags::default(),
            limits,
            log_places: Vec::new(),
            is_said: false,
        }
    }

    /// Begins with the next span, and with its first tags, if they are not there yet.
    pub(crate) fn begin(
        &mut self,
        head: Head,
        name: &str,
        links: &[Link],
        (sort, write_first): (Sort, impl FnOnce(&mut Self)),
    ) {
        if self.first.sort == sort {
            lists!(&mut self.lists, |buffer| buffer.clear_but(self.first.end));
            self.own = self.first.own;
        } else {
            self.begin_sort(sort, write_first);
        }
        self.head = head;
        self.log_places.clear();
        self.is_said = false;
        self.name.clear();
        self.name.push_str(name);
        self.status = Status::Unset;
        self.dropped = Dropped::default();
        if head.parent_id != SpanId::INVALID {
            let ref_type = parent_ref_type(links.iter().filter(|link| self.is_parent(link)));
            self.reference(ref_type, head.trace_id, head.parent_id);
        }
        for link in links {
            self.link(link);
        }
    }

    fn begin_sort(&mut self, sort: Sort, write_first: impl FnOnce(&mut Self)) {
        lists!(&mut self.lists, |buffer| buffer.clear());
        self.own = OwnTags::default();
        // What panics halfway leaves nothing that the next span could take for whole.
        self.first = FirstTags::default();
        write_first(self);
        let before_kind = self.tags_mark();
        if !sort.kind.is_empty() && !self.own.span_kind {
            self.put("span.kind", TagRef::String(sort.kind));
        }
        self.first = FirstTags { sort, before_kind, end: self.tags_mark(), own: self.own };
    }

    /// Whether its memory is worth keeping.
    pub(crate) fn is_small(&self) -> bool {
        let places = self.log_places.capacity() * size_of::<LogPlace>();
        self.name.capacity() + self.scratch.capacity() + places <= MAX_KEPT_BYTES
            && lists!(&self.lists, |buffer| buffer.capacity()) <= MAX_KEPT_BYTES
    }

    /// A tag that is not subject to the limit: there are few of its kind.
    pub(crate) fn tag(&mut self, key: &str, value: TagRef<'_>) {
        match key {
            // None of the words below begins with another letter, and most keys do.
            _ if !key.starts_with(['e', 'j', 'o', 's']) => {}
            JaegerState::FLAGS_ATTRIBUTE => return,
            "span.kind" => self.set_own_kind(),
            "error" => self.own.error = true,
            "otel.status_code" => self.own.status_code = true,
            "otel.status_description" => self.own.status_description = true,
            SAMPLING_PRIORITY if !self.set_priority(value) => return,
            _ => {}
        }
        self.put(key, cut(value, self.limits.tag_value_bytes));
    }

    /// A tag of text that is written for it.
    pub(crate) fn tag_written(&mut self, key: &str, write: impl FnOnce(&mut String)) {
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        write(&mut text);
        self.tag(key, TagRef::String(&text));
        self.scratch = text;
    }

    pub(crate) fn attribute(&mut self, attribute: &KeyValue) {
        if self.dropped.attributes.has_room() {
            with_tag(&attribute.value, |value| self.tag(attribute.key.as_str(), value));
        }
    }

    /// The tags of a trace's first span, by which it is known why it was recorded.
    pub(crate) fn decision(&mut self, decision: &Decision) {
        if !decision.sampler_type.is_empty() {
            self.put("sampler.type", TagRef::String(decision.sampler_type));
            with_tag(&decision.param.into(), |param| self.put("sampler.param", param));
        }
    }

    /// A link to the parent is not a second reference.
    pub(crate) fn link(&mut self, link: &Link) {
        if link.span_context.is_valid() && !self.is_parent(link) && self.dropped.links.has_room() {
            let kind = ref_type(link).unwrap_or(RefType::FollowsFrom);
            self.reference(kind, link.span_context.trace_id(), link.span_context.span_id());
        }
    }

    /// A status that says more replaces one that says less, as in OpenTelemetry: OK is final.
    pub(crate) fn set_status(&mut self, status: Status) {
        if status > self.status {
            self.status = status;
        }
    }

    pub(crate) fn set_name(&mut self, name: &str) {
        self.name.clear();
        self.name.push_str(name);
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// Ends the span: what is known now is added, and the times and flags are returned that [`write`](Self::write) needs.
    ///
    /// `None` if it is not to be reported.
    pub(crate) fn end(&mut self, end: End, clock: &Clock) -> Option<Ended> {
        if !self.head.flags.is_sampled() {
            return None;
        }
        self.put_status();
        self.mark_dropped_logs();
        if self.dropped.is_any() {
            self.put_dropped();
        }
        let start_at = match self.head.start {
            Start::Tick(tick) => clock.wall(tick),
            Start::At(at) => at,
        };
        let nanos = match (self.head.start, end) {
            (Start::Tick(start), End::Tick(end)) => clock.between(start, end),
            (_, End::Tick(end)) => clock.wall(end).saturating_sub(start_at),
            (_, End::At(end)) => wall(end).saturating_sub(start_at),
        };
        Some(Ended { start_us: micros(start_at), duration_us: micros(nanos.max(0)) })
    }

    /// Appends the encoded span.
    pub(crate) fn write(&self, ended: Ended, out: &mut Vec<u8>) {
        let (trace_id_high, trace_id_low) = halves(self.head.trace_id);
        let head = SpanHead {
            trace_id_low,
            trace_id_high,
            span_id: signed(self.head.span_id),
            parent_span_id: signed(self.head.parent_id),
            operation_name: &self.name,
            flags: self.head.flags.bits().into(),
            start_time_us: ended.start_us,
            duration_us: ended.duration_us,
        };
        lists!(&self.lists, |buffer| buffer.write(&head, out));
    }

    /// The program says what kind of span it is: then we do not.
    fn set_own_kind(&mut self) {
        if !std::mem::replace(&mut self.own.span_kind, true) {
            let FirstTags { before_kind, end, .. } = std::mem::take(&mut self.first);
            lists!(&mut self.lists, |buffer| buffer.remove_tags(before_kind, end));
        }
    }

    fn tags_mark(&self) -> ListMark {
        lists!(&self.lists, |buffer| buffer.tags_mark())
    }

    #[cold]
    fn put_dropped(&mut self) {
        for (key, Limited { dropped, .. }) in [
            ("otel.dropped_attributes_count", self.dropped.attributes),
            ("otel.dropped_events_count", self.dropped.events),
            ("otel.dropped_links_count", self.dropped.links),
        ] {
            if dropped > 0 {
                self.put(key, TagRef::Long(dropped.into()));
            }
        }
    }

    fn put_status(&mut self) {
        let status = std::mem::take(&mut self.status);
        let (code, description) = match &status {
            Status::Unset => return,
            Status::Ok => ("OK", ""),
            Status::Error { description } => ("ERROR", description.as_ref()),
        };
        if code == "ERROR" && !self.own.error {
            self.put("error", TagRef::Bool(true));
        }
        if !self.own.status_code {
            self.put("otel.status_code", TagRef::String(code));
        }
        if !description.is_empty() && !self.own.status_description {
            let description = cut(TagRef::String(description), self.limits.tag_value_bytes);
            self.put("otel.status_description", description);
        }
    }

    /// What the program says of the trace by `sampling.priority`, as in jaeger-client-go: above 0 makes it a debug trace, and 0 one
    /// that is not reported. `false` if there is nothing to write down: 0, and what is no number of 16 bits, which says nothing.
    fn set_priority(&mut self, value: TagRef<'_>) -> bool {
        let TagRef::Long(priority @ 0..=MAX_PRIORITY) = value else { return false };
        self.head.flags = match priority {
            0 => self.head.flags.with_sampled(false),
            _ => self.head.flags | Flags::SAMPLED | Flags::DEBUG,
        };
        self.is_said = true;
        priority > 0
    }

    /// Whether the flags have been changed since this was asked last.
    pub(crate) fn take_said(&mut self) -> bool {
        std::mem::take(&mut self.is_said)
    }

    pub(crate) fn set_flags(&mut self, flags: Flags) {
        self.head.flags = flags;
    }

    fn is_parent(&self, link: &Link) -> bool {
        self.head.parent_id != SpanId::INVALID
            && link.span_context.span_id() == self.head.parent_id
            && link.span_context.trace_id() == self.head.trace_id
    }

    fn reference(&mut self, ref_type: RefType, trace_id: TraceId, span_id: SpanId) {
        let (trace_id_high, trace_id_low) = halves(trace_id);
        let reference = SpanRef { ref_type, trace_id_low, trace_id_high, span_id: signed(span_id) };
        lists!(&mut self.lists, |buffer| buffer.reference(&reference));
    }

    fn put(&mut self, key: &str, value: TagRef<'_>) {
        lists!(&mut self.lists, |buffer| buffer.tag(key, value));
    }
}
