//! Builds the exporter of `opentelemetry-jaeger`; the one place that calls the deprecated pipelines.

use std::time::Duration;

use old_opentelemetry::trace::TraceError;
use old_sdk::Resource;
use old_sdk::export::trace::SpanExporter;
use old_sdk::trace::Config;

use crate::endpoint::Endpoint;
use crate::http_client::BlockingClient;
use crate::no_runtime::NoRuntime;

#[expect(deprecated, reason = "sending through the deprecated crate is what this crate is for")]
pub(crate) fn build(
    endpoint: &Endpoint,
    resource: &Resource,
    timeout: Duration,
) -> Result<Box<dyn SpanExporter>, TraceError> {
    let config = Config::default().with_resource(resource.clone());

    let exporter = match endpoint {
        Endpoint::Collector(url) => opentelemetry_jaeger::new_collector_pipeline()
            .with_endpoint(url)
            .with_http_client(BlockingClient::new(timeout))
            .with_trace_config(config)
            .build_collector_exporter::<NoRuntime>()?,
        Endpoint::Agent(address) => opentelemetry_jaeger::new_agent_pipeline()
            .with_endpoint(address)
            .with_auto_split_batch(true)
            .with_trace_config(config)
            .build_sync_agent_exporter()?,
    };
    Ok(Box::new(exporter))
}
