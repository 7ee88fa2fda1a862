//! `cargo run -p hello-tonic`: a gRPC service and a call to it; `cargo run -p jaeger-backend` shows the trace.
//!
//! Two spans: `hello.Greeter/SayHello` of the client and of the server, ChildOf each other across the connection.

use std::error::Error;

use hello::{
    HelloReply, HelloRequest,
    greeter_client::GreeterClient,
    greeter_server::{Greeter, GreeterServer},
};
use tonic::{
    Request, Response, Status, transport::Channel, transport::Server, transport::server::TcpIncoming,
};
use tower::ServiceBuilder;
use tower_jaeger::{ClientLayer, ServerLayer};

#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated from proto/hello.proto")]
#[path = "generated/hello.rs"]
mod hello;

struct Hello;

#[tonic::async_trait]
impl Greeter for Hello {
    async fn say_hello(&self, request: Request<HelloRequest>) -> Result<Response<HelloReply>, Status> {
        Ok(Response::new(HelloReply { message: format!("Hello, {}!", request.into_inner().name) }))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let closer = jaeger_client::Config::new("hello-tonic").install()?;

    let incoming = TcpIncoming::bind("127.0.0.1:0".parse()?)?;
    let address = incoming.local_addr()?;
    let server = Server::builder().layer(ServerLayer::new()).add_service(GreeterServer::new(Hello));
    tokio::spawn(server.serve_with_incoming(incoming));

    let channel = Channel::from_shared(format!("http://{address}"))?.connect().await?;
    let channel = ServiceBuilder::new().layer(ClientLayer::new()).service(channel);
    let reply = GreeterClient::new(channel).say_hello(HelloRequest { name: "Bryan".into() }).await?;
    println!("{}", reply.into_inner().message);

    println!("{}", closer.close(std::time::Duration::from_secs(5)));
    Ok(())
}
