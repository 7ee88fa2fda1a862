use super::*;
use crate::config::sampler_choice::SamplerChoice;

fn variables(pairs: &[(&str, &str)]) -> Variables {
    Variables::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn from(pairs: &[(&str, &str)]) -> Config {
    Config::of_jaeger_client().with_variables(&variables(pairs)).unwrap()
}

fn over_code(pairs: &[(&str, &str)]) -> Config {
    Config::new("code").with_variables(&variables(pairs)).unwrap()
}

fn sampler(config: &Config) -> &SamplerSettings {
    match &config.sampler {
        SamplerChoice::Named(settings) => settings,
        SamplerChoice::Own(_) => panic!("expected settings"),
    }
}

fn destination(config: &Config) -> String {
    format!("{:?}", config.destination)
}

#[track_caller]
fn refused(pairs: &[(&str, &str)], message: &str) {
    let error = Config::of_jaeger_client().with_variables(&variables(pairs)).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn without_variables_it_is_as_jaeger_client_go_has_it() {
    let config = from(&[]);
    assert_eq!(sampler(&config), &SamplerSettings::of_jaeger_client());
    assert_eq!((destination(&config).as_str(), config.has_short_trace_ids), ("localhost:6831", true));
    assert_eq!((config.queue_spans, config.flush_interval, config.notes.len()), (None, None, 0));
    assert_eq!(config.build().unwrap_err().to_string(), "no service name provided");
}

#[test]
fn every_variable_has_its_effect() {
    let config = from(&[
        ("JAEGER_SERVICE_NAME", "shop"),
        ("JAEGER_DISABLED", "true"),
        ("JAEGER_TAGS", "a=1,b=${HOME_ZONE:x}"),
        ("HOME_ZONE", "eu"),
        ("JAEGER_TRACEID_128BIT", "1"),
        ("JAEGER_SAMPLER_TYPE", "Probabilistic"),
        ("JAEGER_SAMPLER_PARAM", "0.5"),
        ("JAEGER_SAMPLING_ENDPOINT", "http://s:1/x"),
        ("JAEGER_SAMPLER_MAX_OPERATIONS", "3"),
        ("JAEGER_SAMPLER_REFRESH_INTERVAL", "2s"),
        ("JAEGER_REPORTER_MAX_QUEUE_SIZE", "100"),
        ("JAEGER_REPORTER_FLUSH_INTERVAL", "1m30s"),
        ("JAEGER_REPORTER_LOG_SPANS", "true"),
        ("JAEGER_ENDPOINT", "http://c:14268/api/traces"),
        ("JAEGER_USER", "user"),
        ("JAEGER_PASSWORD", "word"),
        ("JAEGER_PROPAGATION", "w3c,jaeger"),
    ]);
    assert_eq!((config.service_name.as_str(), config.is_disabled, config.log_spans), ("shop", true, true));
    let tags: Vec<_> = config.tags.iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect();
    assert_eq!(tags, ["a=1", "b=eu"]);
    assert!(!config.has_short_trace_ids);
    let expected = SamplerSettings {
        kind: SamplerKind::Probabilistic,
        param: 0.5,
        endpoint: "http://s:1/x".to_owned(),
        refresh_interval: std::time::Duration::from_secs(2),
        max_operations: 3,
    };
    assert_eq!(sampler(&config), &expected);
    assert_eq!(config.queue_spans.map(usize::from), Some(100));
    assert_eq!(config.flush_interval, Some(std::time::Duration::from_secs(90)));
    assert_eq!(destination(&config), "http://c:14268/api/traces");
    assert_eq!(format!("{:?}", config.collector_headers), "CollectorHeaders { auth: \"basic\", others: [] }");
    assert_eq!(config.notes, [""; 0]);
}

#[test]
fn an_agent_s_name_is_resolved_as_often_as_is_said() {
    let interval = |pairs: &[(&str, &str)]| from(pairs).resolve_interval.map(|interval| interval.as_secs());
    let every = ("JAEGER_REPORTER_ATTEMPT_RECONNECT_INTERVAL", "5s");
    assert_eq!(interval(&[]), None);
    assert_eq!(interval(&[every]), Some(5));
    assert_eq!(interval(&[every, ("JAEGER_REPORTER_ATTEMPT_RECONNECTING_DISABLED", "true")]), Some(u64::MAX));
}

#[test]
fn an_empty_value_counts_as_none() {
    let config = from(&[("JAEGER_ENDPOINT", ""), ("JAEGER_SAMPLER_PARAM", ""), ("JAEGER_USER", "")]);
    assert_eq!((destination(&config).as_str(), sampler(&config).param), ("localhost:6831", 0.0));
}

#[test]
fn a_bad_value_is_an_error_that_names_the_variable_and_the_value() {
    refused(
        &[("JAEGER_DISABLED", "yes")],
        "cannot parse env var JAEGER_DISABLED=yes: expected true or false",
    );
    refused(
        &[("JAEGER_SAMPLER_PARAM", "abc")],
        "cannot obtain sampler config from env: cannot parse env var JAEGER_SAMPLER_PARAM=abc: expected a number",
    );
    refused(
        &[("JAEGER_SAMPLER_TYPE", "adaptive")],
        "cannot obtain sampler config from env: cannot parse env var JAEGER_SAMPLER_TYPE=adaptive: unknown sampler type (adaptive); there are const, probabilistic, ratelimiting and remote",
    );
    refused(
        &[("JAEGER_REPORTER_MAX_QUEUE_SIZE", "many")],
        "cannot obtain reporter config from env: cannot parse env var JAEGER_REPORTER_MAX_QUEUE_SIZE=many: expected a whole number",
    );
    refused(
        &[("JAEGER_AGENT_PORT", "x")],
        "cannot obtain reporter config from env: cannot parse env var JAEGER_AGENT_PORT=x: expected a port",
    );
    refused(
        &[("JAEGER_ENDPOINT", "http://c"), ("JAEGER_USER", "user")],
        "you must set JAEGER_USER and JAEGER_PASSWORD env vars together",
    );
    refused(
        &[("JAEGER_ENDPOINT", "user:secret@localhost:14268")],
        "cannot obtain reporter config from env: cannot parse env var JAEGER_ENDPOINT=...: expected a URL such as http://localhost:14268/api/traces, found \"...@localhost:14268\"",
    );
    refused(
        &[("JAEGER_SAMPLING_ENDPOINT", "localhost:5778")],
        "cannot obtain sampler config from env: cannot parse env var JAEGER_SAMPLING_ENDPOINT=...: expected a URL such as http://127.0.0.1:5778/sampling, found \"localhost:5778\"",
    );
    refused(
        &[("JAEGER_AGENT_HOST", "a b")],
        "cannot obtain sampler config from env: cannot parse env var JAEGER_AGENT_HOST=...: expected a host, found \"a b\"",
    );
    refused(&[("JAEGER_TAGS", "a")], "cannot parse env var JAEGER_TAGS=a: expected key=value, found \"a\"");
    let out_of_range = from(&[
        ("JAEGER_SERVICE_NAME", "a"),
        ("JAEGER_SAMPLER_TYPE", "probabilistic"),
        ("JAEGER_SAMPLER_PARAM", "1.5"),
    ]);
    assert_eq!(
        out_of_range.build().unwrap_err().to_string(),
        "invalid Param for probabilistic sampler; expecting value between 0 and 1, received 1.5"
    );
}

#[test]
fn only_what_is_set_comes_before_code() {
    let config = over_code(&[]);
    assert_eq!(sampler(&config), &SamplerSettings::every());
    assert_eq!(config.service_name, "code");
    assert_eq!(destination(&config), "http://localhost:14268/api/traces");
    assert!(!config.has_short_trace_ids);

    let config = over_code(&[("JAEGER_AGENT_PORT", "2"), ("JAEGER_SAMPLER_PARAM", "0")]);
    assert_eq!(destination(&config), "localhost:2");
    assert_eq!((sampler(&config).kind, sampler(&config).param), (SamplerKind::Const, 0.0));
    let config = over_code(&[("JAEGER_AGENT_HOST", "::1")]);
    assert_eq!(destination(&config), "[::1]:6831");
    assert_eq!(sampler(&config).endpoint, "http://[::1]:5778/sampling");
}

#[test]
fn a_sampler_of_one_s_own_gives_way_to_one_that_is_named() {
    let own = || Config::new("code").with_sampler(crate::ConstSampler::new(false));
    let config = own().with_variables(&variables(&[("JAEGER_SAMPLER_MAX_OPERATIONS", "7")])).unwrap();
    assert!(matches!(config.sampler, SamplerChoice::Own(_)));
    let config = own().with_variables(&variables(&[("JAEGER_SAMPLER_TYPE", "ratelimiting")])).unwrap();
    assert_eq!(sampler(&config).kind, SamplerKind::RateLimiting);
}

#[test]
fn zero_is_the_default() {
    let config = from(&[
        ("JAEGER_REPORTER_MAX_QUEUE_SIZE", "0"),
        ("JAEGER_SAMPLER_MAX_OPERATIONS", "0"),
        ("JAEGER_SAMPLER_REFRESH_INTERVAL", "0"),
        ("JAEGER_REPORTER_FLUSH_INTERVAL", "0s"),
        ("JAEGER_REPORTER_ATTEMPT_RECONNECT_INTERVAL", "0s"),
    ]);
    assert_eq!(sampler(&config), &SamplerSettings::of_jaeger_client());
    assert_eq!((config.queue_spans, config.flush_interval, config.resolve_interval), (None, None, None));
}

#[test]
fn beside_a_collector_nothing_of_an_agent_is_read() {
    let config = from(&[
        ("JAEGER_ENDPOINT", "http://c:14268/api/traces"),
        ("JAEGER_AGENT_PORT", "tcp://10.0.0.1:6831"),
        ("JAEGER_AUTH_TOKEN", "token"),
        ("JAEGER_USER", "user"),
        ("JAEGER_PASSWORD", "word"),
    ]);
    assert_eq!(destination(&config), "http://c:14268/api/traces");
    assert_eq!(
        config.notes,
        [
            "JAEGER_AGENT_PORT has no effect on where spans go: that is no agent",
            "JAEGER_USER has no effect: JAEGER_AUTH_TOKEN comes before it",
        ]
    );
    let config = from(&[("JAEGER_USER", "user")]);
    assert_eq!(config.notes, ["JAEGER_USER has no effect: spans do not go to a collector"]);
}

#[test]
fn what_has_no_effect_is_told_one_by_one() {
    let config = from(&[
        ("JAEGER_SPELLING", "x"),
        ("JAEGER_RPC_METRICS", "true"),
        ("JAEGER_SENDER_FACTORY", "http"),
        ("JAEGER_SAMPLER_MANAGER_HOST_PORT", "http://m:5778/sampling"),
        ("JAEGER_REPORTER_FLUSH_INTERVAL", "500"),
        ("JAEGER_COLLECTOR_SERVICE_HOST", "10.0.0.1"),
        ("JAEGER_COLLECTOR_PORT", "tcp://10.0.0.1:14268"),
        ("JAEGER_COLLECTOR_PORT_14268_TCP_ADDR", "10.0.0.1"),
        ("JAEGER_AGENT_BINARY_PORT", "6832"),
        ("JAEGERISH", "x"),
    ]);
    let notes: Vec<_> = config.notes.iter().filter_map(|note| note.split(' ').next()).collect();
    assert_eq!(
        notes,
        [
            "JAEGER_AGENT_BINARY_PORT",
            "JAEGER_SAMPLER_MANAGER_HOST_PORT",
            "JAEGER_SENDER_FACTORY",
            "JAEGER_SPELLING",
            "JAEGER_RPC_METRICS",
            "JAEGER_REPORTER_FLUSH_INTERVAL"
        ]
    );
    assert_eq!(sampler(&config).endpoint, "http://m:5778/sampling");
    assert_eq!(config.flush_interval, Some(std::time::Duration::from_millis(500)));
}
