//! The server's layer: every request becomes a span, ChildOf the caller's.

mod layer;
mod service;
mod settings;

pub use layer::ServerLayer;
pub use service::Server;

use settings::ServerSettings;
