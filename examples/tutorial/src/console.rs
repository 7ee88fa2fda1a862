//! Lines for people: on a closed terminal or pipe they are dropped, where `println!` would panic.

use std::io::{self, Write};

/// A line on standard output.
pub(crate) fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A line on standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
