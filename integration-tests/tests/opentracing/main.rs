//! The OpenTracing API among the real clients that it was made for: what `opentracing-shim` injects they continue, and what they
//! inject it continues, in HTTP headers and in Binary carriers, on Jaeger's own tracer and on the SDK.
//!
//! `REQUIRE_PEERS=1 cargo test -p integration-tests --test opentracing` sets the peers up; without it, those that are not set up
//! are named and left out.
//!
//! Where a client and the shim do not agree, and why it stays so:
//!
//! | Client | What | Here |
//! |---|---|---|
//! | Go | Writes flags in hexadecimal and reads them in decimal: over HTTP it loses a trace with flags of 10 and more, such as a debug trace with the firehose flag, its own too | They are hexadecimal by Jaeger's documentation, and are sent as they are |
//! | Go | Refuses a Binary carrier with an item of over 4,096 bytes, or with over 180, as a whole, and writes such carriers | Such items are left out; the trace of such a carrier is read, and as many of its items |
//! | Java | Gives the length of a value in UTF-16 units, and cuts it there, in Binary carriers | What is left is read; an item that is cut within a character is left out, because it is no text |
//! | Go | All spans of a trace share its flags in a process, so that `sampling.priority` on one is at once true of all | What is said of a span is told of it and of those that start below it; what started earlier goes on as it began |
//! | Node, Python | Have no Binary format | |
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod binary;
mod clients;
mod engine;
mod http_headers;
#[path = "../interop/note.rs"]
mod note;
mod shim_hop;
