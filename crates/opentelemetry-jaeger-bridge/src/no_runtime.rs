//! The runtime type that the old collector pipeline asks for although a blocking client uses none.

use std::convert::Infallible;
use std::fmt::Debug;
use std::future::Pending;
use std::marker::PhantomData;
use std::net::ToSocketAddrs;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use futures_util::stream;
use old_sdk::runtime::{Runtime, RuntimeChannel, TrySend, TrySendError};

/// Has no values: nothing can ask it for a timer, a task or a socket.
#[derive(Clone, Debug)]
pub(crate) enum NoRuntime {}

/// The sending half of a channel that cannot be made.
#[derive(Debug)]
pub(crate) struct NoSender<T>(Infallible, PhantomData<fn(T)>);

// === impl NoRuntime ===

impl Runtime for NoRuntime {
    type Interval = stream::Pending<()>;
    type Delay = Pending<()>;

    fn interval(&self, _duration: Duration) -> Self::Interval {
        match *self {}
    }

    fn spawn(&self, _future: BoxFuture<'static, ()>) {
        match *self {}
    }

    fn delay(&self, _duration: Duration) -> Self::Delay {
        match *self {}
    }
}

impl RuntimeChannel for NoRuntime {
    type Receiver<T: Debug + Send> = stream::Pending<T>;
    type Sender<T: Debug + Send> = NoSender<T>;

    fn batch_message_channel<T: Debug + Send>(
        &self,
        _capacity: usize,
    ) -> (Self::Sender<T>, Self::Receiver<T>) {
        match *self {}
    }
}

#[expect(deprecated, reason = "the whole old crate is deprecated; its pipeline is bound to this trait")]
#[async_trait]
impl opentelemetry_jaeger::JaegerTraceRuntime for NoRuntime {
    type Socket = Infallible;

    fn create_socket<T: ToSocketAddrs>(&self, _endpoint: T) -> thrift::Result<Self::Socket> {
        match *self {}
    }

    async fn write_to_socket(&self, _socket: &Self::Socket, _payload: Vec<u8>) -> thrift::Result<()> {
        match *self {}
    }
}

// === impl NoSender ===

impl<T> TrySend for NoSender<T> {
    type Message = T;

    fn try_send(&self, _item: T) -> Result<(), TrySendError> {
        match self.0 {}
    }
}
