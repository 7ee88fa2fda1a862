//! How many traces the samplers choose, of ids that are always the same.
#![allow(clippy::unwrap_used, reason = "tests")]

use jaeger_client::{
    GuaranteedThroughputSampler, OperationStrategies, PerOperationSampler, ProbabilisticSampler, Sampler,
};
use opentelemetry::trace::TraceId;
use rand::{Rng, SeedableRng, rngs::SmallRng};

const TRACES: u32 = 100_000;

/// The part of so many traces that is sampled.
fn part(sampler: &impl Sampler, operation: &str, id: fn(&mut SmallRng) -> u128) -> f64 {
    let mut random = SmallRng::seed_from_u64(731);
    let sampled =
        (0..TRACES).filter(|_| sampler.sample(TraceId::from(id(&mut random)), operation).is_sampled).count();
    sampled as f64 / f64::from(TRACES)
}

/// As our tracer makes them, and as those of Jaeger's clients do.
const IDS: [fn(&mut SmallRng) -> u128; 2] =
    [|random| random.random(), |random| u128::from(random.random::<u64>() >> 1)];

/// Five standard deviations of what chance may do to so many traces.
#[track_caller]
fn assert_near(found: f64, probability: f64) {
    let deviation = (probability * (1.0 - probability) / f64::from(TRACES)).sqrt();
    assert!((found - probability).abs() <= 5.0 * deviation, "{found} of {probability}");
}

#[test]
fn a_probability_is_the_part_of_traces_that_is_sampled() {
    for id in IDS {
        for probability in [0.0, 0.001, 0.25, 0.5, 0.9, 1.0] {
            assert_near(part(&ProbabilisticSampler::new(probability), "", id), probability);
        }
    }
}

/// A service that is asked about a trace decides as the one before, whatever its sampler is called.
#[test]
fn samplers_with_the_same_probability_choose_the_same_traces_and_a_higher_one_more() {
    let strategies = OperationStrategies::new(0.3);
    let (alone, in_operation) = (ProbabilisticSampler::new(0.3), PerOperationSampler::new(&strategies));
    let higher = ProbabilisticSampler::new(0.4);
    let mut random = SmallRng::seed_from_u64(731);
    for _ in 0..TRACES {
        let id = TraceId::from(random.random::<u128>());
        let is_sampled = alone.sample(id, "a").is_sampled;
        assert_eq!(in_operation.sample(id, "a").is_sampled, is_sampled);
        assert!(!is_sampled || higher.sample(id, "a").is_sampled);
    }
}

#[test]
fn a_lower_bound_adds_hardly_anything_to_a_probability_that_is_enough() {
    for id in IDS {
        let sampler = GuaranteedThroughputSampler::new(0.5, 1.0);
        // One at once and at most one for each second that this takes.
        assert_near(part(&sampler, "", id), 0.5);
    }
}

#[test]
fn each_operation_has_its_own_part() {
    let strategies = OperationStrategies::new(0.1).with_operation("often", 0.8).with_operation("never", 0.0);
    let sampler = PerOperationSampler::new(&strategies);
    for id in IDS {
        for (operation, probability) in [("often", 0.8), ("never", 0.0), ("other", 0.1), ("another", 0.1)] {
            assert_near(part(&sampler, operation, id), probability);
        }
    }
}
