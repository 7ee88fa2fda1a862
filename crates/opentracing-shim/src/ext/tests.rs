use super::*;
use crate::{Value, mock::MockTracer};

/// The table of OpenTracing's semantic conventions, as a whole.
#[test]
fn all_18_tags_have_their_names_and_types() {
    let mock = MockTracer::new();
    let span = mock.tracer().start_span("all");
    COMPONENT.set(&span, "tower");
    DB_INSTANCE.set(&span, "customers");
    DB_STATEMENT.set(&span, String::from("SELECT 1"));
    DB_TYPE.set(&span, "sql");
    DB_USER.set(&span, "readonly");
    ERROR.set(&span, true);
    HTTP_METHOD.set(&span, "GET");
    HTTP_STATUS_CODE.set(&span, 200_u16);
    HTTP_URL.set(&span, "http://localhost/");
    MESSAGE_BUS_DESTINATION.set(&span, "orders");
    PEER_ADDRESS.set(&span, "127.0.0.1:80");
    PEER_HOSTNAME.set(&span, "localhost");
    PEER_IPV4.set(&span, Ipv4Addr::LOCALHOST);
    PEER_IPV6.set(&span, Ipv6Addr::LOCALHOST);
    PEER_PORT.set(&span, 80_u16);
    PEER_SERVICE.set(&span, "customer");
    SAMPLING_PRIORITY.set(&span, 1_u16);
    SPAN_KIND.set(&span, SpanKind::Client);
    span.finish();
    let finished = mock.finished_spans();
    let tags: Vec<_> = finished[0].tags.iter().map(|tag| (tag.key.as_ref(), tag.value.clone())).collect();
    let text = |text: &'static str| Value::from(text);
    assert_eq!(
        tags,
        [
            ("component", text("tower")),
            ("db.instance", text("customers")),
            ("db.statement", text("SELECT 1")),
            ("db.type", text("sql")),
            ("db.user", text("readonly")),
            ("error", Value::Bool(true)),
            ("http.method", text("GET")),
            ("http.status_code", Value::Long(200)),
            ("http.url", text("http://localhost/")),
            ("message_bus.destination", text("orders")),
            ("peer.address", text("127.0.0.1:80")),
            ("peer.hostname", text("localhost")),
            ("peer.ipv4", text("127.0.0.1")),
            ("peer.ipv6", text("::1")),
            ("peer.port", Value::Long(80)),
            ("peer.service", text("customer")),
            ("sampling.priority", Value::Long(1)),
            ("span.kind", text("client")),
        ]
    );
}

#[test]
fn all_5_log_fields_have_their_names() {
    use log::{ERROR_KIND, ERROR_OBJECT, EVENT, MESSAGE, STACK};
    assert_eq!(
        [EVENT, MESSAGE, ERROR_KIND, ERROR_OBJECT, STACK],
        ["event", "message", "error.kind", "error.object", "stack"]
    );
}
