use std::time::Duration;

use super::*;
use crate::{exporter::Exporter, load::Load};

fn parsed(line: &str) -> Result<Command, String> {
    parse(line.split_whitespace().map(str::to_owned))
}

#[track_caller]
fn demo(line: &str) -> Demo {
    match parsed(line) {
        Ok(Command::Demo(demo)) => demo,
        other => panic!("{line}: {other:?}"),
    }
}

#[track_caller]
fn refused(line: &str, reason: &str) {
    assert_eq!(parsed(line).unwrap_err(), reason, "{line}");
}

#[test]
fn the_demo_stays_up_on_the_usual_ports() {
    let demo = demo("");
    assert_eq!((demo.task, demo.seed, demo.port), (Task::StayUp, DEFAULT_SEED, 8080));
    assert_eq!((demo.exporter, demo.deadline), (Exporter::Http, Duration::from_secs(15)));
    let JaegerChoice::Embedded(ports) = demo.jaeger else { panic!("expected the embedded Jaeger") };
    assert_eq!(ports, Ports { query: 16686, collector: 14268, agent: 6831 });
}

#[test]
fn once_takes_free_ports_unless_told() {
    let demo = demo("--once --seed=7 --agent-port 6831 --deadline 3");
    assert_eq!((demo.task, demo.seed, demo.port), (Task::Once, 7, 0));
    assert_eq!(demo.deadline, Duration::from_secs(3));
    let JaegerChoice::Embedded(ports) = demo.jaeger else { panic!("expected the embedded Jaeger") };
    assert_eq!(ports, Ports { query: 0, collector: 0, agent: 6831 });
}

#[test]
fn a_load_is_for_the_demo_or_for_one_that_runs() {
    let load = |requests, concurrency| Load { requests, concurrency };
    assert_eq!(demo("--load 20").task, Task::Load(load(20, 4)));
    assert_eq!(demo("--load 20 --concurrency 9").task, Task::Load(load(20, 9)));
    let Ok(Command::Load(against)) = parsed("load --url http://a:1/ --requests 3") else {
        panic!("expected a load")
    };
    assert_eq!((against.url.as_str(), against.load), ("http://a:1", load(3, 4)));
}

#[test]
fn knobs_are_options() {
    let knobs = demo("--db-lock off --error-rate=0 --route-workers 9").knobs;
    assert_eq!(
        knobs.to_string(),
        "sequential-drivers=on db-lock=off db-delay=300 route-workers=9 error-rate=0"
    );
}

#[test]
fn a_service_that_has_died_comes_back() {
    assert_eq!(demo("").restart_after, Some(Duration::from_secs(5)));
    assert_eq!(demo("--restart-after 0").restart_after, Some(Duration::ZERO));
    assert_eq!(demo("--restart-after off").restart_after, None);
}

#[test]
fn a_running_jaeger_has_two_addresses() {
    let http = demo("--collector http://a:1/api/traces --query http://a:2/");
    let JaegerChoice::Running { sink, query } = http.jaeger else { panic!("expected a running Jaeger") };
    assert_eq!((sink.address.as_str(), query.as_str()), ("http://a:1/api/traces", "http://a:2"));

    let udp = demo("--exporter udp --collector http://a:1 --agent a:6831 --query http://a:2");
    let JaegerChoice::Running { sink, .. } = udp.jaeger else { panic!("expected a running Jaeger") };
    assert_eq!((sink.exporter, sink.address.as_str()), (Exporter::Udp, "a:6831"));

    // Where it listens by default.
    for (exporter, address) in [
        ("http", "http://127.0.0.1:14268/api/traces"),
        ("udp", "127.0.0.1:6831"),
        ("udp-binary", "127.0.0.1:6832"),
        ("otlp", "http://127.0.0.1:4318/v1/traces"),
        ("opentelemetry-jaeger", "http://127.0.0.1:14268/api/traces"),
    ] {
        let given = demo(&format!("--exporter {exporter} --query http://a:2"));
        let JaegerChoice::Running { sink, .. } = given.jaeger else { panic!("expected a running Jaeger") };
        assert_eq!((sink.exporter.name(), sink.address.as_str()), (exporter, address));
    }
}

#[test]
fn services_are_told_whom_they_call() {
    let Ok(Command::Service(driver)) = parsed("driver --to http://a:1 --route b:2 --seed 3") else {
        panic!("expected a service")
    };
    assert_eq!((driver.name(), driver.seed, driver.port), ("driver", 3, 0));
    assert!(matches!(driver.peers, Peers::Driver { route } if route == "b:2"));
}

#[test]
fn help_is_found_anywhere() {
    for line in ["--help", "-h", "--once --help", "driver --help"] {
        assert!(matches!(parsed(line), Ok(Command::Help)), "{line}");
    }
}

#[test]
fn mistakes_are_named() {
    refused("--colector=x", "unknown option --colector");
    refused("--colector", "--colector needs a value, or is unknown");
    refused("--once once", "unexpected \"once\"");
    refused("--once=1", "--once takes no value");
    refused("--seed 1 --seed 2", "--seed is given twice");
    refused("--seed x", "--seed: expected a number, found \"x\"");
    refused("--port 65536", "--port: expected a port from 0 to 65535, found \"65536\"");
    refused("--collector --query a", "--collector needs a value, or is unknown");
    let need = "a Jaeger that runs already needs --query: where its traces are read";
    refused("--collector a", need);
    refused("--exporter udp --agent a", need);
    refused(
        "--exporter x",
        "--exporter: expected http, udp, udp-binary, otlp or opentelemetry-jaeger, found \"x\"",
    );
    refused("--once --load 3", "only one of --once, --load and --check can be done");
    refused("--load 0", "--load: expected a number of at least 1, found \"0\"");
    refused("--concurrency 3", "unknown option --concurrency");
    refused("load", "--url is missing");
    refused("--db-lock=1", "--db-lock: expected on or off, found \"1\"");
    refused("--restart-after never", "--restart-after: expected a number of seconds or off, found \"never\"");
    refused("waiter", "unknown service \"waiter\"");
    refused("driver --to a", "--route is missing");
    refused("route", "--to is missing");
    let both = "--collector a --query b --query-port 1";
    refused(both, "unknown option --query-port");
}
