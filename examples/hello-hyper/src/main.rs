//! `cargo run -p hello-hyper`: a plain hyper service and a call to it; `cargo run -p jaeger-backend` shows the trace.

use std::{convert::Infallible, error::Error, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, ServerLayer};

async fn hello(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let name = request.uri().path().trim_start_matches('/');
    Ok(Response::new(Full::from(format!("Hello, {name}!"))))
}

async fn serve(listener: TcpListener) -> Result<(), std::io::Error> {
    let service = ServiceBuilder::new().layer(ServerLayer::new()).service(service_fn(hello));
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let closer = jaeger_client::Config::new("hello-hyper").install()?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener));

    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let client = ServiceBuilder::new().layer(ClientLayer::new()).service(client);
    let request = Request::get(format!("http://{address}/Bryan")).body(Full::default())?;
    let response = client.oneshot(request).await?;
    println!("{}", String::from_utf8_lossy(&response.into_body().collect().await?.to_bytes()));

    println!("{}", closer.close(Duration::from_secs(5)));
    Ok(())
}
