//! The running backend: its listeners, tasks and errors.

mod addresses;
mod builder;
mod door;
mod guard;
mod listener;
mod logger;
mod running;
mod serve;
mod silence;
mod start_error;
mod wait_error;

pub use builder::BackendBuilder;
pub use listener::Listener;
pub(crate) use logger::Logger;
pub use running::Backend;
pub use start_error::StartError;
pub use wait_error::WaitError;
