//! OpenTracing's conventions: the names of tags, each with the type of its values, and of the fields of logs.
//!
//! ```
//! # let span = opentracing_shim::Tracer::noop().start_span("call");
//! use opentracing_shim::ext;
//!
//! ext::HTTP_METHOD.set(&span, "GET");
//! ext::HTTP_STATUS_CODE.set(&span, 200);
//! ext::SPAN_KIND.set(&span, ext::SpanKind::Client);
//! ```

pub mod log;
mod span_kind;
mod tag;

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
};

pub use self::{log::log_error, span_kind::SpanKind, tag::Tag};

type Text = Cow<'static, str>;

/// The software package, framework, library or module that made the span.
pub const COMPONENT: Tag<Text> = Tag::new("component");
/// The name of the database.
pub const DB_INSTANCE: Tag<Text> = Tag::new("db.instance");
/// The statement for the database.
pub const DB_STATEMENT: Tag<Text> = Tag::new("db.statement");
/// The kind of database: `sql` for any that has SQL, else its category in lower case.
pub const DB_TYPE: Tag<Text> = Tag::new("db.type");
/// Who accesses the database.
pub const DB_USER: Tag<Text> = Tag::new("db.user");
/// Whether the application considers what the span stands for to have failed.
pub const ERROR: Tag<bool> = Tag::new("error");
/// The method of the request.
pub const HTTP_METHOD: Tag<Text> = Tag::new("http.method");
/// The status code of the answer.
pub const HTTP_STATUS_CODE: Tag<u16> = Tag::new("http.status_code");
/// The URL of the request.
pub const HTTP_URL: Tag<Text> = Tag::new("http.url");
/// The address to which messages are sent, or from which they come.
pub const MESSAGE_BUS_DESTINATION: Tag<Text> = Tag::new("message_bus.destination");
/// The address of the other side, in the words of the network: `ip:port`, a host name, a JDBC string.
pub const PEER_ADDRESS: Tag<Text> = Tag::new("peer.address");
/// The host name of the other side.
pub const PEER_HOSTNAME: Tag<Text> = Tag::new("peer.hostname");
/// The address of the other side; written with dots.
pub const PEER_IPV4: Tag<Ipv4Addr> = Tag::new("peer.ipv4");
/// The address of the other side; written with colons.
pub const PEER_IPV6: Tag<Ipv6Addr> = Tag::new("peer.ipv6");
/// The port of the other side.
pub const PEER_PORT: Tag<u16> = Tag::new("peer.port");
/// The name of the other side's service.
pub const PEER_SERVICE: Tag<Text> = Tag::new("peer.service");
/// Above 0 makes it a debug trace, which is reported whatever the sampler says, and 0 one that is not reported: for the span, for
/// those that start below it from now on, and for the services that they call. The SDK reports the span itself as its sampler has
/// said, and cannot turn on one that is not recorded; there 0 does not reach the calls of a client layer.
pub const SAMPLING_PRIORITY: Tag<u16> = Tag::new("sampling.priority");
/// Which end of which kind of call: to be set when the span starts.
pub const SPAN_KIND: Tag<SpanKind> = Tag::new("span.kind");

#[cfg(test)]
mod tests;
