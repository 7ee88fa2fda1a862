//! The embedded Jaeger as a program.

fn main() {}
