//! Serves HTTP within bounds: so many connections, so long for a request.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};

use super::{door::stopped, guard::guarded, silence::Silence};
use crate::store::Store;

/// Of each listener; more wait until one ends.
const MAX_CONNECTIONS: usize = 512;

/// For the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Of one HTTP/2 connection.
const MAX_STREAMS: u32 = 64;

/// After an error of the system, such as too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until the sender of `stop` is gone, then until the open requests are answered.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    store: Arc<Store>,
    stop: watch::Receiver<()>,
) {
    let router = guarded(router, listener.local_addr().ok(), store);
    let service = TowerToHyperService::new(router);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS);
    let (graceful, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(MAX_CONNECTIONS)));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            Some(_) = connections.join_next() => continue,
            () = stopped(stop.clone()) => break,
        };
        let Some((stream, place)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let connection =
            builder.serve_connection(TokioIo::new(Silence::new(stream)), service.clone()).into_owned();
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            // What is wrong with a connection is its client's affair.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let (stream, _) = listener.accept().await.ok()?;
    // An answer is one or two writes, and nobody is to wait for the second.
    let _ = stream.set_nodelay(true);
    Some((stream, place))
}
