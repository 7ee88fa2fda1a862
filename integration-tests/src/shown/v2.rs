//! What v2.13.0, which makes OTLP of everything, shows otherwise than v1.62.0 of the same path.

use super::Difference;

/// Names of paths.
type Paths = &'static [&'static str];

/// The paths that there are, those of Thrift, those of them whose exporter is ours, and the one of the bridge.
pub const fn of_v2(all: Paths, thrift: Paths, ours: Paths, bridge: Paths) -> [Difference; 5] {
    [
        Difference::new(all, "no internal.span.format", "it notes no format", |span| {
            span.tags.remove("internal.span.format")
        }),
        Difference::new(thrift, "no flags", "OTLP has no place for them", |span| span.flags.take().is_some()),
        Difference::new(ours, "host.name, not hostname", "OpenTelemetry's name of it", |span| {
            span.process_tags.rename("hostname", "host.name")
        }),
        Difference::new(
            ours,
            "opencensus.exporterversion, not jaeger.version",
            "as OpenCensus had it",
            |span| {
                let tags = &mut span.process_tags;
                tags.rename("jaeger.version", "opencensus.exporterversion")
                    && tags.change("opencensus.exporterversion", |version| format!("Jaeger-{version}"))
            },
        ),
        Difference::new(
            bridge,
            "no service.name among the process tags",
            "it takes it for the service's name",
            |span| span.process_tags.remove("service.name"),
        ),
    ]
}
