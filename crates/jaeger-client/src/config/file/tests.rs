use super::*;
use crate::config::sampler_choice::SamplerSettings;

fn json(text: &str) -> Result<Config, ConfigError> {
    Config::new("code").with_settings(serde_json::from_str(text).unwrap())
}

const EVERY_KEY: &str = r#"{
    "serviceName": "shop", "disabled": true, "rpc_metrics": false, "traceid_128bit": false,
    "tags": [{"key": "a", "value": 1}, {"key": "b", "value": "x"}, {"key": "c", "value": 1.5}, {"key": "d", "value": true}],
    "propagation": "jaeger,w3c",
    "sampler": {"type": "remote", "param": 0.5, "samplingServerURL": "http://s:1/x",
        "samplingRefreshInterval": "2s", "maxOperations": 3},
    "reporter": {"queueSize": 100, "bufferFlushInterval": "1m", "attemptReconnectInterval": "7s", "logSpans": true, "maxLogsPerSpan": 7,
        "collectorEndpoint": "http://c:14268/api/traces", "localAgentHostPort": "a:6831",
        "user": "u", "password": "secret", "http_headers": {"x-a": "1"}},
    "headers": {"TraceContextHeaderName": "x-trace", "traceBaggageHeaderPrefix": "x-baggage-",
        "jaegerDebugHeader": "x-debug", "jaegerBaggageHeader": "x-by-hand"},
    "baggage_restrictions": {"denyBaggageOnInitializationFailure": true, "hostPort": "r:5778", "refreshInterval": "5s"}
}"#;

#[test]
fn every_key_has_its_effect() {
    let config = json(EVERY_KEY).unwrap();
    assert_eq!((config.service_name.as_str(), config.is_disabled, config.log_spans), ("shop", true, true));
    assert!(config.has_short_trace_ids);
    let tags: Vec<_> = config.tags.iter().map(|tag| format!("{}={:?}", tag.key, tag.value)).collect();
    assert_eq!(tags, ["a=I64(1)", "b=String(Owned(\"x\"))", "c=F64(1.5)", "d=Bool(true)"]);
    let SamplerChoice::Named(sampler) = &config.sampler else { panic!("expected settings") };
    let expected = SamplerSettings {
        kind: SamplerKind::Remote,
        param: 0.5,
        endpoint: "http://s:1/x".to_owned(),
        refresh_interval: std::time::Duration::from_secs(2),
        max_operations: 3,
    };
    assert_eq!(sampler, &expected);
    assert_eq!(config.queue_spans.map(usize::from), Some(100));
    assert_eq!(config.max_logs_per_span.map(u32::from), Some(7));
    assert_eq!(config.flush_interval, Some(std::time::Duration::from_secs(60)));
    assert_eq!(config.resolve_interval, Some(std::time::Duration::from_secs(7)));
    assert_eq!(format!("{:?}", config.destination), "http://c:14268/api/traces");
    assert_eq!(
        format!("{:?}", config.collector_headers),
        "CollectorHeaders { auth: \"basic\", others: [\"x-a\"] }"
    );
    let restrictions = config.baggage_restrictions.as_ref().unwrap();
    assert_eq!(restrictions.endpoint, "http://r:5778/baggageRestrictions");
    assert!(restrictions.denies_until_known && restrictions.refresh_interval.as_secs() == 5);
    let headers = std::collections::HashMap::from([
        ("x-trace".to_owned(), "7b:1c8:0:1".to_owned()),
        ("x-baggage-a".to_owned(), "1".to_owned()),
        ("x-by-hand".to_owned(), "b=2".to_owned()),
    ]);
    let extracted = config.propagator.extract(&headers);
    assert!(extracted.span_context.is_some());
    assert_eq!((extracted.baggage.get("a"), extracted.baggage.get("b")), (Some("1"), Some("2")));
    assert_eq!(config.notes, [""; 0]);
}

#[test]
fn what_is_not_known_or_supported_is_told_one_by_one() {
    let config = json(
        r#"{"servicename": "x", "rpc_metrics": true, "throttler": {"hostPort": "a:1"},
            "sampler": {"operationNameLateBinding": true, "rate": 1}, "reporter": {"disableAttempts": true},
            "headers": {"x": "y"}}"#,
    )
    .unwrap();
    assert_eq!(
        config.notes,
        [
            "the setting servicename is not known",
            "the setting sampler.rate is not known",
            "the setting reporter.disableAttempts is not known",
            "the setting headers.x is not known",
            "the setting rpc_metrics is not supported: the layers of tower-jaeger count requests, if they are given a meter",
            "the setting sampler.operationNameLateBinding is not supported: a trace is sampled by the name with which it begins",
            "the setting throttler is not supported: debug ids are limited where requests come in",
        ]
    );
}

