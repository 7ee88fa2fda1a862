//! Baggage restrictions as Jaeger's agent says them.

use std::time::Duration;

use jaeger_propagation::BaggageRestrictions;
use serde::Deserialize;

use crate::{
    error::ConfigError,
    logger::Logger,
    poll::{DEFAULT_INTERVAL, Poll, Question},
};

/// The name of the thread, as debuggers and `top -H` show it.
const THREAD_NAME: &str = "jaeger-baggage";

/// How the rules are to be found out.
#[derive(Clone, Debug)]
pub(crate) struct RestrictionSettings {
    /// To which `?service=` is added.
    pub(crate) endpoint: String,
    pub(crate) refresh_interval: Duration,
    /// Whether nothing is allowed before there has been an answer.
    pub(crate) denies_until_known: bool,
}

/// One of an answer's list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Restriction {
    baggage_key: String,
    #[serde(default)]
    max_value_length: usize,
}

// === impl RestrictionSettings ===

impl RestrictionSettings {
    pub(crate) fn new(endpoint: String) -> Self {
        Self { endpoint, refresh_interval: DEFAULT_INTERVAL, denies_until_known: false }
    }

    /// Asks at once and then at the interval; the restrictions are those of the latest answer.
    pub(crate) fn start(
        self,
        service_name: &str,
        logger: &Logger,
    ) -> Result<(BaggageRestrictions, Poll), ConfigError> {
        let question = Question::new(&self.endpoint, service_name)?;
        let restrictions = BaggageRestrictions::default();
        if self.denies_until_known {
            restrictions.allow_only([]);
        }
        let (logger, changed) = (logger.clone(), restrictions.clone());
        let take = move |answer: Result<String, String>| {
            answer.and_then(|answer| parse(&answer)).map(|keys| changed.allow_only(keys))
        };
        let on_change = move |result: Result<(), &str>| match result {
            Ok(()) => logger.log("jaeger: the baggage restrictions are known again"),
            Err(error) => logger.log(&format!(
                "jaeger: the baggage restrictions are not known, and those before hold: {error}"
            )),
        };
        let poll = Poll::start(THREAD_NAME, question, self.refresh_interval, take, Box::new(on_change));
        Ok((restrictions, poll))
    }
}

fn parse(answer: &str) -> Result<Vec<(String, usize)>, String> {
    let restrictions: Vec<Restriction> = serde_json::from_str(answer).map_err(|error| error.to_string())?;
    Ok(restrictions.into_iter().map(|one| (one.baggage_key, one.max_value_length)).collect())
}
