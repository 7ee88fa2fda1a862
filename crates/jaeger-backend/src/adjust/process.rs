//! A process as it is shown: prepared once, whatever the number of its spans.

use std::{
    borrow::Cow,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use jaeger_thrift::{Process, Tag, TagValue};

/// The service and the tags of a process.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AdjustedProcess<'a> {
    pub(crate) service_name: &'a str,
    pub(crate) tags: Vec<Cow<'a, Tag>>,
    /// What tells one clock from another: the tag `ip`, as text; empty if there is none.
    pub(super) host: Arc<str>,
}

// === impl AdjustedProcess ===

impl<'a> AdjustedProcess<'a> {
    pub(super) fn new(process: &'a Process) -> Self {
        let tags = process.tags.iter().map(Cow::Borrowed).collect();
        Self { service_name: &process.service_name, tags, host: host(process).into() }
    }
}

fn host(process: &Process) -> String {
    let tag = process.tags.iter().find(|tag| tag.key == "ip");
    match tag.map(|tag| &tag.value) {
        Some(TagValue::String(ip)) => ip.clone(),
        Some(TagValue::Long(packed)) => Ipv4Addr::from_bits(*packed as u32).to_string(),
        Some(TagValue::Binary(bytes)) => match bytes.as_slice() {
            [a, b, c, d] => Ipv4Addr::new(*a, *b, *c, *d).to_string(),
            bytes => {
                let ip = <[u8; 16]>::try_from(bytes);
                let ip = ip.map(|bytes| IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical());
                ip.map(|ip| ip.to_string()).unwrap_or_default()
            }
        },
        _ => String::new(),
    }
}
