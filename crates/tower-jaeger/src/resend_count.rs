//! Retries, told apart.

/// How often a call has been sent before: put into the extensions of a request by whoever sends it again, such as a retry policy
/// above the client layer, or a client that follows a redirect. It becomes the tag `http.request.resend_count` of that attempt's span.
///
/// ```
/// use tower_jaeger::ResendCount;
///
/// # let mut second_attempt = http::Request::new(());
/// second_attempt.extensions_mut().insert(ResendCount(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResendCount(pub u32);
