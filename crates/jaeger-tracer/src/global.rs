//! The program's own tracer, as itself: OpenTelemetry's global one is behind a `dyn`, and tells nobody what it is.

use std::sync::{PoisonError, RwLock};

use opentelemetry::{InstrumentationScope, global, trace::TracerProvider};

use crate::{JaegerTracer, JaegerTracerProvider};

static GLOBAL: RwLock<Option<JaegerTracerProvider>> = RwLock::new(None);

/// Makes this provider the one of the whole program: OpenTelemetry's global one, and that of [`global_tracer`].
pub fn set_global(provider: JaegerTracerProvider) {
    *GLOBAL.write().unwrap_or_else(PoisonError::into_inner) = Some(provider.clone());
    global::set_tracer_provider(provider);
}

/// A tracer of the provider that [`set_global`] was given last; `None` if there was none.
pub fn global_tracer(scope: InstrumentationScope) -> Option<JaegerTracer> {
    let provider = GLOBAL.read().unwrap_or_else(PoisonError::into_inner);
    Some(provider.as_ref()?.tracer_with_scope(scope))
}
