//! The services' processes.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use futures_util::future::{join_all, select_all};

use super::{child::Launch, jaeger::Jaeger, supervised::Supervised};
use crate::{BoxError, args::Demo};

/// Those that run, in the order in which they were started: who is called before who calls.
#[derive(Debug, Default)]
pub(super) struct Services {
    running: Vec<Supervised>,
}

// === impl Services ===

impl Services {
    /// Starts all of them, and returns where the frontend listens.
    pub(super) async fn start(&mut self, demo: &Demo, jaeger: &Jaeger) -> Result<SocketAddr, BoxError> {
        let customer = self.add(demo, jaeger, "customer", vec![]).await?;
        let route = self.add(demo, jaeger, "route", vec![]).await?;
        let driver = self.add(demo, jaeger, "driver", vec![("--route", route.to_string())]).await?;
        let pricing = self.add(demo, jaeger, "pricing", vec![]).await?;
        let notify = self.add(demo, jaeger, "notify", vec![]).await?;
        let peers = vec![
            ("--customer", customer.to_string()),
            ("--driver", driver.to_string()),
            ("--route", route.to_string()),
            ("--pricing", pricing.to_string()),
            ("--notify", notify.to_string()),
            ("--query", jaeger.query().to_owned()),
        ];
        self.add(demo, jaeger, "frontend", peers).await
    }

    async fn add(
        &mut self,
        demo: &Demo,
        jaeger: &Jaeger,
        name: &'static str,
        options: Vec<(&str, String)>,
    ) -> Result<SocketAddr, BoxError> {
        let sink = jaeger.sink();
        let common = [
            ("--seed", demo.seed.to_string()),
            ("--exporter", sink.exporter.name().to_owned()),
            ("--to", sink.address.clone()),
        ];
        let option = |(name, value)| format!("{name}={value}");
        let mut arguments: Vec<_> = common.into_iter().chain(options).map(option).collect();
        let mut port = 0;
        if name == "frontend" {
            arguments.extend(demo.knobs.values().map(|(name, value)| format!("--{name}={value}")));
            port = demo.port;
        }
        let launch = Launch { name, arguments, is_verbose: demo.verbose };
        let service = Supervised::start(launch, port).await?;
        let address = service.address();
        self.running.push(service);
        Ok(address)
    }

    /// Starts again whatever dies.
    pub(super) async fn keep_up(&mut self, restart_after: Option<Duration>) -> Infallible {
        let all = self.running.iter_mut().map(|service| Box::pin(service.keep_up(restart_after)));
        select_all(all).await.0
    }

    /// Stops the frontend first, so that no request is open when the others stop.
    pub(super) async fn stop(mut self) {
        if let Some(frontend) = self.running.pop() {
            frontend.stop().await;
        }
        join_all(self.running.into_iter().map(Supervised::stop)).await;
    }
}
