//! The real Jaeger, in one process with its storage in memory.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{free_tcp, free_udp, required};
use crate::workspace_root;

/// The real Jaeger, running on free ports of this machine until it is dropped.
#[derive(Debug)]
pub struct RealJaeger {
    process: Child,
    query: SocketAddr,
    collector: SocketAddr,
    agent: SocketAddr,
    binary_agent: SocketAddr,
    admin: SocketAddr,
}

/// The last release whose all-in-one has the UDP agent.
const VERSION: &str = "v1.62.0";
const READY: Duration = Duration::from_secs(30);

impl RealJaeger {
    /// Builds it if need be, and starts it. `None`, with a line that says why, if it cannot be built here and
    /// `REQUIRE_PEERS` is not 1.
    ///
    /// # Panics
    ///
    /// If `REQUIRE_PEERS=1` and it cannot be built, or if it does not come up.
    pub fn start() -> Option<Self> {
        let program = match built() {
            Ok(program) => program,
            Err(why) => {
                assert!(!required(), "the real Jaeger is required: {why}");
                println!("passed over, no real Jaeger: {why}");
                return None;
            }
        };
        let jaeger = Self::spawn(&program).expect("the built Jaeger starts");
        jaeger.wait_until_ready();
        Some(jaeger)
    }

    /// Where spans are posted, `http://…/api/traces`.
    pub fn collector_endpoint(&self) -> String {
        format!("http://{}/api/traces", self.collector)
    }

    /// Where datagrams in the compact protocol are sent, `host:port`.
    pub fn agent(&self) -> String {
        self.agent.to_string()
    }

    /// The UDP address of the agent's binary protocol.
    pub fn binary_agent(&self) -> String {
        self.binary_agent.to_string()
    }

    /// The query API, `http://…`.
    pub fn query_url(&self) -> String {
        format!("http://{}", self.query)
    }

    /// Its own metrics in Prometheus' text format, `http://…/metrics`.
    pub fn metrics_url(&self) -> String {
        format!("http://{}/metrics", self.admin)
    }

    fn spawn(program: &PathBuf) -> io::Result<Self> {
        let (query, collector, agent, admin) = (free_tcp()?, free_tcp()?, free_udp()?, free_tcp()?);
        let mut command = Command::new(program);
        command.envs([("SPAN_STORAGE_TYPE", "memory"), ("OTEL_TRACES_SAMPLER", "always_off")]);
        command.arg(format!("--query.http-server.host-port={query}"));
        command.arg(format!("--collector.http-server.host-port={collector}"));
        command.arg(format!("--processor.jaeger-compact.server-host-port={agent}"));
        command.arg(format!("--admin.http.host-port={admin}"));
        let grpc = free_tcp()?;
        command.arg(format!("--collector.grpc-server.host-port={grpc}"));
        command.arg(format!("--reporter.grpc.host-port={grpc}"));
        for tcp in ["collector.otlp.grpc", "collector.otlp.http", "http-server", "query.grpc-server"] {
            command.arg(format!("--{tcp}.host-port={}", free_tcp()?));
        }
        let binary_agent = free_udp()?;
        command.arg(format!("--processor.jaeger-binary.server-host-port={binary_agent}"));
        command.arg(format!("--processor.zipkin-compact.server-host-port={}", free_udp()?));
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { process, query, collector, agent, binary_agent, admin })
    }

    fn wait_until_ready(&self) {
        let started = Instant::now();
        while ureq::get(format!("{}/api/services", self.query_url())).call().is_err() {
            assert!(started.elapsed() < READY, "Jaeger did not come up within {READY:?}");
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }
}

impl Drop for RealJaeger {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program: built once into the target directory, by the Go toolchain.
fn built() -> Result<PathBuf, String> {
    let program = workspace_root().join("target/peers").join(format!("jaeger-all-in-one-{VERSION}"));
    if program.exists() {
        return Ok(program);
    }
    if !required() {
        return Err("it is not built; REQUIRE_PEERS=1 builds it, with Go".to_owned());
    }
    let script = workspace_root().join("integration-tests/peers/jaeger/build.sh");
    let built = Command::new(&script).arg(&program).status();
    match built {
        Ok(status) if status.success() => Ok(program),
        Ok(status) => Err(format!("{} ended with {status}", script.display())),
        Err(error) => Err(format!("{}: {error}", script.display())),
    }
}
