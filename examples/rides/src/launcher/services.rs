//! The services' processes.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use futures_util::future::{join_all, select_all};

use super::{child::Child, jaeger::Jaeger};
use crate::{BoxError, args::Demo, console};

/// Those that run, in the order in which they were started: who is called before who calls.
#[derive(Debug, Default)]
pub(super) struct Services {
    children: Vec<Child>,
}

// === impl Services ===

impl Services {
    /// Starts all of them, and returns where the frontend listens.
    pub(super) async fn start(&mut self, demo: &Demo, jaeger: &Jaeger) -> Result<SocketAddr, BoxError> {
        check_port(demo.port)?;
        let sink = jaeger.sink();
        let common = [
            ("--seed", demo.seed.to_string()),
            ("--exporter", sink.exporter.name().to_owned()),
            ("--to", sink.address.clone()),
        ];
        let with = |more: &[(&str, String)]| -> Vec<String> {
            common.iter().chain(more).map(|(name, value)| format!("{name}={value}")).collect()
        };
        let customer = self.add(demo, "customer", &with(&[])).await?;
        let route = self.add(demo, "route", &with(&[])).await?;
        let driver = self.add(demo, "driver", &with(&[("--route", route.to_string())])).await?;
        let pricing = self.add(demo, "pricing", &with(&[])).await?;
        let notify = self.add(demo, "notify", &with(&[])).await?;
        let mut frontend = with(&[
            ("--customer", customer.to_string()),
            ("--driver", driver.to_string()),
            ("--route", route.to_string()),
            ("--pricing", pricing.to_string()),
            ("--notify", notify.to_string()),
            ("--query", jaeger.query().to_owned()),
            ("--port", demo.port.to_string()),
        ]);
        frontend.extend(demo.knobs.values().map(|(name, value)| format!("--{name}={value}")));
        self.add(demo, "frontend", &frontend).await
    }

    async fn add(
        &mut self,
        demo: &Demo,
        name: &'static str,
        arguments: &[String],
    ) -> Result<SocketAddr, BoxError> {
        let child = Child::start(name, arguments).await?;
        let address = child.address();
        if demo.verbose {
            let id = child.id().map_or_else(|| "gone".to_owned(), |id| id.to_string());
            console::say(&format!("{name:<9} pid {id}, listening on {address}"));
        }
        self.children.push(child);
        Ok(address)
    }

    /// Completes when a service ends that was not told to.
    pub(super) async fn failure(&mut self) -> String {
        let ends = self.children.iter_mut().map(|child| Box::pin(child.ended()));
        select_all(ends).await.0
    }

    /// Stops the frontend first, so that no request is open when the others stop.
    pub(super) async fn stop(mut self) {
        if let Some(frontend) = self.children.pop() {
            frontend.stop().await;
        }
        join_all(self.children.into_iter().map(Child::stop)).await;
    }
}

/// Whether the frontend will get its port, the only one of the services that somebody else may have: better known
/// before anything is started.
fn check_port(port: u16) -> Result<(), String> {
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let advice = super::port_advice("--port");
    let taken = |error| format!("frontend cannot listen on {wanted}: {error}; {advice}");
    TcpListener::bind(wanted).map(drop).map_err(taken)
}
