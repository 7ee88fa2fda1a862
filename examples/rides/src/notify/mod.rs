//! `notify`: a message queue over TCP, and the worker that takes from it and tells customers of their rides.

mod message;

pub(crate) use self::message::{ACCEPTED, Booking, Message};

use futures_util::future::FutureExt as _;
use jaeger_propagation::Propagator;
use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    global,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::sleep,
};
use tower_jaeger::follows_from;

use crate::{BoxError, baggage, plan::Plan, service::Lifeline, tracing};

/// What the queue is called.
pub(crate) const QUEUE: &str = "ride-booked";

/// As many may wait; then senders do.
const CAPACITY: usize = 10_000;

pub(crate) async fn serve(listener: TcpListener, plan: Plan, lifeline: Lifeline) -> Result<(), BoxError> {
    let (queue, messages) = mpsc::channel(CAPACITY);
    let worker = tokio::spawn(work(messages, plan));
    let mut stop = std::pin::pin!(lifeline.cut());
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            () = &mut stop => break,
        };
        connections.spawn(receive(stream, queue.clone()));
        // What has ended is of no interest.
        while connections.join_next().now_or_never().flatten().is_some() {}
    }
    connections.shutdown().await;
    // The worker ends when it has done what was in the queue.
    drop(queue);
    Ok(worker.await?)
}

/// Puts what comes by a connection into the queue. A sender who breaks it off, or speaks something else, is no longer heard.
async fn receive(mut stream: TcpStream, queue: mpsc::Sender<Message>) {
    while let Ok(message) = Message::read(&mut stream).await {
        if queue.send(message).await.is_err() || stream.write_u8(ACCEPTED).await.is_err() {
            return;
        }
    }
}

async fn work(mut messages: mpsc::Receiver<Message>, plan: Plan) {
    let propagator = Propagator::new();
    while let Some(message) = messages.recv().await {
        // In the trace of the sender, who has not waited for this.
        let sender = propagator.extract_binary(&message.context).into_context(&Context::new());
        let tracer = global::tracer(tracing::SCOPE);
        let builder = tracer.span_builder(format!("process {QUEUE}")).with_kind(SpanKind::Consumer);
        let builder = builder.with_links(follows_from(&sender));
        let builder = builder.with_attributes([KeyValue::new("message_bus.destination", QUEUE)]);
        let context = sender.with_span(tracer.build_with_context(builder, &sender));
        tell(message.booking, plan).with_context(context.clone()).await;
        context.span().end();
    }
}

async fn tell(booking: Booking, plan: Plan) {
    baggage::tag_span();
    let Booking { customer, driver, eta_minutes } = booking;
    sleep(plan.delay("notify", &customer, 4)).await;
    let text = format!("{customer}: {driver} arrives in {eta_minutes} min");
    tracing::log("Message sent", [KeyValue::new("text", text)]);
}
