//! opentelemetry-jaeger behind our bridge's conversion, as far as the bytes: its encoders are private, so the way to them is its
//! own exporter, with a socket and an HTTP client that keep what they are given.
#![allow(deprecated, reason = "the crate is deprecated as a whole")]

use std::{
    error::Error,
    fmt::Debug,
    future::{self, Pending},
    marker::PhantomData,
    net::ToSocketAddrs,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{future::BoxFuture, stream};
use jaeger_thrift::{Batch, Compact as CompactProtocol, DecodeError};
use old_http::{Request, Response};
use old_opentelemetry_http::{HttpClient, HttpError};
use old_sdk::{
    export::trace::SpanExporter,
    runtime::{Runtime, RuntimeChannel, TrySend, TrySendError},
    trace::Config,
};
use opentelemetry_jaeger_bridge::{convert_resource, convert_span};
use opentelemetry_sdk::trace::SpanData;

use super::{
    encoding::{Encode, Found, Meter},
    sample,
};
use crate::requests::now;

/// As the bridge has it.
const MAX_PACKET_BYTES: usize = 65_000;

/// The SDK's spans as those of the SDK that the crate was built on.
#[derive(Debug, Default)]
pub(super) struct Conversion(usize);

/// Into what would be packets.
#[derive(Debug)]
pub(super) struct Compact(Exporter);

/// Into what would be a body.
#[derive(Debug)]
pub(super) struct Binary(Exporter);

#[derive(Debug)]
struct Exporter {
    exporter: opentelemetry_jaeger::Exporter,
    kept: Kept,
}

/// A runtime with a socket, and an HTTP client, that keep messages.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<Vec<u8>>>>);

/// Takes nothing: no task of the exporter's has anything to say.
#[derive(Debug)]
struct NoSender<T>(PhantomData<fn(T)>);

// === impl Conversion ===

impl Encode for Conversion {
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        let converted = meter.run(|| spans.into_iter().map(convert_span).collect::<Vec<_>>());
        self.0 = converted.map_or(0, |converted| converted.len());
        Ok(())
    }

    fn found(&mut self) -> Result<Found, Box<dyn Error>> {
        Ok(Found { bytes: 0, spans: self.0 })
    }
}

// === impl Compact ===

impl Compact {
    /// The whole batch in one, which no socket would take.
    pub(super) fn once() -> Result<Self, Box<dyn Error>> {
        Self::new(16 * 1024 * 1024)
    }

    /// As the bridge does it.
    pub(super) fn split() -> Result<Self, Box<dyn Error>> {
        Self::new(MAX_PACKET_BYTES)
    }

    fn new(max_packet_bytes: usize) -> Result<Self, Box<dyn Error>> {
        let kept = Kept::default();
        let exporter = opentelemetry_jaeger::new_agent_pipeline()
            .with_endpoint("127.0.0.1:6831")
            .with_max_packet_size(max_packet_bytes)
            .with_auto_split_batch(true)
            .with_trace_config(config())
            .build_async_agent_exporter(kept.clone())?;
        Ok(Self(Exporter { exporter, kept }))
    }
}

impl Encode for Compact {
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        self.0.export(spans, meter)
    }

    fn found(&mut self) -> Result<Found, Box<dyn Error>> {
        self.0.found(Batch::decode_emit::<CompactProtocol>)
    }
}

// === impl Binary ===

impl Binary {
    pub(super) fn new() -> Result<Self, Box<dyn Error>> {
        let kept = Kept::default();
        let exporter = opentelemetry_jaeger::new_collector_pipeline()
            .with_endpoint("http://127.0.0.1:14268/api/traces")
            .with_http_client(kept.clone())
            .with_trace_config(config())
            .build_collector_exporter::<Kept>()?;
        Ok(Self(Exporter { exporter, kept }))
    }
}

impl Encode for Binary {
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        self.0.export(spans, meter)
    }

    fn found(&mut self) -> Result<Found, Box<dyn Error>> {
        self.0.found(Batch::decode::<jaeger_thrift::Binary>)
    }
}

fn config() -> Config {
    Config::default().with_resource(convert_resource(&sample::resource()))
}

// === impl Exporter ===

impl Exporter {
    fn export(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        self.kept.lock().clear();
        let export = || now(self.exporter.export(spans.into_iter().map(convert_span).collect()));
        Ok(meter.run(export).transpose().map(|_| ())?)
    }

    fn found(&mut self, decode: fn(&[u8]) -> Result<Batch, DecodeError>) -> Result<Found, Box<dyn Error>> {
        let mut found = Found::default();
        for message in self.kept.lock().iter() {
            found.bytes += message.len();
            found.spans += sample::count(&decode(message)?)?;
        }
        Ok(found)
    }
}

// === impl Kept ===

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl HttpClient for Kept {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<bytes::Bytes>, HttpError> {
        self.lock().push(request.into_body());
        Ok(Response::builder().status(202).body(bytes::Bytes::new())?)
    }
}

#[async_trait]
impl opentelemetry_jaeger::JaegerTraceRuntime for Kept {
    type Socket = ();

    fn create_socket<T: ToSocketAddrs>(&self, _endpoint: T) -> thrift::Result<()> {
        Ok(())
    }

    async fn write_to_socket(&self, _socket: &(), payload: Vec<u8>) -> thrift::Result<()> {
        self.lock().push(payload);
        Ok(())
    }
}

/// Nothing of this is asked for on the way to the bytes.
impl Runtime for Kept {
    type Interval = stream::Pending<()>;
    type Delay = Pending<()>;

    fn interval(&self, _duration: Duration) -> Self::Interval {
        stream::pending()
    }

    fn spawn(&self, _future: BoxFuture<'static, ()>) {}

    fn delay(&self, _duration: Duration) -> Self::Delay {
        future::pending()
    }
}

impl RuntimeChannel for Kept {
    type Receiver<T: Debug + Send> = stream::Pending<T>;
    type Sender<T: Debug + Send> = NoSender<T>;

    fn batch_message_channel<T: Debug + Send>(
        &self,
        _capacity: usize,
    ) -> (Self::Sender<T>, Self::Receiver<T>) {
        (NoSender(PhantomData), stream::pending())
    }
}

// === impl NoSender ===

impl<T> TrySend for NoSender<T> {
    type Message = T;

    fn try_send(&self, _item: T) -> Result<(), TrySendError> {
        Err(TrySendError::ChannelClosed)
    }
}
