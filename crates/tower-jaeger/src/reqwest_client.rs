//! reqwest's client under the client layer, for each of its versions; beside `cause.rs` the only file that knows them.

/// The adapter for one version of reqwest.
macro_rules! adapter {
    ($(#[$doc:meta])* $module:ident, $reqwest:ident) => {
        $(#[$doc])*
        pub mod $module {
            use std::{
                future::{Future, ready},
                pin::Pin,
                task::{Context, Poll},
            };

            use opentelemetry::trace::Tracer;
            use tower_layer::Layer;
            use tower_service::Service;
            use $reqwest::{Body, RequestBuilder, ResponseBuilderExt};

            use crate::{Client, ClientLayer, GlobalTracer};

            /// A reqwest client as a service of the `http` crate's types, to put under a
            /// [`ClientLayer`] and other layers.
            #[derive(Clone, Debug)]
            pub struct ReqwestService {
                client: $reqwest::Client,
            }

            /// A reqwest client whose calls are spans, used as reqwest is: requests are built by its builder, and
            /// [`send`](Self::send) sends them.
            #[derive(Debug)]
            pub struct TracedClient<T = GlobalTracer> {
                service: Client<ReqwestService, T>,
            }

            // === impl ReqwestService ===

            impl From<$reqwest::Client> for ReqwestService {
                fn from(client: $reqwest::Client) -> Self {
                    Self { client }
                }
            }

            impl Service<http::Request<Body>> for ReqwestService {
                type Response = http::Response<Body>;
                type Error = $reqwest::Error;
                type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

                fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
                    // A client of reqwest queues nothing and is always ready.
                    Poll::Ready(Ok(()))
                }

                fn call(&mut self, request: http::Request<Body>) -> Self::Future {
                    match $reqwest::Request::try_from(request) {
                        Ok(request) => {
                            let response = self.client.execute(request);
                            Box::pin(async { response.await.map(with_url) })
                        }
                        Err(error) => Box::pin(ready(Err(error))),
                    }
                }
            }

            /// The response in `http`'s type, which has no URL but as an extension of reqwest's.
            fn with_url(response: $reqwest::Response) -> http::Response<Body> {
                let url = http::Response::builder().url(response.url().clone()).body(());
                let mut response = http::Response::from(response);
                if let Ok(url) = url {
                    response.extensions_mut().extend(url.into_parts().0.extensions);
                }
                response
            }

            // === impl TracedClient ===

            impl<T> TracedClient<T> {
                /// The client under the layer.
                pub fn new(client: $reqwest::Client, layer: &ClientLayer<T>) -> Self {
                    Self { service: layer.layer(ReqwestService::from(client)) }
                }
            }

            impl<T> TracedClient<T>
            where
                T: Tracer + 'static,
                T::Span: Send + Sync + 'static,
            {
                /// Sends a request, as its own `send` does. The span is ChildOf the current one, and ends with the body of
                /// the response.
                ///
                /// # Errors
                ///
                /// Those of reqwest.
                pub async fn send(&self, request: RequestBuilder) -> Result<$reqwest::Response, $reqwest::Error> {
                    let request = http::Request::try_from(request.build()?)?;
                    let mut service = self.service.clone();
                    let call = service.call(request);
                    let response = call.await?;
                    Ok(response.map(Body::wrap).into())
                }
            }

            impl<T> Clone for TracedClient<T> {
                fn clone(&self) -> Self {
                    Self { service: self.service.clone() }
                }
            }
        }
    };
}

#[cfg(feature = "reqwest")]
adapter! {
    /// reqwest's client under the [`ClientLayer`](crate::ClientLayer): feature `reqwest`, for its current version.
    ///
    /// ```no_run
    /// use tower_jaeger::{ClientLayer, reqwest::TracedClient};
    ///
    /// # async fn run() -> Result<(), ::reqwest::Error> {
    /// let client = ::reqwest::Client::new();
    /// let traced = TracedClient::new(client.clone(), &ClientLayer::new());
    /// let response = traced.send(client.get("http://localhost:8080/dispatch?customer=731")).await?;
    /// # drop(response);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// reqwest follows redirects itself, within one span. For a span each, switch that off in its builder
    /// (`redirect::Policy::none()`) and put a layer that follows them, such as tower-http's, around the client layer and a
    /// `ReqwestService`.
    reqwest, reqwest
}

#[cfg(feature = "reqwest-0_12")]
adapter! {
    /// The same as for reqwest's current version, for its version 0.12: feature `reqwest-0_12`.
    reqwest_0_12, reqwest_0_12
}
