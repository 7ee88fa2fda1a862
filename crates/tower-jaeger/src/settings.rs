//! The settings that both layers have.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock},
};

use jaeger_propagation::Propagator;

use crate::{CapturedHeaders, Conventions, Filter, RequestHead, extras::Extras};

/// The same for servers and clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// The layer's own; else it is the program's, as that is at the first request.
    pub(crate) propagator: OnceLock<Propagator>,
    pub(crate) filter: Option<Filter>,
    pub(crate) operation_name: Option<OperationName>,
    pub(crate) conventions: Conventions,
    /// Of a server only, and here because the tags need it.
    pub(crate) trusts_proxies: bool,
    /// `None` where there is nothing of the kind, so that requests do not pay for it.
    pub(crate) extras: Option<Arc<Extras>>,
}

/// A program's own operation names.
#[derive(Clone)]
pub(crate) struct OperationName(pub(crate) Arc<Name>);

type Name = dyn Fn(&RequestHead<'_>) -> Option<Cow<'static, str>> + Send + Sync;

// === impl OperationName ===

impl fmt::Debug for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperationName")
    }
}

// === impl Settings ===

impl Settings {
    pub(crate) fn propagator(&self) -> &Propagator {
        self.propagator.get_or_init(Propagator::global)
    }

    pub(crate) fn is_traced(&self, request: &RequestHead<'_>) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.is_traced(request))
    }

    pub(crate) fn captured_headers(&self) -> Option<&CapturedHeaders> {
        self.extras.as_ref()?.captured_headers.as_ref()
    }

    pub(crate) fn extras_mut(&mut self) -> &mut Extras {
        Arc::make_mut(self.extras.get_or_insert_default())
    }
}

/// The setters, once for both layers: they have a method `settings`, which gives `&mut Settings`.
macro_rules! setters {
    () => {
        /// Which requests become spans; all by default. The trace and the baggage of the others go on to the next hop.
        #[must_use]
        pub fn with_filter(mut self, filter: $crate::Filter) -> Self {
            self.settings().filter = Some(filter);
            self
        }

        /// Names operations by a closure; where it says `None`, and by default, the name is `package.Service/Method` for
        /// gRPC, `HTTP GET /users/{id}` where axum knows the route, and `HTTP GET` elsewhere.
        ///
        /// Names have to be few: people choose them from a list. So a name never holds ids, and never the raw path.
        #[must_use]
        pub fn with_operation_name(
            mut self,
            name: impl Fn(&$crate::RequestHead<'_>) -> Option<std::borrow::Cow<'static, str>>
            + Send
            + Sync
            + 'static,
        ) -> Self {
            self.settings().operation_name = Some($crate::settings::OperationName(Arc::new(name)));
            self
        }

        /// How tags are named; as OpenTracing has it by default.
        #[must_use]
        pub fn with_conventions(mut self, conventions: $crate::Conventions) -> Self {
            self.settings().conventions = conventions;
            self
        }

        /// Which headers become tags; none by default.
        #[must_use]
        pub fn with_captured_headers(mut self, headers: $crate::CapturedHeaders) -> Self {
            self.settings().extras_mut().captured_headers = Some(headers);
            self
        }

        /// Called when a span has been started, with the request. Not for requests that the filter leaves out.
        ///
        /// ```
        /// use opentelemetry::KeyValue;
        ///
        /// let layer = tower_jaeger::ServerLayer::new().with_on_request(|request, span| {
        ///     if let Some(tenant) = request.headers.get("x-tenant").and_then(|tenant| tenant.to_str().ok()) {
        ///         span.set_attribute(KeyValue::new("tenant", tenant.to_owned()));
        ///     }
        /// });
        /// ```
        #[must_use]
        pub fn with_on_request(
            mut self,
            hook: impl Fn(&$crate::RequestHead<'_>, &opentelemetry::trace::SpanRef<'_>) + Send + Sync + 'static,
        ) -> Self {
            self.settings().extras_mut().on_request = Some(Arc::new(hook));
            self
        }

        /// Called when the head of the response is there; the body is still to come.
        #[must_use]
        pub fn with_on_response(
            mut self,
            hook: impl Fn(&$crate::ResponseHead<'_>, &opentelemetry::trace::SpanRef<'_>) + Send + Sync + 'static,
        ) -> Self {
            self.settings().extras_mut().on_response = Some(Arc::new(hook));
            self
        }

        /// Called once for each span, just before it ends, with the way in which the request ended.
        #[must_use]
        pub fn with_on_end(
            mut self,
            hook: impl Fn($crate::Outcome, &opentelemetry::trace::SpanRef<'_>) + Send + Sync + 'static,
        ) -> Self {
            self.settings().extras_mut().on_end = Some(Arc::new(hook));
            self
        }
    };
}

pub(crate) use setters;
