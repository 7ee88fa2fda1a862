//! Foreign programs: built by their own toolchains, absent ones passed over unless `REQUIRE_PEERS=1`.

mod foreign_hop;
mod ports;
mod real_jaeger;
mod release;

use std::env;

pub use foreign_hop::ForeignHop;
pub use real_jaeger::{RealJaeger, jaeger_v2};

/// Whether an absent peer is a failure.
pub fn required() -> bool {
    env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1")
}
