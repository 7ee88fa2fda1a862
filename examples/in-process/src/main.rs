//! The OpenTracing beginner's program: root, Foo and Bar with an error log.

fn main() {}
