//! No process outlives the demo, however it ends.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    fs,
    net::{TcpListener, UdpSocket},
};

use support::{FREE_PORTS, Rides, kill, run, wait_until};

fn start() -> (Rides, [u32; 6]) {
    let demo = Rides::start(&[&["--verbose"], &FREE_PORTS[..]].concat());
    let services = demo.service_ids();
    demo.line_after("Ctrl-C stops the demo.");
    assert!(services.into_iter().all(is_running), "{services:?}");
    (demo, services)
}

/// A zombie has ended: it only waits for somebody to ask how.
fn is_running(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

#[test]
fn ctrl_c_stops_everything() {
    let (mut demo, services) = start();
    // To the whole group, as a terminal does.
    kill("-INT", &format!("-{}", demo.id()));
    assert_eq!(demo.wait().code(), Some(0));
    assert!(!services.into_iter().any(is_running), "{services:?}");
}

#[test]
fn sigterm_to_the_launcher_stops_everything() {
    let (mut demo, services) = start();
    kill("-TERM", &demo.id().to_string());
    assert_eq!(demo.wait().code(), Some(0));
    assert!(!services.into_iter().any(is_running), "{services:?}");
}

#[test]
fn a_killed_launcher_leaves_nobody() {
    let (demo, services) = start();
    kill("-KILL", &demo.id().to_string());
    wait_until("the end of the services", || !services.into_iter().any(is_running));
}

#[track_caller]
fn refused(option: &str, port: u16) {
    let taken = format!("{option}={port}");
    let others = FREE_PORTS.iter().filter(|other| !other.starts_with(&format!("{option}=")));
    let arguments: Vec<_> = ["--verbose", &taken].into_iter().chain(others.copied()).collect();
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1));

    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.starts_with("rides: ")).unwrap_or_default();
    for part in [&format!("cannot listen on 127.0.0.1:{port}: "), &format!("with {option} N")] {
        assert!(line.contains(part.as_str()), "{part}\n{said}");
    }
    for started in String::from_utf8_lossy(&output.stdout).lines() {
        let id = started.split_once("pid ").unwrap().1.split_once(',').unwrap().0;
        assert!(!is_running(id.parse().unwrap()), "{started}");
    }
}

#[test]
fn a_taken_port_is_named_with_its_option() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for option in ["--port", "--query-port", "--collector-port"] {
        refused(option, port);
    }
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    refused("--agent-port", taken.local_addr().unwrap().port());
}
