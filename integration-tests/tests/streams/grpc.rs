//! gRPC over tonic: one span on each side for the life of a call, however it streams.

use std::{net::SocketAddr, pin::Pin, sync::Mutex};

use opentelemetry::{
    Value,
    trace::{Span, Tracer},
};
use opentelemetry_sdk::trace::SdkTracer;
use tokio::sync::mpsc;
use tokio_stream::{Stream, StreamExt, wrappers::ReceiverStream};
use tonic::{
    Code, Request, Response, Status, Streaming,
    transport::{Channel, Server, server::TcpIncoming},
};
use tower::Layer;
use tower_jaeger::{Client, Outcome};

use crate::{
    streams::{
        Note,
        streams_client::StreamsClient,
        streams_server::{Streams, StreamsServer},
    },
    support::{Ended, Ends, Held},
};

type Answer = Result<Note, Status>;
type Answers = Pin<Box<dyn Stream<Item = Answer> + Send>>;

/// A server, its client, and what to write the server's answers to.
struct Call {
    ends: Ends,
    client: StreamsClient<Client<Channel, SdkTracer>>,
    answers: mpsc::Sender<Answer>,
}

/// Answers with what the test writes, in `Bidi` after what the client sends, and refuses a note that says so.
struct Scripted {
    tracer: SdkTracer,
    answers: Mutex<Option<mpsc::Receiver<Answer>>>,
}

fn note(text: &str) -> Note {
    Note { text: text.to_owned() }
}

// === impl Call ===

impl Call {
    async fn new() -> Self {
        let ends = Ends::new();
        let (answers, written) = mpsc::channel(1);
        let address = serve(&ends, written);
        let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        let client = StreamsClient::new(ends.client.client_layer().layer(channel));
        Self { ends, client, answers }
    }

    async fn answer(&self, text: &str) {
        self.answers.send(Ok(note(text))).await.unwrap();
    }

    /// The server has no more to say.
    fn close(&mut self) {
        self.answers = mpsc::channel(1).0;
    }
}

fn serve(ends: &Ends, answers: mpsc::Receiver<Answer>) -> SocketAddr {
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = incoming.local_addr().unwrap();
    let service = Scripted { tracer: ends.server.tracer(), answers: Mutex::new(Some(answers)) };
    let server = Server::builder().layer(ends.server.server_layer()).add_service(StreamsServer::new(service));
    tokio::spawn(server.serve_with_incoming(incoming));
    address
}

// === impl Scripted ===

impl Scripted {
    /// The written answers. Each has a span of its own, made while the stream is polled.
    fn answers(&self) -> impl Stream<Item = Answer> + Send + 'static {
        let tracer = self.tracer.clone();
        ReceiverStream::new(self.answers.lock().unwrap().take().unwrap()).map(move |answer| {
            tracer.start("answer").end();
            answer
        })
    }
}

#[tonic::async_trait]
impl Streams for Scripted {
    type ServerStreamStream = Answers;
    type BidiStream = Answers;

    async fn unary(&self, request: Request<Note>) -> Result<Response<Note>, Status> {
        let refused = request.get_ref().text == "refused";
        if refused {
            return Err(Status::internal("refused"));
        }
        let mut answers = self.answers();
        answers.next().await.unwrap().map(Response::new)
    }

    async fn server_stream(&self, request: Request<Note>) -> Result<Response<Answers>, Status> {
        match request.get_ref().text.as_str() {
            "refused" => Err(Status::internal("refused")),
            _ => Ok(Response::new(Box::pin(self.answers()))),
        }
    }

    async fn client_stream(&self, request: Request<Streaming<Note>>) -> Result<Response<Note>, Status> {
        let mut notes = request.into_inner();
        let mut texts = Vec::new();
        while let Some(note) = notes.message().await? {
            if note.text == "refused" {
                return Err(Status::internal("refused"));
            }
            texts.push(note.text);
        }
        Ok(Response::new(note(&texts.join(" "))))
    }

