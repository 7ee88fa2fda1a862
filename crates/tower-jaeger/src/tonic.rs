//! tonic's connections and errors; the only file that knows the `tonic` crate.

use std::{any::Any, error::Error, net::SocketAddr};

use http::Extensions;
use tonic::transport::server::TcpConnectInfo;

pub(crate) fn peer(extensions: &Extensions) -> Option<SocketAddr> {
    extensions.get::<TcpConnectInfo>().and_then(TcpConnectInfo::remote_addr)
}

/// The error of a `Channel`.
pub(crate) fn error(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    error.downcast_ref::<tonic::transport::Error>().map(|error| error as &(dyn Error + 'static))
}
