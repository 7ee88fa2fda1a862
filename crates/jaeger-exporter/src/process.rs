//! The process: the service and what is known of the machine it runs on.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, UdpSocket},
};

use jaeger_thrift::{Process, Tag, TagRef, TagValue};
use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_sdk::{
    Resource,
    trace::{IdGenerator, RandomIdGenerator},
};

use crate::convert::with_tag;

/// The name of a service that has none; OpenTelemetry's default for `service.name`.
const UNKNOWN_SERVICE: &str = "unknown_service";

/// An address of TEST-NET-1 (RFC 5737), to which no program sends.
const TEST_NET: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// The process that a resource's attributes describe: `service.name`, the others as tags, and Jaeger's own tags `hostname`, `ip`,
/// `jaeger.version` and `client-uuid`.
///
/// A tag that the resource has itself is not added: `ip` and `hostname` can be set by the program.
///
/// ```
/// use opentelemetry::{Key, Value};
///
/// let name = (Key::new("service.name"), Value::from("frontend"));
/// let process = jaeger_exporter::process_of([(&name.0, &name.1)]);
/// assert_eq!(process.service_name, "frontend");
/// assert!(process.tags.iter().any(|tag| tag.key == "client-uuid"));
/// ```
pub fn process_of<'a>(attributes: impl IntoIterator<Item = (&'a Key, &'a Value)>) -> Process {
    let mut service_name = UNKNOWN_SERVICE.to_owned();
    let mut tags = Vec::new();
    for (key, value) in attributes {
        match (key.as_str(), value) {
            ("service.name", value) => service_name = value.to_string(),
            (key, value) => tags.push(Tag { key: key.to_owned(), value: tag_value(value) }),
        }
    }
    // A resource iterates in random order; the same process should look the same after each start.
    tags.sort_by(|a, b| a.key.cmp(&b.key));
    for (key, value) in own_tags() {
        if let Some(value) = value.filter(|_| tags.iter().all(|tag| tag.key != key)) {
            tags.push(Tag { key: key.to_owned(), value: TagValue::String(value) });
        }
    }
    Process { service_name, tags }
}

/// The resource with Jaeger's own tags, as [`process_of`] adds them: for exporters of another protocol, so that a service looks the same
/// whatever way its spans take.
///
/// ```
/// use opentelemetry::Key;
/// use opentelemetry_sdk::Resource;
///
/// let resource = Resource::builder_empty().with_service_name("frontend").build();
/// let resource = jaeger_exporter::with_process_tags(&resource);
/// assert!(resource.get(&Key::new("client-uuid")).is_some());
/// ```
pub fn with_process_tags(resource: &Resource) -> Resource {
    let is_absent = |key: &str| resource.get(&Key::new(key.to_owned())).is_none();
    let added = own_tags().into_iter().filter(|(key, _)| is_absent(key));
    let added = added.filter_map(|(key, value)| Some(KeyValue::new(key, value?)));
    let own = resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    Resource::builder_empty().with_attributes(own.chain(added)).build()
}

fn own_tags() -> [(&'static str, Option<String>); 4] {
    [
        ("jaeger.version", Some(concat!("Rust-", env!("CARGO_PKG_VERSION")).to_owned())),
        ("hostname", hostname()),
        ("ip", outbound_ip().map(|ip| ip.to_string())),
        // By this tag an agent tells clients apart when it adds up the losses they report.
        ("client-uuid", Some(RandomIdGenerator::default().new_span_id().to_string())),
    ]
}

fn tag_value(value: &Value) -> TagValue {
    let mut owned = TagValue::Bool(false);
    with_tag(value, |tag| {
        owned = match tag {
            TagRef::String(text) => TagValue::String(text.to_owned()),
            TagRef::Double(number) => TagValue::Double(number),
            TagRef::Bool(truth) => TagValue::Bool(truth),
            TagRef::Long(number) => TagValue::Long(number),
            TagRef::Binary(bytes) => TagValue::Binary(bytes.to_vec()),
        };
    });
    owned
}

/// The standard library does not know the host's name; on systems without these files the tag is omitted.
fn hostname() -> Option<String> {
    ["/proc/sys/kernel/hostname", "/etc/hostname"].into_iter().find_map(|path| {
        let name = fs::read_to_string(path).ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    })
}

/// The IPv4 address of the interface that leads outside.
///
/// Connecting a UDP socket sends nothing: it only asks the system for a route.
fn outbound_ip() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(TEST_NET).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(ip) if !ip.is_unspecified() => Some(ip),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag<'a>(process: &'a Process, key: &str) -> Option<&'a TagValue> {
        process.tags.iter().find(|tag| tag.key == key).map(|tag| &tag.value)
    }

    #[test]
    fn the_process_is_the_resource_and_jaegers_own_tags() {
        let resource = Resource::builder_empty()
            .with_service_name("frontend")
            .with_attribute(opentelemetry::KeyValue::new("replica", 7))
            .build();
        let process = process_of(&resource);
        assert_eq!(process.service_name, "frontend");
        assert_eq!(tag(&process, "replica"), Some(&TagValue::Long(7)));
        assert_eq!(tag(&process, "service.name"), None);
        let version = format!("Rust-{}", env!("CARGO_PKG_VERSION"));
        assert_eq!(tag(&process, "jaeger.version"), Some(&TagValue::String(version)));
        let Some(TagValue::String(uuid)) = tag(&process, "client-uuid") else { panic!("no client-uuid") };
        assert!(uuid.len() == 16 && uuid.bytes().all(|b| b.is_ascii_hexdigit()), "{uuid}");
    }

    #[test]
    fn what_the_program_says_of_its_machine_wins() {
        let own = [("hostname", "web-1"), ("ip", "10.0.0.7")];
        let resource = Resource::builder_empty()
            .with_attributes(own.map(|(key, value)| opentelemetry::KeyValue::new(key, value)))
            .build();
        let process = process_of(&resource);
        for (key, value) in own {
            assert_eq!(process.tags.iter().filter(|tag| tag.key == key).count(), 1);
            assert_eq!(tag(&process, key), Some(&TagValue::String(value.to_owned())));
        }
    }

    #[test]
    fn a_resource_gets_the_same_tags_and_keeps_its_own() {
        let own = [KeyValue::new("ip", "192.0.2.1"), KeyValue::new("replica", 7)];
        let resource = Resource::builder_empty().with_service_name("shop").with_attributes(own).build();
        let (process, sent) = (process_of(&resource), with_process_tags(&resource));
        assert_eq!(sent.len(), process.tags.len() + 1, "the service's name is no tag");
        assert!(process.tags.iter().all(|tag| sent.get(&Key::new(tag.key.clone())).is_some()), "{sent:?}");
        assert_eq!(sent.get(&Key::new("ip")), Some(Value::from("192.0.2.1")));
        assert_eq!(sent.get(&Key::new("replica")), Some(Value::I64(7)));
    }

    #[test]
    fn without_a_resource_the_service_is_unknown() {
        assert_eq!(process_of([]).service_name, "unknown_service");
    }
}
