//! The native tracer, which sends to an agent.

use std::{net::UdpSocket, num::NonZeroU64, time::Duration};

use jaeger_client::ConstSampler;
use jaeger_exporter::BatchSender;
use jaeger_thrift::{Batch, Compact};
use jaeger_tracer::{JaegerTracer, JaegerTracerProvider};
use opentelemetry::trace::TracerProvider;

use super::{Exports, NO_SPAN, Seen};
use crate::operation::Result;

/// Its spans go to an agent from whom nobody reads but the first packet: the system drops what it has no room for.
pub(crate) struct Native {
    provider: JaegerTracerProvider,
    agent: UdpSocket,
}

// === impl Native ===

impl Native {
    pub(crate) fn start(samples_roots: bool) -> Result<Self> {
        let agent = UdpSocket::bind(("127.0.0.1", 0))?;
        agent.set_nonblocking(true)?;
        let sender = BatchSender::agent(&agent.local_addr()?.to_string())?;
        // There is nobody whom it would be too much for.
        let sender = sender.with_bytes_per_second(NonZeroU64::MAX);
        let provider =
            JaegerTracerProvider::builder(sender).with_sampler(ConstSampler::new(samples_roots)).build();
        Ok(Self { provider, agent })
    }

    pub(crate) fn tracer(&self) -> JaegerTracer {
        self.provider.tracer("bench")
    }
}

impl Exports for Native {
    fn settle(&self) {
        // What has not come in time is not counted as sent.
        let _ = self.provider.flush(Duration::from_secs(10));
    }

    fn exported(&self) -> u64 {
        self.provider.stats().sent()
    }

    fn last(&self) -> Result<Seen> {
        let mut packet = vec![0; 65_536];
        let length = self.agent.recv(&mut packet)?;
        let batch = Batch::decode_emit::<Compact>(packet.get(..length).unwrap_or_default())?;
        Ok(batch.spans.last().ok_or(NO_SPAN)?.into())
    }

    fn is_lossless(&self) -> bool {
        true
    }
}
