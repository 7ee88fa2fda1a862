//! The program's own tracer, as itself: OpenTelemetry's global one is behind a `dyn`, and tells nobody what it is.

use std::sync::{PoisonError, RwLock};

use opentelemetry::{InstrumentationScope, global, trace::TracerProvider};

use crate::{JaegerTracer, JaegerTracerProvider};

static GLOBAL: RwLock<Option<JaegerTracerProvider>> = RwLock::new(None);

/// Makes this provider the one of the whole program: OpenTelemetry's global one, and that of [`global_tracer`].
pub fn set_global(provider: JaegerTracerProvider) {
    let before = GLOBAL.write().unwrap_or_else(PoisonError::into_inner).replace(provider.clone());
    drop(before);
    global::set_tracer_provider(provider);
}

/// Has no native provider as the program's any more, because another one takes its place: whoever sets OpenTelemetry's global
/// provider to another kind after [`set_global`] calls this as well.
pub fn clear_global() {
    let before = GLOBAL.write().unwrap_or_else(PoisonError::into_inner).take();
    // Not under the lock: it may be the last of its provider.
    drop(before);
}

/// A tracer of the provider that [`set_global`] was given last; `None` if there was none, or it has been shut down.
pub fn global_tracer(scope: InstrumentationScope) -> Option<JaegerTracer> {
    let provider = GLOBAL.read().unwrap_or_else(PoisonError::into_inner);
    provider
        .as_ref()
        .filter(|provider| provider.is_running())
        .map(|provider| provider.tracer_with_scope(scope))
}
