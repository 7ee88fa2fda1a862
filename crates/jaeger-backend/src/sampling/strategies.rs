//! Sampling strategies in the format of Jaeger's `--sampling.strategies-file`, and their answers: by the rules of
//! `strategyprovider/static` of v1.62.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::json::or_default;

/// The strategy of each service.
#[derive(Debug)]
pub(crate) struct Strategies {
    default: Strategy,
    by_service: HashMap<String, Strategy>,
}

/// An answer. Other fields than Jaeger's are not in it, and none that says nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Strategy {
    strategy_type: StrategyType,
    #[serde(skip_serializing_if = "Option::is_none")]
    probabilistic_sampling: Option<Probabilistic>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limiting_sampling: Option<RateLimiting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_sampling: Option<OperationSampling>,
}

/// How the type is written: as words, or as the numbers that clients from before Thrift 0.9.3 read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum StrategyType {
    Name(&'static str),
    Number(u8),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Probabilistic {
    sampling_rate: Number,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RateLimiting {
    max_traces_per_second: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct OperationSampling {
    default_sampling_probability: Number,
    default_lower_bound_traces_per_second: Number,
    per_operation_strategies: Vec<OfOperation>,
    default_upper_bound_traces_per_second: Number,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct OfOperation {
    operation: String,
    probabilistic_sampling: Probabilistic,
}

/// Without a fraction where there is none, as Go writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Number(f64);

/// The file.
#[derive(Debug, Deserialize)]
struct File {
    default_strategy: Option<InFile>,
    #[serde(default, deserialize_with = "or_default")]
    service_strategies: Vec<InFile>,
}

#[derive(Debug, Deserialize)]
struct InFile {
    #[serde(default, deserialize_with = "or_default")]
    service: String,
    #[serde(default, deserialize_with = "or_default")]
    operation: String,
    #[serde(default, deserialize_with = "or_default", rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "or_default")]
    param: f64,
    #[serde(default, deserialize_with = "or_default")]
    operation_strategies: Vec<InFile>,
}

/// What operations get that a file says something about, in a service without a probability of its own.
const FALLBACK: f64 = 0.001;

// === impl Strategies ===

impl Strategies {
    /// Everything is sampled. Jaeger v1 samples a thousandth where there is no file, which on a laptop looks like no tracing at all;
    /// v2 samples everything.
    pub(crate) fn everything() -> Self {
        Self { default: Strategy::probabilistic(1.0), by_service: HashMap::new() }
    }

    pub(crate) fn parse(file: &[u8]) -> Result<Self, String> {
        let file: File = serde_json::from_slice(file).map_err(|error| error.to_string())?;
        let default = match file.default_strategy {
            Some(default) => Strategy::read(default)?,
            None => Strategy::probabilistic(FALLBACK),
        };
        let mut by_service = HashMap::new();
        for mut in_file in file.service_strategies {
            let service = std::mem::take(&mut in_file.service);
            by_service.insert(service, Strategy::read(in_file)?.over(&default));
        }
        Ok(Self { default, by_service })
    }

    pub(crate) fn of(&self, service: &str) -> &Strategy {
        self.by_service.get(service).unwrap_or(&self.default)
    }
}

// === impl Strategy ===

impl Strategy {
    fn probabilistic(rate: f64) -> Self {
        Self {
            strategy_type: StrategyType::Name("PROBABILISTIC"),
            probabilistic_sampling: Some(Probabilistic { sampling_rate: Number(rate) }),
            rate_limiting_sampling: None,
            operation_sampling: None,
        }
    }

    fn rate_limiting(max_traces_per_second: i32) -> Self {
        Self {
            strategy_type: StrategyType::Name("RATE_LIMITING"),
            probabilistic_sampling: None,
            rate_limiting_sampling: Some(RateLimiting { max_traces_per_second }),
            operation_sampling: None,
        }
    }

    fn read(in_file: InFile) -> Result<Self, String> {
        let mut strategy = match in_file.kind.as_str() {
            "probabilistic" => Self::probabilistic(in_file.param),
            // Jaeger's answer has no room for a fraction of a trace.
            "ratelimiting" => Self::rate_limiting(in_file.param as i32),
            other => {
                return Err(format!(
                    "unknown type {other:?}, neither \"probabilistic\" nor \"ratelimiting\""
                ));
            }
        };
        if !in_file.operation_strategies.is_empty() {
            let of_operation = |InFile { operation, kind, param, .. }| {
                // An operation's strategy is a probability, or nothing.
                let probabilistic_sampling = Probabilistic { sampling_rate: Number(param) };
                (kind == "probabilistic").then_some(OfOperation { operation, probabilistic_sampling })
            };
            let own = strategy.probabilistic_sampling.as_ref();
            strategy.operation_sampling = Some(OperationSampling {
                default_sampling_probability: own.map_or(Number(FALLBACK), |own| own.sampling_rate),
                default_lower_bound_traces_per_second: Number(0.0),
                per_operation_strategies: in_file
                    .operation_strategies
                    .into_iter()
                    .filter_map(of_operation)
                    .collect(),
                default_upper_bound_traces_per_second: Number(0.0),
            });
        }
        Ok(strategy)
    }

    /// With the operations of the default, where the service says nothing of them. Services with a rate of their own get none: clients
    /// would ignore the rate.
    fn over(mut self, default: &Self) -> Self {
        let Some(of_default) = &default.operation_sampling else { return self };
        match (&mut self.operation_sampling, &self.probabilistic_sampling) {
            (Some(own), _) => {
                let known = |operation: &str| {
                    own.per_operation_strategies.iter().any(|own| own.operation == operation)
                };
                let of_default = of_default.per_operation_strategies.iter();
                let others: Vec<_> = of_default.filter(|other| !known(&other.operation)).cloned().collect();
                own.per_operation_strategies.extend(others);
            }
            (none, Some(own)) => {
                *none = Some(OperationSampling {
                    default_sampling_probability: own.sampling_rate,
                    ..of_default.clone()
                });
            }
            (None, None) => {}
        }
        self
    }

    /// The same with the type as a number.
    pub(crate) fn with_number(&self) -> Self {
        let number = u8::from(self.rate_limiting_sampling.is_some());
        Self { strategy_type: StrategyType::Number(number), ..self.clone() }
    }
}

// === impl Number ===

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_whole = self.0.fract() == 0.0 && self.0.abs() < 1e15;
        if is_whole { serializer.serialize_i64(self.0 as i64) } else { serializer.serialize_f64(self.0) }
    }
}
