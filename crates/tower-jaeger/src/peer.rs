//! Who is at the other end of the connection.

use std::net::SocketAddr;

use http::Extensions;

/// The address of a connection's other end, for servers that do not tell it themselves: put it into the extensions of each
/// request. Of axum (`into_make_service_with_connect_info::<SocketAddr>()`, feature `axum`) and of tonic (feature `tonic`) it is known
/// without that.
///
/// ```
/// use tower_jaeger::PeerAddress;
///
/// # let remote = std::net::SocketAddr::from(([192, 0, 2, 1], 4711));
/// # let mut request = http::Request::new(());
/// request.extensions_mut().insert(PeerAddress(remote));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeerAddress(pub SocketAddr);

pub(crate) fn of(extensions: &Extensions) -> Option<SocketAddr> {
    let told = extensions.get::<PeerAddress>().map(|peer| peer.0);
    #[cfg(feature = "axum")]
    let told = told.or_else(|| crate::axum::peer(extensions));
    #[cfg(feature = "tonic")]
    let told = told.or_else(|| crate::tonic::peer(extensions));
    told
}
