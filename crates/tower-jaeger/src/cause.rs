//! What an error says, where its type is known.
//!
//! A layer must not ask more of a service's error than that it lives long enough: stacks of `BoxError`, `Infallible` and types of one's
//! own all have to compile. So the types that clients and stacks have in practice are looked for, and of any other only its kind is
//! told, by the outcome.

use std::{any::Any, error::Error, io};

/// The error and its causes, `client error (Connect): tcp connect error: Connection refused (os error 111)`.
pub(crate) fn of(error: &dyn Any) -> Option<String> {
    let known = known(error)?;
    let mut text = known.to_string();
    let mut next = known.source();
    // A cause that the error says itself already is not said again.
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    Some(text)
}

fn known(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return without_url(&**boxed);
    }
    let known = error.downcast_ref::<io::Error>().map(|error| error as &(dyn Error + 'static));
    #[cfg(feature = "axum")]
    let known = known.or_else(|| crate::axum::error(error));
    #[cfg(feature = "hyper-util")]
    let known =
        known.or_else(|| error.downcast_ref::<hyper_util::client::legacy::Error>().map(|error| error as _));
    #[cfg(feature = "tonic")]
    let known = known.or_else(|| crate::tonic::error(error));
    #[cfg(feature = "reqwest")]
    let known = known.or_else(|| error.downcast_ref::<reqwest::Error>().and_then(|error| without_url(error)));
    #[cfg(feature = "reqwest-0_12")]
    let known =
        known.or_else(|| error.downcast_ref::<reqwest_0_12::Error>().and_then(|error| without_url(error)));
    known
}

/// reqwest's own words have the URL in them, with its query; its causes have not.
fn without_url<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    #[cfg(feature = "reqwest")]
    if error.is::<reqwest::Error>() {
        return error.source();
    }
    #[cfg(feature = "reqwest-0_12")]
    if error.is::<reqwest_0_12::Error>() {
        return error.source();
    }
    Some(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_errors_are_said_with_their_causes() {
        let io = io::Error::new(io::ErrorKind::ConnectionRefused, "refused");
        let boxed: Box<dyn Error + Send + Sync> = Box::new(io::Error::other("no route to host"));
        assert_eq!(of(&io).as_deref(), Some("refused"));
        assert_eq!(of(&boxed).as_deref(), Some("no route to host"));
        assert_eq!(of(&"of one's own"), None);
    }
}