#[test]
fn a_bad_value_is_an_error_that_names_the_key() {
    let error = |text| json(text).unwrap_err().to_string();
    assert_eq!(
        error(r#"{"sampler": {"type": "x"}}"#),
        "cannot read sampler.type: unknown sampler type (x); there are const, probabilistic, ratelimiting and remote"
    );
    assert_eq!(
        error(r#"{"sampler": {"samplingRefreshInterval": "1"}}"#),
        "cannot read sampler.samplingRefreshInterval: expected a duration such as 500ms, 1s or 1m30s"
    );
    assert_eq!(
        error(r#"{"reporter": {"user": "u"}}"#),
        "cannot read reporter: user and password are needed together"
    );
    assert!(error(r#"{"headers": {"TraceContextHeaderName": "traceparent"}}"#).contains("traceparent"));
    assert_eq!(
        error(r#"{"reporter": {"collectorEndpoint": "u:secret@c:14268"}}"#),
        "cannot read reporter.collectorEndpoint: expected a URL such as http://localhost:14268/api/traces, found \"...@c:14268\""
    );
    assert_eq!(
        error(r#"{"sampler": {"samplingServerURL": "s:5778"}}"#),
        "cannot read sampler.samplingServerURL: expected a URL such as http://127.0.0.1:5778/sampling, found \"s:5778\""
    );
}

#[test]
fn what_looks_like_a_number_is_text_where_text_is_meant_and_nothing_is_no_setting() {
    let config = json(
        r#"{"serviceName": "", "sampler": {"type": "", "samplingServerURL": "", "samplingRefreshInterval": "0s"},
            "reporter": {"collectorEndpoint": "http://c", "user": 4711, "password": 0.5, "http_headers": {"x": true}}}"#,
    )
    .unwrap();
    assert_eq!(config.service_name, "code");
    let SamplerChoice::Named(sampler) = &config.sampler else { panic!("expected settings") };
    assert_eq!(sampler, &SamplerSettings::every());
    let shown = format!("{:?}", config.collector_headers);
    assert!(shown.starts_with("CollectorHeaders { auth: \"basic\", others: [\"x\"]"), "{shown}");
    let nobody = json(r#"{"reporter": {"user": "", "password": ""}}"#).unwrap();
    assert!(format!("{:?}", nobody.collector_headers).contains("none"));
}

#[test]
fn a_password_is_not_shown() {
    let settings: FileSettings = serde_json::from_str(EVERY_KEY).unwrap();
    assert!(!format!("{settings:?}").contains("secret"));
}

#[test]
fn variables_come_before_the_file_and_the_file_before_code() {
    let file = r#"{"serviceName": "file", "sampler": {"type": "probabilistic"}}"#;
    let config = json(file).unwrap();
    let SamplerChoice::Named(sampler) = &config.sampler else { panic!("expected settings") };
    assert_eq!((sampler.kind, sampler.param), (SamplerKind::Probabilistic, 1.0));
    assert_eq!(format!("{:?}", config.destination), "http://localhost:14268/api/traces");
}

#[cfg(feature = "yaml")]
#[test]
fn yaml_is_read_like_json() {
    let yaml = "
# A comment.
serviceName: shop
tags:
  - {key: a, value: 1}
sampler: &sampler
  type: const
  param: 0
reporter:
  localAgentHostPort: '[::1]:6831'
  logSpans: true
";
    let config = Config::new("code").with_yaml(yaml).unwrap();
    assert_eq!((config.service_name.as_str(), config.log_spans, config.tags.len()), ("shop", true, 1));
    assert_eq!(format!("{:?}", config.destination), "[::1]:6831");
    assert_eq!(Config::new("code").with_yaml("").unwrap().service_name, "code");
    for bad in ["a: [", "1: 2", "- a", "serviceName: {}", "sampler: {param: .nan}"] {
        let error = Config::new("code").with_yaml(bad).unwrap_err().to_string();
        assert!(error.starts_with("cannot read YAML: "), "{bad}: {error}");
    }
    let absent = Config::new("code").with_file("no-such-file.yaml").unwrap_err().to_string();
    assert!(absent.starts_with("cannot read no-such-file.yaml: "), "{absent}");
}
