//! A tracer that is closed and started again, many times in one process; a program of its own, because it counts threads.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

mod support;

use std::{fs, thread, time::Duration};

use support::{Engine, PATIENCE, Server};

const RESTARTS: usize = 25;
const SPANS: usize = 10;

/// The entries of a directory about this process: its threads, or its open files.
fn count(what: &str) -> usize {
    fs::read_dir(format!("/proc/self/{what}")).unwrap().count()
}

/// The same once it is down to a number, or after a long while.
fn settled(what: &str, at_most: usize) -> usize {
    for _ in 0..2_000 {
        if count(what) <= at_most {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    count(what)
}

#[test]
fn a_tracer_that_is_started_again_leaves_no_thread_and_no_socket() {
    let server = Server::good();
    let restart = || {
        for engine in Engine::BOTH {
            let (program, closer, _) = engine.start_to(&server.endpoint);
            program(SPANS);
            let report = closer.close(PATIENCE);
            assert_eq!((report.sent, report.lost), (SPANS as u64, 0), "{engine:?}: {report}");
            // Tracers may outlive their provider, and spans that end then are nobody's.
            program(SPANS);
        }
    };
    // What is made once for a process is there afterwards.
    restart();
    let (threads, files) = (count("task"), count("fd"));
    (0..RESTARTS).for_each(|_| restart());
    // What has ended is gone a little later.
    assert!(settled("task", threads) <= threads);
    assert!(settled("fd", files) <= files);
    assert_eq!(server.taken(), (2 * SPANS * (RESTARTS + 1)) as u64);
}