    async fn bidi(&self, request: Request<Streaming<Note>>) -> Result<Response<Answers>, Status> {
        let echoes = request.into_inner().map(|note| match note? {
            Note { text } if text == "refused" => Err(Status::internal("refused")),
            note => Ok(note),
        });
        Ok(Response::new(Box::pin(echoes.chain(self.answers()))))
    }
}

#[track_caller]
fn assert_ok(ended: &Ended, method: &str) {
    ended.assert(Outcome::Completed, false);
    assert_eq!(ended.span.name, format!("streams.Streams/{method}"));
    assert_eq!(ended.tag("response_code"), None);
}

/// An error status is an end like any other: the call is complete.
#[track_caller]
fn assert_refused(ended: &Ended, code: &'static str, is_error: bool) {
    ended.assert(Outcome::Completed, is_error);
    assert_eq!(ended.tag("response_code"), Some(Value::from(code)));
}

/// Spans made in the server's handler or stream are children of the server's span.
#[track_caller]
fn assert_children(call: &Call, server: &Ended, count: usize) {
    let inner = call.ends.server.inner();
    assert_eq!(inner.len(), count, "{inner:?}");
    for span in inner {
        assert_eq!(span.parent_span_id, server.span.span_context.span_id());
    }
}

#[tokio::test]
async fn a_unary_call_is_one_span_on_each_side() {
    let call = Call::new().await;
    let mut client = call.client.clone();
    let unary = tokio::spawn(async move { client.unary(note("hello")).await });
    call.ends.server.started(1).await;
    let held = Held::open().await;
    call.ends.assert_open();
    call.answer("hello").await;
    assert_eq!(unary.await.unwrap().unwrap().into_inner().text, "hello");
    let [server, client] = call.ends.ended().await;
    for ended in [&server, &client] {
        assert_ok(ended, "Unary");
        ended.assert_covers(&held);
    }
    assert_children(&call, &server, 1);
}

#[tokio::test]
async fn a_server_s_stream_is_one_span_on_each_side() {
    let mut call = Call::new().await;
    let mut notes = call.client.server_stream(note("hello")).await.unwrap().into_inner();
    call.answer("first").await;
    assert_eq!(notes.message().await.unwrap(), Some(note("first")));
    let held = Held::open().await;
    call.ends.assert_open();
    call.answer("last").await;
    assert_eq!(notes.message().await.unwrap(), Some(note("last")));
    call.ends.assert_open();
    call.close();
    assert_eq!(notes.message().await.unwrap(), None);
    let [server, client] = call.ends.ended().await;
    for ended in [&server, &client] {
        assert_ok(ended, "ServerStream");
        ended.assert_covers(&held);
    }
    assert_children(&call, &server, 2);
    drop(notes);
    call.ends.assert_ended_once();
}

#[tokio::test]
async fn a_client_s_stream_is_one_span_on_each_side() {
    let call = Call::new().await;
    let (notes, sent) = mpsc::channel(1);
    let mut client = call.client.clone();
    let answer = tokio::spawn(async move { client.client_stream(ReceiverStream::new(sent)).await });
    notes.send(note("first")).await.unwrap();
    call.ends.server.started(1).await;
    let held = Held::open().await;
    call.ends.assert_open();
    notes.send(note("last")).await.unwrap();
    drop(notes);
    assert_eq!(answer.await.unwrap().unwrap().into_inner().text, "first last");
    for ended in call.ends.ended().await {
        assert_ok(&ended, "ClientStream");
        ended.assert_covers(&held);
    }
}

#[tokio::test]
async fn streams_in_both_directions_are_one_span_on_each_side() {
    let mut call = Call::new().await;
    let (notes, sent) = mpsc::channel(1);
    let mut echoes = call.client.bidi(ReceiverStream::new(sent)).await.unwrap().into_inner();
    for text in ["first", "second"] {
        notes.send(note(text)).await.unwrap();
        assert_eq!(echoes.message().await.unwrap(), Some(note(text)));
    }
    let held = Held::open().await;
    call.ends.assert_open();
    drop(notes);
    // The client's half is closed, the server's goes on.
    call.answer("last").await;
    assert_eq!(echoes.message().await.unwrap(), Some(note("last")));
    call.ends.assert_open();
    call.close();
    assert_eq!(echoes.message().await.unwrap(), None);
    let [server, client] = call.ends.ended().await;
    for ended in [&server, &client] {
        assert_ok(ended, "Bidi");
        ended.assert_covers(&held);
    }
    assert_children(&call, &server, 1);
}

