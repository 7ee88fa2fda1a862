//! Ours.

use tower_jaeger::ServerLayer;

use super::{TAGS, router};
use crate::{
    caller::Caller,
    operation::{Operation, Result},
    requests,
    tracers::{Native, QuickStart, Sdk},
};

pub(super) fn native(caller: Caller) -> Result<Operation> {
    let native = Native::start(caller.samples_roots)?;
    let app = router().layer(ServerLayer::with_tracer(native.tracer()));
    requests::routed(app, caller.jaeger).verified(native, caller.expected().with_tags(TAGS))
}

pub(super) fn quick_start(caller: Caller) -> Result<Operation> {
    let tracer = QuickStart::install(caller.samples_roots)?;
    let app = router().layer(ServerLayer::new());
    requests::routed(app, caller.jaeger).verified(tracer, caller.expected().with_tags(TAGS))
}

pub(super) fn sdk(caller: Caller) -> Result<Operation> {
    let sdk = Sdk::start(caller.samples_roots);
    let app = router().layer(ServerLayer::with_tracer(sdk.tracer()));
    requests::routed(app, caller.jaeger).verified(sdk, caller.expected().with_tags(TAGS))
}
