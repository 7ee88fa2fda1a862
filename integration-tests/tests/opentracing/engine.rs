//! A tracer of the shim over either of the two engines, and what it reports.

use std::time::Duration;

use jaeger_client::{Closer, Config, ConstSampler, InMemoryReporter};
use jaeger_thrift::Span;
use opentracing_shim::Tracer;

/// What makes the spans under the shim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Native,
    Sdk,
}

/// A tracer, and what it has reported when it is closed.
pub(crate) struct Traced {
    pub(crate) tracer: Tracer,
    reporter: InMemoryReporter,
    closer: Closer,
}

// === impl Engine ===

impl Engine {
    pub(crate) const BOTH: [Self; 2] = [Self::Native, Self::Sdk];

    pub(crate) fn other(self) -> Self {
        if self == Self::Native { Self::Sdk } else { Self::Native }
    }

    /// One that samples every trace that begins with it.
    pub(crate) fn start(self, service: &str) -> Traced {
        self.start_with(service, |config| config)
    }

    pub(crate) fn start_with(self, service: &str, settings: impl FnOnce(Config) -> Config) -> Traced {
        let reporter = InMemoryReporter::new();
        let config = Config::new(service).with_logger(|_| {}).with_sampler(ConstSampler::new(true));
        let config = settings(config).with_in_memory_reporter(reporter.clone());
        let (tracer, closer) = match self {
            Self::Native => {
                let (provider, closer) = config.build().unwrap();
                (Tracer::new(&provider), closer)
            }
            Self::Sdk => {
                let (provider, closer) = config.build_sdk().unwrap();
                (Tracer::new(&provider), closer)
            }
        };
        Traced { tracer, reporter, closer }
    }
}

// === impl Traced ===

impl Traced {
    /// Closes it, with all spans that it has reported.
    pub(crate) fn into_spans(self) -> Vec<Span> {
        let report = self.closer.close(Duration::from_secs(5));
        assert_eq!(report.lost, 0, "{report}");
        self.reporter.spans()
    }
}
