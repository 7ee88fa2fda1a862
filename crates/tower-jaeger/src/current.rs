//! What a handler asks of the request that it handles, and adds to the calls that it makes.

use jaeger_propagation::{Baggage, BaggageRestrictions, LateState};
use opentelemetry::{
    Context,
    context::{FutureExt, WithContext},
    trace::{SpanContext, TraceContextExt},
};

/// The current span: trace id, span id and whether it is sampled. In a handler under
/// [`ServerLayer`](crate::ServerLayer), of axum, tonic or hyper, it is the server span, unless the handler has made one of
/// its own current.
///
/// Outside of any span it is the invalid one, whose ids are zeros.
///
/// ```
/// let span = tower_jaeger::current_span();
/// if span.is_valid() {
///     println!("see trace {}", span.trace_id());
/// }
/// ```
///
/// In a task of its own a handler's span is not current by itself; the context is handed over with the future:
///
/// ```
/// use opentelemetry::context::FutureExt;
///
/// # async fn send_receipt() {}
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // Spans of the task are children of the handler's span, and its calls carry the baggage. The span of the request ends
/// // with the response all the same.
/// tokio::spawn(send_receipt().with_current_context());
/// # }
/// ```
pub fn current_span() -> SpanContext {
    Context::map_current(|context| context.span().span_context().clone())
}

/// The baggage that calls made from here carry: what the caller sent, and what [`with_baggage`] has added.
///
/// Unlike `Context::current().baggage()` it has all of it: OpenTelemetry's type has room for 64 items, whose keys are tokens.
pub fn current_baggage() -> Baggage {
    Baggage::from_context(&LateState::up_to_date(Context::current()))
}

/// Adds items to the current baggage for the time of a future: every call that is made in it through a
/// [`ClientLayer`](crate::ClientLayer) carries them, and so do the calls that those services make.
///
/// An item that is there already gets the new value; the others stay. Values are any text. So are keys, but Jaeger's headers
/// have them in lower case, and one that is no token, as `a b`, goes into maps of text and bytes only.
///
/// ```
/// # async fn find_drivers() {}
/// # async fn handler() {
/// tower_jaeger::with_baggage([("customer", "731")], find_drivers()).await;
/// # }
/// ```
///
/// [`BaggageRestrictions::global`] says which keys are allowed, all of them by default, and how long values may be, 2,048 bytes; what is
/// longer is cut. As in Jaeger's clients there is a log on the current span for each item, `event=baggage`.
///
/// The rest of the context is the one that is current where this is called, not where the future is polled. Baggage ends
/// with the future, because the context of the request belongs to the layer: what the handler calls afterwards does not
/// have it.
pub fn with_baggage<K, V, F>(items: impl IntoIterator<Item = (K, V)>, future: F) -> WithContext<F>
where
    K: Into<String>,
    V: Into<String>,
{
    let restrictions = BaggageRestrictions::global();
    let current = LateState::up_to_date(Context::current());
    let context = items
        .into_iter()
        .fold(current, |context, (key, value)| restrictions.set_item(&context, &key.into(), &value.into()));
    future.with_context(context)
}
