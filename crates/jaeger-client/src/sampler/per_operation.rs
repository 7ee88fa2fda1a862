//! A sampler for each operation: Jaeger's "adaptive" strategies.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use jaeger_tracer::{Decision, Sampler};
use opentelemetry::trace::TraceId;

use super::{GuaranteedThroughputSampler, ProbabilisticSampler};

/// How many operations have a sampler of their own; as in Jaeger's clients.
pub const DEFAULT_MAX_OPERATIONS: usize = 2_000;

/// How traces are sampled by the operation of their root.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationStrategies {
    default_probability: f64,
    lower_bound: f64,
    operations: Vec<(String, f64)>,
}

/// Samples each operation with a probability of its own and at least so many of its traces a second, as a
/// [`GuaranteedThroughputSampler`].
///
/// An operation that has no strategy gets a sampler with the default probability, too, when it is first seen. When there are as many
/// as there may be, the further ones share a [`ProbabilisticSampler`]. As in Jaeger's clients the operation is the name with which the
/// root begins, and what a span is renamed to later does not count.
///
/// ```
/// use jaeger_client::{Config, OperationStrategies, PerOperationSampler};
///
/// let strategies = OperationStrategies::new(0.01).with_lower_bound(0.1).with_operation("GET /health", 0.0);
/// let config = Config::new("shop").with_sampler(PerOperationSampler::new(&strategies));
/// ```
#[derive(Debug)]
pub struct PerOperationSampler {
    samplers: RwLock<Samplers>,
    max_operations: usize,
}

#[derive(Debug)]
struct Samplers {
    by_operation: HashMap<String, Arc<GuaranteedThroughputSampler>>,
    /// Of operations without a strategy.
    probability: f64,
    lower_bound: f64,
}

// === impl OperationStrategies ===

impl OperationStrategies {
    /// Samples every operation with this probability, from 0 to 1.
    pub const fn new(default_probability: f64) -> Self {
        Self { default_probability, lower_bound: 0.0, operations: Vec::new() }
    }

    /// Traces a second that each operation may count on, whatever its probability; none by default.
    #[must_use]
    pub fn with_lower_bound(mut self, traces_per_second: f64) -> Self {
        self.lower_bound = traces_per_second;
        self
    }

    /// Another probability for an operation; of two for the same one the last one counts.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<String>, probability: f64) -> Self {
        self.operations.push((operation.into(), probability));
        self
    }
}

// === impl PerOperationSampler ===

impl PerOperationSampler {
    /// Samples by these strategies. Probabilities beyond 0 and 1 are 0 or 1.
    pub fn new(strategies: &OperationStrategies) -> Self {
        let samplers = Samplers { by_operation: HashMap::new(), probability: 0.0, lower_bound: 0.0 };
        let sampler = Self { samplers: RwLock::new(samplers), max_operations: DEFAULT_MAX_OPERATIONS };
        sampler.update(strategies);
        sampler
    }

    /// How many operations have a sampler of their own; [`DEFAULT_MAX_OPERATIONS`] by default. Those that have a strategy always do, and
    /// count. When there are as many, the others begin anew with the next update.
    #[must_use]
    pub fn with_max_operations(mut self, operations: usize) -> Self {
        self.max_operations = operations;
        self
    }

    /// Takes these strategies in place of those before. Where the numbers of an operation are still the same, so is its sampler, and
    /// where they are others, what its lower bound has granted lately still counts.
    pub fn update(&self, strategies: &OperationStrategies) {
        let OperationStrategies { default_probability, lower_bound, operations } = strategies;
        let mut samplers = self.samplers.write().unwrap_or_else(PoisonError::into_inner);
        samplers.probability = *default_probability;
        samplers.lower_bound = *lower_bound;
        let probabilities: HashMap<&str, f64> =
            operations.iter().map(|(operation, probability)| (operation.as_str(), *probability)).collect();
        if samplers.by_operation.len() >= self.max_operations {
            // There is room again for others than those that were seen first.
            samplers.by_operation.retain(|operation, _| probabilities.contains_key(operation.as_str()));
        }
        for (operation, sampler) in &mut samplers.by_operation {
            let probability = probabilities.get(operation.as_str()).unwrap_or(default_probability);
            if !sampler.is(*probability, *lower_bound) {
                *sampler = Arc::new(sampler.changed_to(*probability, *lower_bound));
            }
        }
        for (operation, probability) in probabilities {
            if !samplers.by_operation.contains_key(operation) {
                let sampler = GuaranteedThroughputSampler::new(probability, *lower_bound);
                samplers.by_operation.insert(operation.to_owned(), Arc::new(sampler));
            }
        }
    }

