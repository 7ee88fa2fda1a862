//! The demo's program; the library says more.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    rides::run().await
}
