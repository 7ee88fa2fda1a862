//! The service, in the process of its own.

use std::error::Error;

use tokio::{net::TcpListener, runtime::Builder};

use super::entry::Entry;
use crate::{
    child::{tell, wait_for_the_end},
    cpu::pin_this_thread,
};

/// The word for which a child does this.
pub(crate) const ARGUMENT: &str = "serve";

/// Prints its address; and at the end how many spans it has exported.
pub(crate) fn run_in_child(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [entry, core, collector] = arguments else { return Err("expected ENTRY CORE COLLECTOR".into()) };
    let entry = Entry::of_word(entry).ok_or("expected an entry's word")?;
    // With all of its threads, the tracer's too: what tracing costs there is missing for requests.
    pin_this_thread(core.parse()?)?;
    let service = entry.service(collector)?;
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
    tell(listener.local_addr()?)?;
    runtime.spawn(async { axum::serve(listener, service.router).await });
    wait_for_the_end();
    drop(runtime);
    Ok(tell((service.end)())?)
}
