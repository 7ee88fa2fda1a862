//! Why no trace would appear, in plain words.

use std::{error, fmt, time::Duration};

use super::answer::Answer;
use crate::{
    call_error::CallError,
    exporter::{Exporter, Sink},
};

/// A reason why no trace would appear, or would not be found.
#[derive(Debug)]
pub(crate) enum Finding {
    /// The options or the environment are no tracer.
    NoTracer { reason: String },
    /// `JAEGER_DISABLED`.
    Disabled,
    /// The sampler said no.
    NotSampled { variables: String },
    /// The sampler said yes, but may say no the next time.
    NotAllSampled { variables: String },
    /// The receiver did not take the span; if it has an answer for the query API, with that.
    NotSent { sink: Sink, reason: String, listener: Option<Answer> },
    /// It did, as far as anybody knows, but the query API does not have it.
    NotStored { sink: Sink, query: String },
    /// Nobody is where traces are read.
    QueryAway { query: String, error: CallError },
    /// Somebody is, but not Jaeger's query API.
    NoQueryApi { query: String, answer: Answer },
    /// The clock of this machine is not that of the Jaeger.
    Clock { query: String, off: Duration, is_ahead: bool },
}

// === impl Finding ===

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTracer { reason } => write!(f, "no tracer can be made: {reason}"),
            Self::Disabled => f.write_str("tracing is disabled: JAEGER_DISABLED is set; unset it"),
            Self::NotSampled { variables } => write!(
                f,
                "the sampler drops traces, as the environment says ({variables}); unset these variables, or sample all with \
                 JAEGER_SAMPLER_TYPE=const JAEGER_SAMPLER_PARAM=1"
            ),
            Self::NotAllSampled { variables } => {
                write!(f, "the environment has a sampler ({variables}): not every trace may be there")
            }
            Self::NotSent { sink, reason, listener } => write_not_sent(f, sink, reason, listener.as_ref()),
            Self::NotStored { sink, query } => write_not_stored(f, sink, query),
            Self::QueryAway { query, error } => write!(
                f,
                "the query API at {query} {error}; spans were sent, but nobody can look at them. Is that the port of Jaeger's \
                 page, 16686 by default? In Docker it is published by -p 16686:16686"
            ),
            Self::NoQueryApi { query, answer } => write!(
                f,
                "what answers at {query} is not Jaeger's query API: {answer}. That is at the port of Jaeger's page, 16686 by \
                 default, and a collector's port is not"
            ),
            Self::Clock { query, off, is_ahead } => write!(
                f,
                "this machine's clock is {} {} that of the Jaeger at {query}: traces are stored, but a search for the last \
                 hour may not find them",
                in_words(*off),
                if *is_ahead { "ahead of" } else { "behind" }
            ),
        }
    }
}

impl error::Error for Finding {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::QueryAway { error, .. } => Some(error),
            _ => None,
        }
    }
}

fn write_not_sent(
    f: &mut fmt::Formatter<'_>,
    sink: &Sink,
    reason: &str,
    listener: Option<&Answer>,
) -> fmt::Result {
    let Sink { exporter, address } = sink;
    let (name, receiver) = (exporter.name(), exporter.receiver());
    write!(f, "the {receiver} at {address} did not take a span by --exporter {name}: {reason}. ")?;
    let default = exporter.default_address();
    match listener {
        Some(answer) if answer.is_of_jaeger() => {
            write!(
                f,
                "A query API answers there: are the ports swapped? By default the {receiver} is at {default}"
            )
        }
        Some(answer) => write!(f, "To a GET of /api/services it answers {answer}: is that the {receiver}?"),
        None => write!(
            f,
            "Is it running, such as by `cargo run -p jaeger-backend`? By default the {receiver} is at {default}; in Docker its \
             port has to be published, and localhost in a container is the container itself"
        ),
    }
}

fn write_not_stored(f: &mut fmt::Formatter<'_>, sink: &Sink, query: &str) -> fmt::Result {
    let Sink { exporter, address } = sink;
    if matches!(exporter, Exporter::Udp | Exporter::UdpBinary) {
        let (name, default) = (exporter.name(), exporter.default_address());
        return write!(
            f,
            "a span was sent to the agent at {address}, and {query} does not have it. Nobody can tell whether a packet \
             arrives: is an agent there that takes what --exporter {name} sends, at {default} by default? In Docker the port is \
             published with /udp at its end"
        );
    }
    write!(
        f,
        "the collector at {address} took a span, and {query} does not have it: do they belong to the same Jaeger, and is its \
         storage well?"
    )
}

/// As exact as it matters.
fn in_words(off: Duration) -> String {
    let minutes = off.as_secs() / 60;
    if minutes < 120 { format!("{minutes} minutes") } else { format!("{} hours", minutes / 60) }
}
