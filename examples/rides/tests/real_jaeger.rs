//! The demo with the real Jaeger in place of the embedded backend: configuration decides, nothing else.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

use integration_tests::peers::RealJaeger;

#[test]
fn the_real_jaeger_takes_the_place_of_the_backend() {
    let Some(jaeger) = RealJaeger::start() else { return };
    let (collector, query) = (jaeger.collector_endpoint(), jaeger.query_url());
    for more in [vec![], vec!["--exporter", "udp", "--agent", &jaeger.agent()]] {
        let mut rides = Command::new(env!("CARGO_BIN_EXE_rides"));
        rides.args(["--once", "--seed", "3", "--collector", &collector, "--query", &query]).args(more);
        let output = rides.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(printed.contains(&format!("{query}/trace/")), "{printed}");
    }
}
