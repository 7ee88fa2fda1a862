//! Booked rides, put into the queue of the notify service.

use std::{io, sync::Arc, time::Duration};

use jaeger_propagation::Propagator;
use opentelemetry::{
    Context, KeyValue, global,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};

use crate::{
    notify::{ACCEPTED, Booking, Message, QUEUE},
    tracing,
};

/// A customer waits for a driver and not for a text message.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The sending end of the queue. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Bookings {
    /// `HOST:PORT` of the notify service.
    notify: Arc<str>,
    propagator: Propagator,
}

// === impl Bookings ===

impl Bookings {
    pub(super) fn new(notify: &str) -> Self {
        Self { notify: notify.into(), propagator: Propagator::new() }
    }

    /// Puts it into the queue, in a span. A queue that is away does not fail the ride.
    pub(super) async fn send(&self, booking: Booking) {
        let tracer = global::tracer(tracing::SCOPE);
        let builder = tracer.span_builder(format!("send {QUEUE}")).with_kind(SpanKind::Producer);
        let builder = builder.with_attributes([KeyValue::new("message_bus.destination", QUEUE)]);
        let context = Context::current_with_span(builder.start(&tracer));
        let mut message = Message { context: Vec::new(), booking };
        self.propagator.inject_binary_from_context(&context, &mut message.context);

        let sent = timeout(TIMEOUT, self.put(&message)).await;
        let sent = sent.unwrap_or_else(|_| Err(io::Error::other(format!("no answer within {TIMEOUT:?}"))));
        if let Err(error) = sent {
            let text = format!("notify is away: {error}");
            tracing::fail(&context, "error", KeyValue::new("message", text));
        }
        context.span().end();
    }

    async fn put(&self, message: &Message) -> io::Result<()> {
        let mut stream = TcpStream::connect(&*self.notify).await?;
        message.write(&mut stream).await?;
        match stream.read_u8().await? {
            ACCEPTED => Ok(()),
            other => Err(io::Error::other(format!("expected {ACCEPTED}, found {other}"))),
        }
    }
}