    /// The sampler of an operation; `Err` with the default probability if there are as many as there may be.
    fn of(&self, operation: &str) -> Result<Arc<GuaranteedThroughputSampler>, f64> {
        let samplers = self.samplers.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(sampler) = samplers.by_operation.get(operation) {
            return Ok(Arc::clone(sampler));
        }
        if samplers.by_operation.len() >= self.max_operations {
            return Err(samplers.probability);
        }
        drop(samplers);
        let mut samplers = self.samplers.write().unwrap_or_else(PoisonError::into_inner);
        // Others may have been quicker.
        let is_full = samplers.by_operation.len() >= self.max_operations;
        if is_full && !samplers.by_operation.contains_key(operation) {
            return Err(samplers.probability);
        }
        let (probability, lower_bound) = (samplers.probability, samplers.lower_bound);
        let new = || Arc::new(GuaranteedThroughputSampler::new(probability, lower_bound));
        Ok(Arc::clone(samplers.by_operation.entry(operation.to_owned()).or_insert_with(new)))
    }
}

impl Sampler for PerOperationSampler {
    fn sample(&self, trace_id: TraceId, operation: &str) -> Decision {
        match self.of(operation) {
            Ok(sampler) => sampler.sample(trace_id, operation),
            Err(probability) => ProbabilisticSampler::new(probability).sample(trace_id, operation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST_UNLIKELY: u128 = (u64::MAX >> 1) as u128;

    fn strategies(
        default_probability: f64,
        lower_bound: f64,
        operations: &[(&str, f64)],
    ) -> OperationStrategies {
        let strategies = OperationStrategies::new(default_probability).with_lower_bound(lower_bound);
        operations.iter().fold(strategies, |strategies, (name, probability)| {
            strategies.with_operation(*name, *probability)
        })
    }

    fn sampled_by(sampler: &PerOperationSampler, operation: &str) -> &'static str {
        let decision = sampler.sample(TraceId::from(MOST_UNLIKELY), operation);
        if decision.is_sampled { decision.sampler_type } else { "none" }
    }

    #[test]
    fn each_operation_has_a_probability_and_the_others_the_default() {
        let sampler = PerOperationSampler::new(&strategies(0.0, 0.0, &[("always", 1.0), ("never", 0.0)]));
        assert_eq!(
            ["always", "never", "other"].map(|of| sampled_by(&sampler, of)),
            ["probabilistic", "none", "none"]
        );
    }

    #[test]
    fn each_operation_has_a_lower_bound_of_its_own() {
        let sampler = PerOperationSampler::new(&strategies(0.0, 1.0, &[("named", 0.0)]));
        let twice = |of| [sampled_by(&sampler, of), sampled_by(&sampler, of)];
        assert_eq!(["named", "a", "b"].map(twice), [["lowerbound", "none"]; 3]);
    }

    #[test]
    fn operations_beyond_the_limit_share_the_default_probability() {
        let strategies = strategies(0.0, 1.0, &[]);
        let sampler = PerOperationSampler::new(&strategies).with_max_operations(2);
        assert_eq!(["a", "b", "c"].map(|of| sampled_by(&sampler, of)), ["lowerbound", "lowerbound", "none"]);
        // With the next update there is room for others.
        sampler.update(&strategies);
        assert_eq!(["c", "d", "a"].map(|of| sampled_by(&sampler, of)), ["lowerbound", "lowerbound", "none"]);
        let all = PerOperationSampler::new(&OperationStrategies::new(1.0).with_lower_bound(1.0));
        assert_eq!(sampled_by(&all.with_max_operations(0), "a"), "probabilistic");
    }

    #[test]
    fn an_update_keeps_what_was_granted_and_what_is_the_same() {
        let before = strategies(0.0, 1.0, &[("named", 0.0)]);
        let sampler = PerOperationSampler::new(&before);
        assert_eq!(["named", "other"].map(|of| sampled_by(&sampler, of)), ["lowerbound"; 2]);
        sampler.update(&before);
        assert_eq!(["named", "other"].map(|of| sampled_by(&sampler, of)), ["none"; 2]);
        sampler.update(&strategies(1.0, 1.0, &[("named", 0.25), ("new", 0.0)]));
        assert_eq!(
            ["named", "other", "new"].map(|of| sampled_by(&sampler, of)),
            ["none", "probabilistic", "lowerbound"]
        );
    }
}
