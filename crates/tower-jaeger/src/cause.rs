//! What an error says, where its type is known.
//!
//! A layer must not ask more of a service's error than that it lives long enough: stacks of `BoxError`, `Infallible` and types of one's
//! own all have to compile. So the types that clients and stacks have in practice are looked for, and of any other only its kind is
//! told, by the outcome.

use std::{any::Any, error::Error, fmt::Write, io};

/// An error is a log, and not a book.
const MAX_BYTES: usize = 1024;

/// Deep enough for every stack, and an end for causes that go in a circle.
const MAX_CAUSES: usize = 16;

/// The error and its causes, `client error (Connect): tcp connect error: Connection refused (os error 111)`, without what may be
/// secret in a URL.
pub(crate) fn of(error: &dyn Any) -> Option<String> {
    let mut text = String::new();
    let mut next = Some(known(error)?);
    for _ in 0..MAX_CAUSES {
        let Some(cause) = next else { break };
        let mut cause_text = String::new();
        // One that cannot be written is one that says nothing.
        let _ = write!(cause_text, "{cause}");
        // A cause that the error says itself already is not said again.
        if !cause_text.is_empty() && !text.ends_with(&cause_text) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&cause_text);
        }
        if text.len() > MAX_BYTES {
            let end = (0..=MAX_BYTES).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or_default());
            break;
        }
        next = cause.source();
    }
    (!text.is_empty()).then(|| without_secrets(&text))
}

fn known(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return Some(&**boxed);
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
    let known = known.or_else(|| error.downcast_ref::<reqwest::Error>().map(|error| error as _));
    #[cfg(feature = "reqwest-0_12")]
    let known = known.or_else(|| error.downcast_ref::<reqwest_0_12::Error>().map(|error| error as _));
    known
}

/// The text with userinfo and query of every URL in it redacted: clients like to say which one they were asked for.
fn without_secrets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, url)) = rest.split_once("://") {
        out.extend([before, "://"]);
        let is_end = |char: char| char.is_whitespace() || "\"'<>(){},;".contains(char);
        let (url, behind) = url.split_at(url.find(is_end).unwrap_or(url.len()));
        let (place, query) = url.split_once('?').map_or((url, None), |(place, query)| (place, Some(query)));
        let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
        let host = authority.rsplit_once('@').map(|(_, host)| host);
        out.extend(host.map_or([authority, ""], |host| ["REDACTED@", host]));
        out.push_str(path);
        out.push_str(query.map_or("", |_| "?REDACTED"));
        rest = behind;
    }
    out.push_str(rest);
    out
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

    #[test]
    fn what_may_be_secret_in_a_url_is_not_said() {
        let said = |text: &str| of(&io::Error::other(text.to_owned())).unwrap();
        assert_eq!(
            said("error sending request for url (http://u:p@[::1]:1/a?token=SECRET): refused"),
            "error sending request for url (http://REDACTED@[::1]:1/a?REDACTED): refused"
        );
        assert_eq!(said("GET https://a?x=1 and http://b/c"), "GET https://a?REDACTED and http://b/c");
        assert_eq!(said("no :// at all?"), "no :// at all?");
    }

    #[test]
    fn an_error_that_is_badly_made_does_no_harm() {
        #[derive(Debug)]
        struct Bad;

        impl std::fmt::Display for Bad {
            fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                Err(std::fmt::Error)
            }
        }

        impl Error for Bad {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&Bad)
            }
        }

        let bad: Box<dyn Error + Send + Sync> = Box::new(Bad);
        assert_eq!(of(&bad), None);
        let long = io::Error::other("é".repeat(10_000));
        assert!(of(&long).unwrap().len() <= MAX_BYTES);
    }
}
