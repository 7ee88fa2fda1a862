//! Spans go through the old exporter, over real sockets, and are decoded by our own Thrift reader.

mod agent;
mod collector;
mod fake_collector;
mod spans;