#[tokio::test]
async fn a_client_that_drops_a_server_s_stream_cancels_both_sides_in_the_body() {
    let mut call = Call::new().await;
    let mut notes = call.client.server_stream(note("hello")).await.unwrap().into_inner();
    call.answer("first").await;
    assert_eq!(notes.message().await.unwrap(), Some(note("first")));
    call.ends.assert_open();
    drop(notes);
    for ended in call.ends.ended().await {
        ended.assert(Outcome::CancelledInBody, false);
        assert_eq!(ended.tag("response_code"), None);
    }
    call.answers.closed().await;
    call.ends.assert_ended_once();
}

#[tokio::test]
async fn a_client_that_drops_streams_in_both_directions_cancels_both_sides_in_the_body() {
    let mut call = Call::new().await;
    let (notes, sent) = mpsc::channel(1);
    let mut echoes = call.client.bidi(ReceiverStream::new(sent)).await.unwrap().into_inner();
    notes.send(note("first")).await.unwrap();
    assert_eq!(echoes.message().await.unwrap(), Some(note("first")));
    call.ends.assert_open();
    drop(echoes);
    call.ends.client.ended().await.assert(Outcome::CancelledInBody, false);
    // hyper tells the server when both halves are gone.
    drop(notes);
    call.ends.server.ended().await.assert(Outcome::CancelledInBody, false);
    call.answers.closed().await;
    call.ends.assert_ended_once();
}

#[tokio::test]
async fn a_client_that_drops_a_call_cancels_both_sides_before_the_head() {
    let call = Call::new().await;
    let mut client = call.client.clone();
    let unary = tokio::spawn(async move { client.unary(note("hello")).await });
    call.ends.server.started(1).await;
    unary.abort();
    for ended in call.ends.ended().await {
        ended.assert(Outcome::CancelledBeforeHead, false);
    }
}

#[tokio::test]
async fn a_status_at_once_is_the_status_of_both_spans() {
    for method in ["Unary", "ServerStream", "ClientStream"] {
        let mut call = Call::new().await;
        let refused = note("refused");
        let status = match method {
            "Unary" => call.client.unary(refused).await.unwrap_err(),
            "ServerStream" => call.client.server_stream(refused).await.unwrap_err(),
            _ => call.client.client_stream(tokio_stream::once(refused)).await.unwrap_err(),
        };
        assert_eq!(status.code(), Code::Internal);
        for ended in call.ends.ended().await {
            assert_refused(&ended, "Internal", true);
            assert_eq!(ended.span.name, format!("streams.Streams/{method}"));
        }
    }
}

#[tokio::test]
async fn a_status_in_mid_stream_is_the_status_of_both_spans() {
    let mut call = Call::new().await;
    let mut notes = call.client.server_stream(note("hello")).await.unwrap().into_inner();
    call.answer("first").await;
    assert_eq!(notes.message().await.unwrap(), Some(note("first")));
    // The caller's fault: an error for the caller only.
    call.answers.send(Err(Status::not_found("no more"))).await.unwrap();
    assert_eq!(notes.message().await.unwrap_err().code(), Code::NotFound);
    let [server, client] = call.ends.ended().await;
    assert_refused(&server, "NotFound", false);
    assert_refused(&client, "NotFound", true);
}

#[tokio::test]
async fn a_status_in_mid_stream_ends_streams_in_both_directions() {
    let mut call = Call::new().await;
    let (notes, sent) = mpsc::channel(1);
    let mut echoes = call.client.bidi(ReceiverStream::new(sent)).await.unwrap().into_inner();
    notes.send(note("first")).await.unwrap();
    assert_eq!(echoes.message().await.unwrap(), Some(note("first")));
    notes.send(note("refused")).await.unwrap();
    assert_eq!(echoes.message().await.unwrap_err().code(), Code::Internal);
    for ended in call.ends.ended().await {
        assert_refused(&ended, "Internal", true);
    }
}
