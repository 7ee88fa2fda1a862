//! The sampler `remote`: as the sampling endpoint of Jaeger's agent or collector says.

mod builder;
mod stats;
mod strategy;

use std::sync::{Arc, PoisonError, RwLock};

use jaeger_tracer::{Decision, Sampler};
use opentelemetry::trace::TraceId;

use self::strategy::Strategy;
pub use self::{
    builder::{DEFAULT_SAMPLING_ENDPOINT, RemoteSamplerBuilder},
    stats::RemoteSamplerStats,
};
use super::{PerOperationSampler, ProbabilisticSampler, RateLimitingSampler};
use crate::poll::Poll;

/// Samples as Jaeger says: asks its sampling endpoint at once and then every minute, and does what the latest usable answer says.
///
/// Until there is one, traces are sampled by the initial sampler: one of a thousand by default. An endpoint that does not answer, or with
/// something that is no strategy, changes nothing and is counted. The root's tags are those of the sampler that decided:
/// `probabilistic`, `ratelimiting`, or `lowerbound` of a strategy per operation.
///
/// It has a thread of its own, which ends when the sampler is dropped.
///
/// ```no_run
/// use jaeger_client::{Config, RemoteSampler};
///
/// let sampler = RemoteSampler::builder("shop").with_endpoint("http://jaeger:5778/sampling").build()?;
/// let stats = sampler.stats();
/// let closer = Config::new("shop").with_sampler(sampler).install()?;
/// println!("{} answers so far", stats.queries());
/// # Ok::<(), jaeger_client::ConfigError>(())
/// ```
///
/// [`Config::with_remote_sampler`](crate::Config::with_remote_sampler) is the same with lines in the client's log.
#[derive(Debug)]
pub struct RemoteSampler {
    shared: Arc<Shared>,
    endpoint: String,
    poll: Poll,
}

/// What the thread changes.
#[derive(Debug)]
struct Shared {
    current: RwLock<Current>,
    max_operations: usize,
    stats: Arc<RemoteSamplerStats>,
}

#[derive(Debug)]
enum Current {
    Initial(Box<dyn Sampler>),
    Probabilistic(ProbabilisticSampler),
    RateLimiting(RateLimitingSampler),
    PerOperation(PerOperationSampler),
}

// === impl RemoteSampler ===

impl RemoteSampler {
    /// A sampler for the traces of this service, by which Jaeger finds its strategy.
    pub fn builder(service_name: impl Into<String>) -> RemoteSamplerBuilder {
        RemoteSamplerBuilder::new(service_name.into())
    }

    /// Whom it asks.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What became of the requests so far; keeps counting while the sampler works elsewhere.
    pub fn stats(&self) -> Arc<RemoteSamplerStats> {
        Arc::clone(&self.shared.stats)
    }

    pub(crate) fn poll(&self) -> Poll {
        self.poll.clone()
    }
}

impl Sampler for RemoteSampler {
    fn sample(&self, trace_id: TraceId, operation: &str) -> Decision {
        let current = self.shared.current.read().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Current::Initial(sampler) => sampler.sample(trace_id, operation),
            Current::Probabilistic(sampler) => sampler.sample(trace_id, operation),
            Current::RateLimiting(sampler) => sampler.sample(trace_id, operation),
            Current::PerOperation(sampler) => sampler.sample(trace_id, operation),
        }
    }
}

// === impl Shared ===

impl Shared {
    /// Takes an answer, or says why it is of no use.
    fn take(&self, answer: Result<String, String>) -> Result<(), String> {
        let answer = answer.inspect_err(|_| self.stats.add_query(false))?;
        self.stats.add_query(true);
        let strategy = Strategy::parse(&answer);
        self.stats.add_update(strategy.is_ok());
        self.apply(strategy?);
        Ok(())
    }

    /// Where a strategy is still of the same kind, what has been granted lately still counts.
    fn apply(&self, strategy: Strategy) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let next = match (&*current, strategy) {
            (Current::PerOperation(sampler), Strategy::PerOperation(strategies)) => {
                return sampler.update(&strategies);
            }
            (Current::RateLimiting(sampler), Strategy::RateLimiting(rate)) => {
                Current::RateLimiting(sampler.at_rate(rate))
            }
            (_, Strategy::PerOperation(strategies)) => {
                let sampler = PerOperationSampler::new(&strategies);
                Current::PerOperation(sampler.with_max_operations(self.max_operations))
            }
            (_, Strategy::Probabilistic(probability)) => {
                Current::Probabilistic(ProbabilisticSampler::new(probability))
            }
            (_, Strategy::RateLimiting(rate)) => Current::RateLimiting(RateLimitingSampler::new(rate)),
        };
        *current = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST_UNLIKELY: u128 = (u64::MAX >> 1) as u128;

    fn shared() -> Shared {
        let current = RwLock::new(Current::Initial(Box::new(ProbabilisticSampler::new(0.0))));
        Shared { current, max_operations: 2_000, stats: Arc::default() }
    }

    /// What decides about an operation after an answer, and how often of three times.
    fn sampled(shared: &Arc<Shared>, operation: &str) -> (&'static str, usize) {
        let question = crate::poll::Question::new("http://localhost:9/", "").unwrap();
        let poll = Poll::start("test", question, std::time::Duration::MAX, |_| Ok(()), Box::new(|_| {}));
        let sampler = RemoteSampler { shared: Arc::clone(shared), endpoint: String::new(), poll };
        let decisions = [0; 3].map(|_| sampler.sample(TraceId::from(MOST_UNLIKELY), operation));
        let by = decisions.iter().find(|decision| decision.is_sampled).map_or("none", |it| it.sampler_type);
        (by, decisions.iter().filter(|decision| decision.is_sampled).count())
    }

    #[test]
    fn the_latest_answer_counts_and_what_is_no_answer_changes_nothing() {
        let shared = Arc::new(shared());
        assert_eq!(sampled(&shared, "a"), ("none", 0));
        let answers = [
            (r#"{"probabilisticSampling":{"samplingRate":1}}"#, ("probabilistic", 3)),
            ("{", ("probabilistic", 3)),
            (r#"{"rateLimitingSampling":{"maxTracesPerSecond":2}}"#, ("ratelimiting", 2)),
            (r#"{"rateLimitingSampling":{"maxTracesPerSecond":2}}"#, ("none", 0)),
            (r#"{"operationSampling":{"defaultLowerBoundTracesPerSecond":1}}"#, ("lowerbound", 1)),
            (r#"{"operationSampling":{"defaultLowerBoundTracesPerSecond":1}}"#, ("none", 0)),
            ("{}", ("none", 0)),
            (r#"{"operationSampling":{"defaultSamplingProbability":1}}"#, ("probabilistic", 3)),
        ];
        for (answer, expected) in answers {
            let _ = shared.take(Ok(answer.to_owned()));
            assert_eq!(sampled(&shared, "a"), expected, "{answer}");
        }
        assert_eq!(shared.take(Err("no answer".to_owned())), Err("no answer".to_owned()));
        assert_eq!(sampled(&shared, "a"), ("probabilistic", 3));
        let stats = &shared.stats;
        let counted = [stats.queries(), stats.failed_queries(), stats.updates(), stats.failed_updates()];
        assert_eq!(counted, [8, 1, 6, 2]);
    }
}
