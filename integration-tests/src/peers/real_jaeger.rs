//! The real Jaeger, in one process with its storage in memory.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use super::{ports::Ports, release::Release, required};

/// The real Jaeger, running on free ports of this machine until it is dropped.
#[derive(Debug)]
pub struct RealJaeger {
    process: Child,
    ports: Ports,
}

const READY: Duration = Duration::from_secs(30);

/// The program of v2.13.0, built if need be, to be started with a configuration of one's own. `None` as in [`RealJaeger::start`].
///
/// # Panics
///
/// If `REQUIRE_PEERS=1` and it cannot be built.
pub fn jaeger_v2() -> Option<PathBuf> {
    program(Release::V2)
}

fn program(release: Release) -> Option<PathBuf> {
    let built = release.built();
    if let Err(why) = &built {
        assert!(!required(), "the real Jaeger is required: {why}");
        println!("passed over, no real Jaeger: {why}");
    }
    built.ok()
}

// === impl RealJaeger ===

impl RealJaeger {
    /// Builds v1.62.0, the last with the UDP agent, if need be, and starts it. `None`, with a line that says why, if it cannot be
    /// built here and `REQUIRE_PEERS` is not 1.
    ///
    /// # Panics
    ///
    /// If `REQUIRE_PEERS=1` and it cannot be built, or if it does not come up.
    pub fn start() -> Option<Self> {
        Self::start_release(Release::V1)
    }

    /// The same with v2.13.0.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    pub fn start_v2() -> Option<Self> {
        Self::start_release(Release::V2)
    }

    /// Where spans are posted, `http://…/api/traces`.
    pub fn collector_endpoint(&self) -> String {
        format!("http://{}/api/traces", self.ports.collector)
    }

    /// Where OTLP is posted, `http://…/v1/traces`.
    pub fn otlp_endpoint(&self) -> String {
        format!("http://{}/v1/traces", self.ports.otlp_http)
    }

    /// Where OTLP is received by gRPC, `http://…`.
    pub fn otlp_grpc_endpoint(&self) -> String {
        format!("http://{}", self.ports.otlp_grpc)
    }

    /// Where datagrams in the compact protocol are sent, `host:port`.
    pub fn agent(&self) -> String {
        self.ports.agent.to_string()
    }

    /// The UDP address of the agent's binary protocol.
    pub fn binary_agent(&self) -> String {
        self.ports.binary_agent.to_string()
    }

    /// The UDP address of the agent's port for Zipkin's format; of v1 only.
    pub fn zipkin_agent(&self) -> String {
        self.ports.zipkin_agent.to_string()
    }

    /// `host:port` where Zipkin's formats are posted; of v1 only.
    pub fn zipkin(&self) -> String {
        self.ports.zipkin.to_string()
    }

    /// Where samplers ask for a strategy, `http://…/sampling`. It has those of `peers/strategies.json`.
    pub fn sampling_endpoint(&self) -> String {
        format!("http://{}/sampling", self.ports.sampling)
    }

    /// The query API, `http://…`.
    pub fn query_url(&self) -> String {
        format!("http://{}", self.ports.query)
    }

    /// Its own metrics in Prometheus' text format, `http://…/metrics`; of v1 only.
    pub fn metrics_url(&self) -> String {
        format!("http://{}/metrics", self.ports.admin)
    }

    fn start_release(release: Release) -> Option<Self> {
        let program = program(release)?;
        let jaeger = Self::spawn(release, &program).expect("the built Jaeger starts");
        jaeger.wait_until_ready(release);
        Some(jaeger)
    }

    fn spawn(release: Release, program: &Path) -> io::Result<Self> {
        let ports = Ports::free()?;
        let mut command = release.command(program, &ports);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { process, ports })
    }

    fn wait_until_ready(&self, release: Release) {
        let health = format!("http://{}{}", self.ports.admin, release.health_path());
        let started = Instant::now();
        while ureq::get(&health).call().is_err() {
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
