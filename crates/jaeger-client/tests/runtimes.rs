//! Programs with and without an async runtime, and with one that is gone: spans arrive, and the closer blocks no longer than it must.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by panicking")]

mod support;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use jaeger_client::{CloseReport, Closer};
use support::{Engine, PATIENCE, Program, Server};
use tokio::runtime::{Builder, Runtime};

const SPANS: usize = 20;

fn current_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

/// Runs a program on both engines; the collector must get so many spans of it.
fn check(spans: usize, run: impl Fn(Program, Closer) -> Option<CloseReport>) {
    for engine in Engine::BOTH {
        let server = Server::good();
        let (program, closer, _) = engine.start_to(&server.endpoint);
        let report = run(program, closer);
        assert_eq!(server.taken(), spans as u64, "{engine:?}");
        if let Some(report) = report {
            assert_eq!((report.sent, report.lost), (spans as u64, 0), "{engine:?}: {report}");
        }
    }
}

#[test]
fn no_runtime() {
    check(SPANS, |program, closer| {
        program(SPANS);
        Some(closer.close(PATIENCE))
    });
}

#[test]
fn the_only_thread_of_a_runtime() {
    check(SPANS, |program, closer| {
        current_thread().block_on(async {
            program(SPANS);
            Some(closer.close(PATIENCE))
        })
    });
}

#[test]
fn threads_of_a_runtime() {
    check(4 * SPANS, |program, closer| {
        let program = std::sync::Arc::new(program);
        multi_thread().block_on(async {
            let tasks = [(); 4].map(|()| {
                let program = std::sync::Arc::clone(&program);
                tokio::spawn(async move { program(SPANS) })
            });
            for task in tasks {
                task.await.unwrap();
            }
            let close = tokio::task::spawn_blocking(move || closer.close(PATIENCE));
            Some(close.await.unwrap())
        })
    });
}

#[test]
fn a_task_of_a_runtime_closes() {
    check(SPANS, |program, closer| {
        multi_thread().block_on(async {
            let task = async move {
                program(SPANS);
                closer.close(PATIENCE)
            };
            Some(tokio::spawn(task).await.unwrap())
        })
    });
}

#[test]
fn a_closer_dropped_in_a_runtime() {
    for runtime in [current_thread, multi_thread] {
        check(SPANS, |program, closer| {
            runtime().block_on(async move {
                let _closer = closer;
                program(SPANS);
            });
            None
        });
    }
}

/// The engine was started in the runtime, and spans end when it is no more.
#[test]
fn a_runtime_that_is_shut_down() {
    for runtime in [current_thread, multi_thread] {
        for engine in Engine::BOTH {
            let server = Server::good();
            let runtime = runtime();
            let (program, closer, _) = runtime.block_on(async {
                let started = engine.start_to(&server.endpoint);
                started.0(SPANS);
                started
            });
            runtime.shutdown_background();
            program(SPANS);
            let report = closer.close(PATIENCE);
            assert_eq!((report.sent, report.lost), (2 * SPANS as u64, 0), "{engine:?}: {report}");
            assert_eq!(server.taken(), report.sent, "{engine:?}");
        }
    }
}

/// What a task holds is dropped by the thread that shuts the runtime down.
#[test]
fn a_closer_dropped_with_its_runtime() {
    check(SPANS, |program, closer| {
        let runtime = current_thread();
        runtime.spawn(async move {
            let _closer = closer;
            std::future::pending::<()>().await;
        });
        runtime.block_on(tokio::task::yield_now());
        program(SPANS);
        drop(runtime);
        None
    });
}

#[test]
fn a_closer_dropped_by_a_panic() {
    check(SPANS, |program, closer| {
        let run = AssertUnwindSafe(|| {
            let _closer = closer;
            program(SPANS);
            panic!("on purpose");
        });
        catch_unwind(run).unwrap_err();
        None
    });
}

#[test]
fn a_closer_on_another_thread_while_spans_go_on_ending() {
    for engine in Engine::BOTH {
        let server = Server::good();
        let (program, closer, _) = engine.start_to(&server.endpoint);
        program(SPANS);
        let report = thread::scope(|scope| {
            let closing = scope.spawn(|| closer.close(PATIENCE));
            let mut ended = SPANS;
            while !closing.is_finished() {
                program(1);
                ended += 1;
            }
            (closing.join().unwrap(), ended as u64)
        });
        let (report, ended) = report;
        // What ends later than the report is in no report.
        assert!((SPANS as u64..=ended).contains(&(report.sent + report.lost)), "{engine:?}: {report}");
        assert!(report.sent >= SPANS as u64, "{engine:?}: {report}");
        assert_eq!(server.taken(), report.sent, "{engine:?}: {report}");
    }
}
