//! How a span starts.

use std::{borrow::Cow, time::SystemTime};

use jaeger_propagation::Baggage;
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, Tracer as _},
};

use crate::{Field, Span, SpanContext, Tracer, Value, ext, priority::Priority, scope, span::truth};

/// How a span depends on another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceType {
    /// The other one waits for it, as a caller does.
    ChildOf,
    /// The other one caused it and does not wait for it, as the sender of a message.
    FollowsFrom,
}

/// A span that is to start. Made by [`Tracer::build_span`].
#[derive(Debug)]
#[must_use = "it starts with `start`"]
pub struct SpanBuilder {
    tracer: Tracer,
    operation_name: Cow<'static, str>,
    references: Vec<(ReferenceType, SpanContext)>,
    tags: Vec<Field>,
    start_time: Option<SystemTime>,
    ignores_active_span: bool,
}

/// The attribute by which OpenTelemetry's conventions for the OpenTracing shim say which kind of reference a link is.
const REF_TYPE: &str = "opentracing.ref_type";

// === impl SpanBuilder ===

impl SpanBuilder {
    pub(crate) fn new(tracer: Tracer, operation_name: Cow<'static, str>) -> Self {
        Self {
            tracer,
            operation_name,
            references: Vec::new(),
            tags: Vec::new(),
            start_time: None,
            ignores_active_span: false,
        }
    }

    /// Adds a reference of the type ChildOf.
    pub fn child_of(self, span_context: &SpanContext) -> Self {
        self.reference(ReferenceType::ChildOf, span_context)
    }

    /// Adds a reference of the type FollowsFrom.
    pub fn follows_from(self, span_context: &SpanContext) -> Self {
        self.reference(ReferenceType::FollowsFrom, span_context)
    }

    /// Adds a reference; there may be any number. The parent is the first ChildOf of all, else the first reference. A context that
    /// belongs to no span is no reference, but its baggage counts, and its debug id if the span has no parent.
    pub fn reference(mut self, reference_type: ReferenceType, span_context: &SpanContext) -> Self {
        self.references.push((reference_type, span_context.clone()));
        self
    }

    /// The server's span of a call: its kind, and ChildOf the caller's, if there is one.
    pub fn rpc_server(self, caller: Option<&SpanContext>) -> Self {
        let server = self.tag(ext::SPAN_KIND.as_str(), ext::SpanKind::Server);
        match caller {
            Some(caller) => server.child_of(caller),
            None => server.ignore_active_span(),
        }
    }

    /// Sets a tag from the start, which samplers see.
    pub fn tag(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.tags.push(Field { key: key.into(), value: value.into() });
        self
    }

    /// When it has started; now by default.
    pub fn start_time(mut self, time: SystemTime) -> Self {
        self.start_time = Some(time);
        self
    }

    /// Without references it is then the root of a trace, and not ChildOf the active span.
    pub fn ignore_active_span(mut self) -> Self {
        self.ignores_active_span = true;
        self
    }

    /// Starts the span.
    pub fn start(mut self) -> Span {
        let tracer = self.tracer.clone();
        let engine = tracer.inner.engine.as_ref().filter(|_| !Context::is_current_telemetry_suppressed());
        let Some(engine) = engine else {
            return Span::noop(self.tracer);
        };
        let parent = self.parent();
        let recording = tracer.inner.recorder.as_ref().map(|recorder| {
            let (name, references, tags) = (&self.operation_name, &self.references, &self.tags);
            recorder.start(name.clone(), references.clone(), tags.clone(), self.start_time)
        });
        let error = self.tags.iter().rev().find_map(truth);
        let priority = self.tags.iter().rev().find_map(Priority::of);
        let kind = self.take_kind();
        let mut builder = engine.span_builder(self.operation_name);
        builder.start_time = self.start_time;
        builder.links = Some(self.references.iter().filter_map(link).collect());
        builder.span_kind = kind;
        // What an error means to the span is known when it finishes.
        let at_start = self.tags.into_iter().filter(|tag| truth(tag).is_none());
        builder.attributes = Some(at_start.map(Field::into_otel).collect());
        let span = engine.build_with_context(builder, &parent);
        let span = Span::started(self.tracer, span, &parent, error, recording);
        if let Some(priority) = priority {
            span.set_priority(priority);
        }
        span
    }

    /// The context with the parent and with the baggage of all.
    fn parent(&self) -> Context {
        let Some(chosen) = self.chosen() else {
            return if self.ignores_active_span { Context::new() } else { scope::parent() };
        };
        let [_, _, ..] = self.references.as_slice() else { return chosen.context().clone() };
        // That of the parent counts where two have the same key.
        let mut baggage = Baggage::from_context(chosen.context());
        for (_, other) in &self.references {
            for (key, value) in other.baggage_items() {
                if baggage.get(&key).is_none() {
                    baggage.insert(key, value);
                }
            }
        }
        baggage.into_context(chosen.context())
    }

    fn chosen(&self) -> Option<&SpanContext> {
        let references = || self.references.iter();
        let is_child = |reference_type| reference_type == ReferenceType::ChildOf;
        let valid = || references().filter(|(_, span_context)| span_context.is_valid());
        let chosen = valid().find(|(reference_type, _)| is_child(*reference_type)).or_else(|| valid().next());
        let chosen = chosen.or_else(|| references().find(|(_, span_context)| span_context.has_debug_id()));
        chosen.or(self.references.first()).map(|(_, span_context)| span_context)
    }

    /// OpenTelemetry's kind stands for the tag, so that both kinds of receivers know it.
    fn take_kind(&mut self) -> Option<SpanKind> {
        let at = self.tags.iter().rposition(|tag| tag.key == ext::SPAN_KIND.as_str())?;
        let kind = match &self.tags.get(at)?.value {
            Value::Text(kind) => match kind.as_ref() {
                "client" => SpanKind::Client,
                "server" => SpanKind::Server,
                "producer" => SpanKind::Producer,
                "consumer" => SpanKind::Consumer,
                _ => return None,
            },
            _ => return None,
        };
        self.tags.retain(|tag| tag.key != ext::SPAN_KIND.as_str());
        Some(kind)
    }
}

fn link((reference_type, span_context): &(ReferenceType, SpanContext)) -> Option<Link> {
    let name = match reference_type {
        ReferenceType::ChildOf => "child_of",
        ReferenceType::FollowsFrom => "follows_from",
    };
    let referenced = span_context.otel();
    referenced.is_valid().then(|| Link::new(referenced, vec![KeyValue::new(REF_TYPE, name)], 0))
}
