//! What the sampling endpoint answers: JSON of `sampling.proto`, in any of the spellings that Jaeger has had.
//!
//! A strategy is recognised by its members and not by `strategyType`: that is a name in some versions of Jaeger and a number in others,
//! and services whose operations have strategies of their own have another one beside. As in Jaeger's clients `operationSampling` is
//! the first that counts, and `probabilisticSampling` is before `rateLimitingSampling`. What a member leaves out is 0.

use serde::Deserialize;

use crate::sampler::OperationStrategies;

/// How the traces of a service are to be sampled.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Strategy {
    PerOperation(OperationStrategies),
    /// A probability.
    Probabilistic(f64),
    /// Traces per second.
    RateLimiting(f64),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    operation_sampling: Option<OperationSampling>,
    probabilistic_sampling: Option<ProbabilisticSampling>,
    rate_limiting_sampling: Option<RateLimitingSampling>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ProbabilisticSampling {
    sampling_rate: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RateLimitingSampling {
    max_traces_per_second: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OperationSampling {
    default_sampling_probability: f64,
    default_lower_bound_traces_per_second: f64,
    per_operation_strategies: Option<Vec<PerOperation>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PerOperation {
    operation: String,
    probabilistic_sampling: Option<ProbabilisticSampling>,
}

// === impl Strategy ===

impl Strategy {
    /// Reads an answer; the error is what is wrong with it.
    pub(super) fn parse(answer: &str) -> Result<Self, String> {
        let answer: Answer = serde_json::from_str(answer).map_err(|error| error.to_string())?;
        let Answer { operation_sampling, probabilistic_sampling, rate_limiting_sampling } = answer;
        if let Some(per_operation) = operation_sampling {
            return per_operation.strategies().map(Self::PerOperation);
        }
        if let Some(sampling) = probabilistic_sampling {
            return probability(sampling.sampling_rate).map(Self::Probabilistic);
        }
        if let Some(sampling) = rate_limiting_sampling {
            return rate(sampling.max_traces_per_second).map(Self::RateLimiting);
        }
        Err("unsupported sampling strategy".to_owned())
    }
}

// === impl OperationSampling ===

impl OperationSampling {
    fn strategies(self) -> Result<OperationStrategies, String> {
        let default = probability(self.default_sampling_probability)?;
        let lower_bound = rate(self.default_lower_bound_traces_per_second)?;
        let mut strategies = OperationStrategies::new(default).with_lower_bound(lower_bound);
        for PerOperation { operation, probabilistic_sampling } in
            self.per_operation_strategies.unwrap_or_default()
        {
            // An operation with another kind of strategy is one without.
            if let Some(sampling) = probabilistic_sampling {
                strategies = strategies.with_operation(operation, probability(sampling.sampling_rate)?);
            }
        }
        Ok(strategies)
    }
}

fn probability(number: f64) -> Result<f64, String> {
    if (0.0..=1.0).contains(&number) {
        return Ok(number);
    }
    Err(format!("expected a probability between 0 and 1, found {number}"))
}

fn rate(number: f64) -> Result<f64, String> {
    if number >= 0.0 { Ok(number) } else { Err(format!("expected traces per second, found {number}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(answer: &str, strategy: Strategy) {
        assert_eq!(Strategy::parse(answer), Ok(strategy));
    }

    #[track_caller]
    fn refused(answer: &str, reason: &str) {
        let error = Strategy::parse(answer).unwrap_err();
        assert!(error.starts_with(reason), "{error}");
    }

    fn per_operation(default: f64, lower_bound: f64, operations: &[(&str, f64)]) -> Strategy {
        let strategies = OperationStrategies::new(default).with_lower_bound(lower_bound);
        Strategy::PerOperation(
            operations
                .iter()
                .fold(strategies, |strategies, (name, number)| strategies.with_operation(*name, *number)),
        )
    }

    #[test]
    fn one_strategy_for_the_service_in_both_spellings() {
        for kind in ["\"PROBABILISTIC\"", "0", "null"] {
            read(
                &format!(r#"{{"strategyType":{kind},"probabilisticSampling":{{"samplingRate":0.8}}}}"#),
                Strategy::Probabilistic(0.8),
            );
        }
        for kind in ["\"RATE_LIMITING\"", "1"] {
            read(
                &format!(r#"{{"strategyType":{kind},"rateLimitingSampling":{{"maxTracesPerSecond":5}}}}"#),
                Strategy::RateLimiting(5.0),
            );
        }
    }

    /// As v1.62.0 and v2.13.0 answer.
    #[test]
    fn a_strategy_per_operation_comes_before_that_of_the_service() {
        for kind in ["\"PROBABILISTIC\"", "0"] {
            let answer = format!(
                r#"{{"strategyType":{kind},"probabilisticSampling":{{"samplingRate":0.8}},"operationSampling":{{"defaultSamplingProbability":0.8,"defaultLowerBoundTracesPerSecond":0.5,"perOperationStrategies":[{{"operation":"op1","probabilisticSampling":{{"samplingRate":0.2}}}},{{"operation":"/health","probabilisticSampling":{{"samplingRate":0}}}}],"defaultUpperBoundTracesPerSecond":0}}}}"#
            );
            read(&answer, per_operation(0.8, 0.5, &[("op1", 0.2), ("/health", 0.0)]));
        }
    }

    /// As servers leave out what is 0 or nothing.
    #[test]
    fn what_is_left_out_is_nothing() {
        read(r#"{"probabilisticSampling":{}}"#, Strategy::Probabilistic(0.0));
        read(
            r#"{"probabilisticSampling":null,"rateLimitingSampling":{},"more":1}"#,
            Strategy::RateLimiting(0.0),
        );
        read(r#"{"operationSampling":{"perOperationStrategies":null}}"#, per_operation(0.0, 0.0, &[]));
        read(
            r#"{"operationSampling":{"perOperationStrategies":[{"operation":"a"},{"probabilisticSampling":{}}]}}"#,
            per_operation(0.0, 0.0, &[("", 0.0)]),
        );
    }

    #[test]
    fn what_is_no_strategy_is_refused() {
        refused("{}", "unsupported sampling strategy");
        refused("", "EOF");
        refused("[]", "invalid");
        refused(
            r#"{"probabilisticSampling":{"samplingRate":1.5}}"#,
            "expected a probability between 0 and 1, found 1.5",
        );
        refused(r#"{"probabilisticSampling":{"samplingRate":"x"}}"#, "invalid type");
        refused(
            r#"{"rateLimitingSampling":{"maxTracesPerSecond":-1}}"#,
            "expected traces per second, found -1",
        );
        let operation = r#"{"operation":"a","probabilisticSampling":{"samplingRate":2}}"#;
        refused(
            &format!(r#"{{"operationSampling":{{"perOperationStrategies":[{operation}]}}}}"#),
            "expected a probability",
        );
    }
}
