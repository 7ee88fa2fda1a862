//! Who takes the spans, in another process than who makes them, and looks at them when nobody is measured any more.

use std::error::Error;

use jaeger_thrift::{Batch, Binary, Compact, DecodeError};

use super::{encoding::Found, sample};
use crate::sink::{Collector, KeepingAgent};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Receiver {
    CompactAgent,
    BinaryAgent,
    Collector,
    #[cfg(feature = "exporters")]
    OtlpHttp,
    #[cfg(feature = "exporters")]
    OtlpGrpc,
}

/// A receiver that is running.
#[derive(Debug)]
pub(super) enum Running {
    Agent(KeepingAgent, fn(&[u8]) -> Result<Batch, DecodeError>),
    Collector(Collector),
    #[cfg(feature = "exporters")]
    OtlpHttp(Collector),
    #[cfg(feature = "exporters")]
    OtlpGrpc(crate::sink::OtlpGrpc),
}

// === impl Receiver ===

impl Receiver {
    pub(super) fn start(self) -> Result<Running, Box<dyn Error>> {
        Ok(match self {
            Self::CompactAgent => Running::Agent(KeepingAgent::start()?, Batch::decode_emit::<Compact>),
            Self::BinaryAgent => Running::Agent(KeepingAgent::start()?, Batch::decode_emit::<Binary>),
            Self::Collector => Running::Collector(Collector::keeping()?),
            #[cfg(feature = "exporters")]
            Self::OtlpHttp => Running::OtlpHttp(Collector::keeping_otlp()?),
            #[cfg(feature = "exporters")]
            Self::OtlpGrpc => Running::OtlpGrpc(crate::sink::OtlpGrpc::start()?),
        })
    }
}

// === impl Running ===

impl Running {
    /// As its exporter wants it.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Agent(agent, _) => agent.address().to_owned(),
            Self::Collector(collector) => collector.url(),
            #[cfg(feature = "exporters")]
            Self::OtlpHttp(collector) => format!("http://{}/v1/traces", collector.address()),
            #[cfg(feature = "exporters")]
            Self::OtlpGrpc(receiver) => receiver.url(),
        }
    }

    /// Everything that has come.
    pub(super) fn take(&self) -> Result<Found, Box<dyn Error>> {
        match self {
            Self::Agent(agent, decode) => found(agent.take()?, |packet| sample::count(&decode(packet)?)),
            Self::Collector(collector) => {
                found(collector.take_bodies(), |body| sample::count(&Batch::decode::<Binary>(body)?))
            }
            #[cfg(feature = "exporters")]
            Self::OtlpHttp(collector) => {
                found(collector.take_bodies(), |body| sample::count_otlp(&prost::Message::decode(body)?))
            }
            #[cfg(feature = "exporters")]
            Self::OtlpGrpc(receiver) => {
                receiver.take().iter().try_fold(Found::default(), |found, request| {
                    let (bytes, spans) = (prost::Message::encoded_len(request), sample::count_otlp(request)?);
                    Ok(Found { bytes: found.bytes + bytes, spans: found.spans + spans })
                })
            }
        }
    }
}

/// What is in messages, each of which is forgotten when its spans are counted.
fn found(
    messages: Vec<Vec<u8>>,
    count: impl Fn(&[u8]) -> Result<usize, Box<dyn Error>>,
) -> Result<Found, Box<dyn Error>> {
    messages.into_iter().try_fold(Found::default(), |found, message| {
        Ok(Found { bytes: found.bytes + message.len(), spans: found.spans + count(&message)? })
    })
}
