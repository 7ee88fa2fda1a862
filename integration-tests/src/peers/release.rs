//! The releases of the real Jaeger: how each is built, and told where to listen.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use super::{ports::Ports, required};
use crate::workspace_root;

/// Tests of one program start a Jaeger side by side: one builds, and the others find it done.
static BUILDING: Mutex<()> = Mutex::new(());

#[derive(Clone, Copy, Debug)]
pub(super) enum Release {
    /// v1.62.0, the last whose all-in-one has the UDP agent.
    V1,
    /// v2.13.0, the last that is to be had as a Go module: it is in the one of v1.76.0.
    V2,
}

// === impl Release ===

impl Release {
    /// The folder with its sources, among the peers.
    fn folder(self) -> PathBuf {
        workspace_root().join("integration-tests/peers").join(match self {
            Self::V1 => "jaeger",
            Self::V2 => "jaeger-v2",
        })
    }

    /// Bears the version, so that another one is built anew.
    fn program_name(self) -> &'static str {
        match self {
            Self::V1 => "jaeger-all-in-one-v1.62.0",
            Self::V2 => "jaeger-v2.13.0",
        }
    }

    /// The program: built once into the target directory, by the Go toolchain.
    pub(super) fn built(self) -> Result<PathBuf, String> {
        let program = workspace_root().join("target/peers").join(self.program_name());
        let _one_at_a_time = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        if program.exists() {
            return Ok(program);
        }
        if !required() {
            return Err("it is not built; REQUIRE_PEERS=1 builds it, with Go".to_owned());
        }
        let script = self.folder().join("build.sh");
        let built = Command::new(&script).arg(&program).status();
        match built {
            Ok(status) if status.success() => Ok(program),
            Ok(status) => Err(format!("{} ended with {status}", script.display())),
            Err(error) => Err(format!("{}: {error}", script.display())),
        }
    }

    /// Everything on these ports, and nothing on its usual ones.
    pub(super) fn command(self, program: &Path, ports: &Ports) -> Command {
        let mut command = Command::new(program);
        match self {
            Self::V1 => {
                command.envs([("SPAN_STORAGE_TYPE", "memory"), ("OTEL_TRACES_SAMPLER", "always_off")]);
                command.args(v1_options(ports));
            }
            Self::V2 => {
                command.arg("--config").arg(self.folder().join("config.yaml"));
                command.envs(v2_environment(ports));
            }
        }
        command
    }

    /// Answers 200 when it is ready, below the address for its administration.
    pub(super) fn health_path(self) -> &'static str {
        match self {
            Self::V1 => "/",
            Self::V2 => "/status",
        }
    }
}

/// The strategies that both answer samplers with.
fn strategies() -> String {
    workspace_root().join("integration-tests/peers/strategies.json").display().to_string()
}

fn v1_options(ports: &Ports) -> Vec<String> {
    let options = [
        ("query.http-server", ports.query),
        ("query.grpc-server", ports.query_grpc),
        ("collector.http-server", ports.collector),
        ("collector.grpc-server", ports.collector_grpc),
        ("collector.otlp.http", ports.otlp_http),
        ("collector.otlp.grpc", ports.otlp_grpc),
        ("collector.zipkin", ports.zipkin),
        // Of the agent: where it answers for samplers, and where it hands spans on to.
        ("http-server", ports.sampling),
        ("reporter.grpc", ports.collector_grpc),
        ("admin.http", ports.admin),
    ];
    let agents = [
        ("jaeger-compact", ports.agent),
        ("jaeger-binary", ports.binary_agent),
        ("zipkin-compact", ports.zipkin_agent),
    ];
    let options = options.map(|(name, address)| format!("--{name}.host-port={address}"));
    let agents = agents.map(|(name, address)| format!("--processor.{name}.server-host-port={address}"));
    let strategies = format!("--sampling.strategies-file={}", strategies());
    options.into_iter().chain(agents).chain([strategies]).collect()
}

/// What `config.yaml` asks for.
fn v2_environment(ports: &Ports) -> impl Iterator<Item = (&'static str, String)> {
    let addresses = [
        ("SAMPLING", ports.sampling),
        ("SAMPLING_GRPC", ports.sampling_grpc),
        ("QUERY", ports.query),
        ("QUERY_GRPC", ports.query_grpc),
        ("COLLECTOR", ports.collector),
        ("COLLECTOR_GRPC", ports.collector_grpc),
        ("OTLP_HTTP", ports.otlp_http),
        ("OTLP_GRPC", ports.otlp_grpc),
        ("ADMIN", ports.admin),
        ("AGENT", ports.agent),
        ("BINARY_AGENT", ports.binary_agent),
    ];
    addresses
        .map(|(name, address)| (name, address.to_string()))
        .into_iter()
        .chain([("STRATEGIES", strategies())])
}
