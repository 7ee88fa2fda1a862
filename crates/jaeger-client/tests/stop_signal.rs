//! SIGTERM: a program that closes its tracer then delivers its spans before it ends.
//!
//! The test starts itself as that program.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

mod support;

use std::{
    env,
    io::{BufRead, BufReader, Write, stdout},
    process::{Command, Stdio},
    time::Duration,
};

use support::{Engine, Server};
use tokio::signal::unix::{SignalKind, signal};

/// The collector of the program; where it is set, this is the program.
const ENDPOINT: &str = "JAEGER_CLIENT_TEST_ENDPOINT";
const ENGINE: &str = "JAEGER_CLIENT_TEST_ENGINE";

const SPANS: usize = 100;

#[test]
fn spans_arrive_before_a_program_ends_that_closes_on_sigterm() {
    if let (Ok(endpoint), Ok(engine)) = (env::var(ENDPOINT), env::var(ENGINE)) {
        return serve(
            &endpoint,
            Engine::BOTH.into_iter().find(|known| format!("{known:?}") == engine).unwrap(),
        );
    }
    for engine in Engine::BOTH {
        let server = Server::good();
        let mut program = Command::new(env::current_exe().unwrap())
            .args(["--exact", "spans_arrive_before_a_program_ends_that_closes_on_sigterm", "--nocapture"])
            .envs([(ENDPOINT, &server.endpoint), (ENGINE, &format!("{engine:?}"))])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line == "serving"), "{engine:?}");
        // Now: the spans still wait for their flush interval.
        let terminated = Command::new("kill").args(["-TERM", &program.id().to_string()]).status().unwrap();
        assert!(terminated.success());
        let said = lines.find(|line| line.contains("sent")).unwrap();
        assert_eq!(said, format!("{SPANS} spans sent to {}", server.endpoint), "{engine:?}");
        assert_eq!(server.taken(), SPANS as u64, "{engine:?}");
        assert!(program.wait().unwrap().success(), "{engine:?}");
    }
}

/// What the README tells a program to do.
fn serve(endpoint: &str, engine: Engine) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).unwrap();
        let (program, closer, _) = engine.start_to(endpoint);
        program(SPANS);
        println!("\nserving");
        stdout().flush().unwrap();
        terminate.recv().await;
        println!("{}", closer.close(Duration::from_secs(10)));
    });
}
