//! The services of the kept spans and their operations, counted, so that a name goes with its last span.

use std::collections::HashMap;

use jaeger_thrift::TagValue;

use super::ReceivedSpan;

/// Names, and how many spans have them.
#[derive(Debug, Default)]
pub(super) struct Names {
    services: HashMap<String, Service>,
}

#[derive(Debug, Default)]
struct Service {
    spans: usize,
    /// By kind.
    operations: HashMap<String, [usize; KINDS.len()]>,
}

/// The kinds of spans that Jaeger tells apart; any other value of the tag is none.
const KINDS: [&str; 6] = ["unspecified", "client", "server", "producer", "consumer", "internal"];

// === impl Names ===

impl Names {
    pub(super) fn add(&mut self, span: &ReceivedSpan) {
        // No name is copied that is there already, which nearly all are.
        if !self.services.contains_key(span.service()) {
            self.services.insert(span.service().to_owned(), Service::default());
        }
        let Some(service) = self.services.get_mut(span.service()) else { return };
        service.spans += 1;
        if !service.operations.contains_key(span.operation()) {
            service.operations.insert(span.operation().to_owned(), [0; KINDS.len()]);
        }
        let kinds = service.operations.get_mut(span.operation());
        if let Some(count) = kinds.and_then(|kinds| kinds.get_mut(kind_of(span))) {
            *count += 1;
        }
    }

    pub(super) fn remove(&mut self, span: &ReceivedSpan) {
        let Some(service) = self.services.get_mut(span.service()) else { return };
        service.spans -= 1;
        if service.spans == 0 {
            self.services.remove(span.service());
            return;
        }
        let Some(kinds) = service.operations.get_mut(span.operation()) else { return };
        if let Some(count) = kinds.get_mut(kind_of(span)) {
            *count -= 1;
        }
        if kinds.iter().all(|count| *count == 0) {
            service.operations.remove(span.operation());
        }
    }

    /// Sorted.
    pub(super) fn services(&self) -> Vec<String> {
        let mut services: Vec<_> = self.services.keys().cloned().collect();
        services.sort_unstable();
        services
    }

    /// The operations of a service with their kinds, sorted.
    pub(super) fn operations(&self, service: &str) -> Vec<(String, &'static str)> {
        let operations = self.services.get(service).into_iter().flat_map(|service| &service.operations);
        let of_kinds = operations.flat_map(|(name, counts)| {
            let kinds = KINDS.iter().zip(counts).filter(|(_, count)| **count > 0);
            kinds.map(|(kind, _)| (name.clone(), *kind))
        });
        let mut operations: Vec<_> = of_kinds.collect();
        operations.sort_unstable();
        operations
    }
}

fn kind_of(span: &ReceivedSpan) -> usize {
    let Some(TagValue::String(kind)) = span.tag("span.kind") else { return 0 };
    KINDS.iter().position(|known| known == kind).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jaeger_thrift::{Process, Span, Tag};

    use super::*;
    use crate::store::{Rest, Source};

    fn span(service: &str, operation: &str, kind: Option<&str>) -> ReceivedSpan {
        let kind = kind.map(|kind| Tag { key: "span.kind".into(), value: TagValue::String(kind.into()) });
        ReceivedSpan {
            span: Span {
                operation_name: operation.into(),
                tags: kind.into_iter().collect(),
                ..Span::default()
            },
            process: Arc::new(Process { service_name: service.into(), tags: vec![] }),
            source: Source::Agent,
            rest: Rest::default(),
        }
    }

    #[test]
    fn a_name_goes_with_its_last_span() {
        let mut names = Names::default();
        let spans = [
            span("web", "get", Some("server")),
            span("web", "get", Some("server")),
            span("web", "get", Some("own")),
            span("db", "select", None),
        ];
        spans.iter().for_each(|span| names.add(span));
        assert_eq!(names.services(), ["db", "web"]);
        let of_web =
            |names: &Names| -> Vec<&str> { names.operations("web").iter().map(|(_, kind)| *kind).collect() };
        assert_eq!(of_web(&names), ["server", "unspecified"]);
        spans[1..].iter().for_each(|span| names.remove(span));
        assert_eq!((names.services(), of_web(&names)), (vec!["web".to_owned()], vec!["server"]));
        names.remove(&spans[0]);
        assert!(names.services().is_empty() && names.operations("web").is_empty());
    }
}
