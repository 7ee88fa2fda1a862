//! The configuration in `deploy/`, with the components that it names: what a client sends to the collector is in Jaeger, also after a
//! restart.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    collections::HashMap,
    fs,
    net::{Ipv4Addr, TcpListener, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use integration_tests::{peers::jaeger_v2, wait_for_trace, workspace_root};
use jaeger_client::Config;
use opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};

/// The addresses that the files name, each with a free port of this machine.
struct Addresses(HashMap<&'static str, String>);

impl Addresses {
    fn free() -> Self {
        let tcp = ["14268", "9411", "4317", "4318", "16686", "16685", "5778", "5779", "jaeger:4317"];
        let tcp = tcp.map(|name| (name, TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()));
        let udp = ["6831", "6832"].map(|name| (name, UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()));
        let tcp = tcp.iter().map(|(name, socket)| (*name, socket.local_addr().unwrap().to_string()));
        let udp = udp.iter().map(|(name, socket)| (*name, socket.local_addr().unwrap().to_string()));
        Self(tcp.chain(udp).collect())
    }

    fn of(&self, name: &str) -> &str {
        self.0.get(name).unwrap()
    }
}

/// One of the programs, until it is dropped.
struct Running(Child);

impl Running {
    /// Starts it with a file of `deploy/` in which these texts are replaced.
    fn start(program: &Path, file: &str, folder: &Path, replaced: &[(&str, &str)]) -> Self {
        let text = fs::read_to_string(workspace_root().join("deploy").join(file)).unwrap();
        let text = replaced.iter().fold(text, |text, (old, new)| {
            assert!(text.contains(old), "{file} has no {old}");
            text.replace(old, new)
        });
        let config = folder.join(file);
        fs::write(&config, text).unwrap();
        let mut command = Command::new(program);
        command.arg("--config").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }

    /// Has it end in order, so that it writes what it holds.
    fn stop(mut self) {
        assert!(Command::new("kill").arg(self.0.id().to_string()).status().unwrap().success());
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until_it_answers(url: &str) {
    let started = Instant::now();
    while matches!(ureq::get(url).call(), Err(error) if !matches!(error, ureq::Error::StatusCode(_))) {
        assert!(started.elapsed() < Duration::from_secs(30), "{url} does not answer");
        thread::park_timeout(Duration::from_millis(50));
    }
}

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("deploy");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn what_a_client_sends_to_the_collector_is_in_jaeger_also_after_a_restart() {
    let Some(program) = jaeger_v2() else { return };
    let (folder, addresses) = (folder(), Addresses::free());
    let strategies = workspace_root().join("deploy/strategies.json");
    let (disk, strategies) = (folder.join("badger"), strategies.to_str().unwrap());
    // Both would have their metrics at the same port.
    let quiet = ("\nservice:\n", "\nservice:\n  telemetry: {metrics: {level: none}}\n");
    let of_jaeger = [
        quiet,
        ("/badger/", &format!("{}/", disk.display())[..]),
        ("/etc/jaeger/strategies.json", strategies),
        ("0.0.0.0:16686", addresses.of("16686")),
        ("0.0.0.0:16685", addresses.of("16685")),
        ("0.0.0.0:5778", addresses.of("5778")),
        ("0.0.0.0:5779", addresses.of("5779")),
        ("0.0.0.0:4317", addresses.of("jaeger:4317")),
    ];
    let ports = ["6831", "6832", "14268", "9411", "4317", "4318"];
    let of_collector: Vec<_> = ports.map(|port| (format!("0.0.0.0:{port}"), addresses.of(port))).into();
    let of_collector = of_collector.iter().map(|(old, new)| (old.as_str(), *new));
    let of_collector: Vec<_> =
        of_collector.chain([quiet, ("jaeger:4317", addresses.of("jaeger:4317"))]).collect();

    let jaeger = Running::start(&program, "jaeger.yaml", &folder, &of_jaeger);
    let query = format!("http://{}", addresses.of("16686"));
    until_it_answers(&format!("{query}/api/services"));
    let collector = Running::start(&program, "otel-collector.yaml", &folder, &of_collector);
    let endpoint = format!("http://{}/api/traces", addresses.of("14268"));
    until_it_answers(&endpoint);

    let config = Config::new("deployed").with_logger(|_| {}).with_collector_endpoint(&endpoint);
    let (provider, closer) = config.build().unwrap();
    let span = provider.tracer("test").start("kept");
    let trace_id = opentelemetry::Context::new().with_span(span).span().span_context().trace_id();
    let report = closer.close(Duration::from_secs(10));
    assert_eq!((report.sent, report.lost), (1, 0), "{report}");
    wait_for_trace(&query, &trace_id.to_string(), 1);

    let asked = format!("http://{}/sampling?service=deployed", addresses.of("5778"));
    let told = ureq::get(&asked).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(told.contains("0.1") && told.contains("HTTP GET /health"), "{told}");

    drop(collector);
    jaeger.stop();
    let _jaeger = Running::start(&program, "jaeger.yaml", &folder, &of_jaeger);
    until_it_answers(&format!("{query}/api/services"));
    wait_for_trace(&query, &trace_id.to_string(), 1);
}
