//! Values as jaeger-client-go reads them from variables and files.

use std::{num::NonZeroUsize, time::Duration};

use jaeger_propagation::{Format, Propagator};
use opentelemetry::KeyValue;

/// Go's `strconv.ParseBool`.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err("expected true or false".to_owned()),
    }
}

pub(super) fn number(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if number.is_nan() { Err("expected a number".to_owned()) } else { Ok(number) }
}

/// A number of things; 0 is the default, as in jaeger-client-go.
pub(super) fn count(text: &str) -> Result<Option<NonZeroUsize>, String> {
    let count: usize = text.parse().map_err(|_| "expected a whole number".to_owned())?;
    Ok(NonZeroUsize::new(count))
}

/// A duration of which 0 is the default, as in jaeger-client-go.
pub(super) fn interval(text: &str) -> Result<Option<Duration>, String> {
    duration(text).map(|interval| Some(interval).filter(|interval| !interval.is_zero()))
}

/// A host as it stands in a URL or an address; it is resolved later.
pub(super) fn host(text: &str) -> Result<(), String> {
    let is_host = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "/@?#".contains(c));
    if is_host { Ok(()) } else { Err(format!("expected a host, found {text:?}")) }
}

pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
        let hint = if text.contains("://") {
            "; Kubernetes sets it to a URL for a service of that name, which enableServiceLinks: false ends"
        } else {
            ""
        };
        format!("expected a port{hint}")
    })
}

/// A duration as Go writes it, such as `1m30s` or `500ms`; of none that is negative there is any use.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let error = || "expected a duration such as 500ms, 1s or 1m30s".to_owned();
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut seconds = 0.0;
    if rest.is_empty() {
        return Err(error());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).ok_or_else(error)?;
        let (number, behind) = rest.split_at(digits);
        let units = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, next) = behind.split_at(units);
        let unit = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(error()),
        };
        seconds += number.parse::<f64>().map_err(|_| error())? * unit;
        rest = next;
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| error())
}

/// `key=value, key=${VARIABLE:default}`, of which values are text.
pub(super) fn tags(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Vec<KeyValue>, String> {
    let tag = |pair: &str| {
        let (key, value) = pair
            .split_once('=')
            .filter(|(key, _)| !key.trim().is_empty())
            .ok_or_else(|| format!("expected key=value, found {pair:?}"))?;
        let value = value.trim();
        let value = match value.strip_prefix("${").and_then(|value| value.strip_suffix('}')) {
            Some(name) => {
                let (name, default) = name.split_once(':').unwrap_or((name, ""));
                variable(name).filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned())
            }
            None => value.to_owned(),
        };
        Ok(KeyValue::new(key.trim().to_owned(), value))
    };
    text.split(',').filter(|pair| !pair.trim().is_empty()).map(|pair| tag(pair.trim())).collect()
}

/// Formats of trace headers, as jaeger-client-java names them: `jaeger`, `w3c`, `b3`, one or several. All of them are read, the first
/// one first, and written; of B3 that is the form with several headers, unless it is called `b3-single`.
pub(super) fn propagation(text: &str) -> Result<Propagator, String> {
    let (mut read, mut written) = (Vec::new(), Vec::new());
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let formats: &[Format] = match name.to_ascii_lowercase().as_str() {
            "jaeger" => &[Format::Jaeger],
            "w3c" | "tracecontext" => &[Format::W3c],
            "b3" | "b3-multi" => &[Format::B3Multi, Format::B3Single],
            "b3-single" => &[Format::B3Single, Format::B3Multi],
            _ => return Err(format!("expected some of jaeger, w3c, b3 and b3-single, found {name:?}")),
        };
        read.extend(formats);
        written.extend(formats.first());
    }
    if written.is_empty() {
        return Err("expected some of jaeger, w3c, b3 and b3-single".to_owned());
    }
    Ok(Propagator::new().with_extract_order(read).with_inject_formats(written))
}

/// A host as it stands before a port.
pub(super) fn in_url(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_go_writes_them() {
        let read = |text, millis| assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        read("1s", 1_000);
        read("1m30s", 90_000);
        read("1.5h", 5_400_000);
        read("500ms", 500);
        read("+250us250µs500μs", 1);
        read("1000000ns", 1);
        read("0", 0);
        for text in ["", "1", "s", "1x", "-1s", "1s1", "..s", "1e9s", "99999999999999999999h", " 1s", "1 s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn booleans_as_go_reads_them() {
        assert_eq!(["1", "t", "TRUE", "True"].map(boolean), [const { Ok(true) }; 4]);
        assert_eq!(["0", "f", "F", "false"].map(boolean), [const { Ok(false) }; 4]);
        assert!(["yes", "tRUE", "2", ""].map(boolean).iter().all(Result::is_err));
    }

    #[test]
    fn tags_with_variables_and_defaults() {
        let variable = |name: &str| match name {
            "ZONE" => Some("eu:1".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let text = "a=1, b = ${NOPE:x:y} ,c=${ZONE:z},d=${EMPTY:e},f=${NOPE},g=a=b,,h=";
        let read = tags(text, variable).unwrap();
        let read: Vec<_> = read.iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect();
        assert_eq!(read, ["a=1", "b=x:y", "c=eu:1", "d=e", "f=", "g=a=b", "h="]);
        assert_eq!(tags("a=1,b", variable), Err("expected key=value, found \"b\"".to_owned()));
        assert_eq!(tags("=1", variable), Err("expected key=value, found \"=1\"".to_owned()));
    }

    #[test]
    fn numbers_and_ports() {
        assert_eq!(number("0.5"), Ok(0.5));
        assert!(
            number("NaN").is_err() && number("x").is_err() && count("x").is_err() && count("-1").is_err()
        );
        assert_eq!((count("7"), count("0"), port("6831")), (Ok(NonZeroUsize::new(7)), Ok(None), Ok(6831)));
        assert_eq!((interval("0s"), interval("1s")), (Ok(None), Ok(Some(Duration::from_secs(1)))));
        assert!(host("jaeger-agent").is_ok() && host("::1").is_ok());
        assert!(["a b", "", "http://a", "u@h"].map(host).iter().all(Result::is_err));
        assert!(port("tcp://10.0.0.1:6831").unwrap_err().contains("Kubernetes"));
        assert!(port("0").is_err() && port("65536").is_err());
    }

    #[test]
    fn formats_are_read_and_written_in_their_order() {
        use std::collections::HashMap;
        let caller = HashMap::from([("uber-trace-id".to_owned(), "7b:1c8:0:1".to_owned())]);
        let caller = Propagator::new().extract(&caller).span_context;
        let written = |text| {
            let mut headers = HashMap::new();
            propagation(text).unwrap().inject(caller.as_ref(), [], &mut headers);
            let mut names: Vec<String> = headers.into_keys().collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(written("jaeger"), "uber-trace-id");
        assert_eq!(written("W3C, jaeger,"), "traceparent uber-trace-id");
        assert_eq!(written("b3"), "x-b3-sampled x-b3-spanid x-b3-traceid");
        assert_eq!(written("b3-single"), "b3");
        assert!(propagation("zipkin").unwrap_err().contains("\"zipkin\""));
        assert!(propagation(" , ").is_err());
    }
}
