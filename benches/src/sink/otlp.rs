//! A receiver of OTLP over gRPC, which counts spans.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use tokio::runtime::{Builder, Runtime};
use tonic::{Request, Response, Status, transport::Server, transport::server::TcpIncoming};

/// It ends, with its connections, when it is dropped.
#[derive(Debug)]
pub(crate) struct OtlpGrpc {
    address: SocketAddr,
    kept: Kept,
    _runtime: Runtime,
}

#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

/// Room for a whole request: with less, the sender waits in its midst.
const WINDOW_BYTES: u32 = 4 * 1024 * 1024;

// === impl OtlpGrpc ===

impl OtlpGrpc {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let (address, kept) = (listener.local_addr()?, Kept::default());
        let guard = runtime.enter();
        let incoming = TcpIncoming::from(tokio::net::TcpListener::from_std(listener)?);
        drop(guard);
        let service = TraceServiceServer::new(kept.clone());
        let server = Server::builder().initial_stream_window_size(WINDOW_BYTES);
        let mut server = server.initial_connection_window_size(WINDOW_BYTES);
        runtime.spawn(server.add_service(service).serve_with_incoming(incoming));
        Ok(Self { address, kept, _runtime: runtime })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes the requests received so far.
    pub(crate) fn take(&self) -> Vec<ExportTraceServiceRequest> {
        std::mem::take(&mut *self.kept.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

// === impl Kept ===

#[tonic::async_trait]
impl TraceService for Kept {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}
