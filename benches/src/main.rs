//! What tracing costs.

fn main() {}
