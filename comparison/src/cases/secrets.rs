//! What must not be in a span.

use super::request;
use crate::{
    exported::{contains, each},
    traced::Traced,
};

pub async fn exported(traced: &Traced) -> String {
    let headers = [("authorization", "Bearer secret-authorization"), ("cookie", "id=secret-cookie")];
    traced.send(request("/users/731?token=secret-query", &headers)).await;
    each(&traced.server_spans(), |span| {
        let leaked = ["query", "authorization", "cookie"];
        let leaked: Vec<_> =
            leaked.into_iter().filter(|place| contains(span, &format!("secret-{place}"))).collect();
        if leaked.is_empty() { "none".into() } else { leaked.join(", ") }
    })
}
