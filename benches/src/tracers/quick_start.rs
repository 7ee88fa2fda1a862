//! The program's global tracer, as in the quick start of the README.

use std::time::Duration;

use jaeger_client::{Closer, Config, ConstSampler};
use jaeger_tracer::{JaegerTracerProvider, set_global};

use super::{Exports, Seen, collector::Collector};
use crate::operation::Result;

/// With all defaults, to a collector over HTTP.
pub(crate) struct QuickStart {
    provider: JaegerTracerProvider,
    collector: Collector,
    _closer: Closer,
}

// === impl QuickStart ===

impl QuickStart {
    /// What `Config::install` does, except for two things: the provider is kept, because nothing else can be flushed; and the
    /// global propagator is left alone, which the peers in this program read and `ServerLayer` does not.
    pub(crate) fn install(samples_roots: bool) -> Result<Self> {
        let collector = Collector::start()?;
        let mut config = Config::new("bench").with_collector_endpoint(collector.url()).with_logger(|_| {});
        if !samples_roots {
            config = config.with_sampler(ConstSampler::new(false));
        }
        let (provider, closer) = config.build()?;
        set_global(provider.clone());
        Ok(Self { provider, collector, _closer: closer })
    }
}

impl Exports for QuickStart {
    fn settle(&self) {
        // What has not come in time is not counted as sent.
        let _ = self.provider.flush(Duration::from_secs(10));
    }

    fn exported(&self) -> u64 {
        self.provider.stats().sent()
    }

    fn last(&self) -> Result<Seen> {
        self.collector.first()
    }

    fn is_lossless(&self) -> bool {
        true
    }
}
