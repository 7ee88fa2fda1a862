//! The client's layer: every call becomes a span, ChildOf the current one.

mod layer;
mod service;

pub use layer::ClientLayer;
pub use service::Client;
