use super::*;

fn link(context: SpanContext, ref_type: Option<&str>) -> Link {
    let attributes = ref_type.map(|name| KeyValue::new("opentracing.ref_type", name.to_owned()));
    Link::new(context, attributes.into_iter().collect(), 0)
}

#[track_caller]
fn references(parent: u64, links: Vec<Link>, expected: &[(RefType, u128, i64)]) {
    let span = converted_with(|span| {
        span.parent_span_id = SpanId::from(parent);
        span.links.links = links;
    });
    assert_eq!(span.parent_span_id, parent as i64);
    let expected: Vec<_> = expected
        .iter()
        .map(|&(ref_type, trace, span_id)| SpanRef {
            ref_type,
            trace_id_low: trace as i64,
            trace_id_high: (trace >> 64) as i64,
            span_id,
        })
        .collect();
    assert_eq!(span.references, expected);
}

#[test]
fn the_parent_and_the_links_are_references() {
    use RefType::{ChildOf, FollowsFrom};

    references(5, vec![], &[(ChildOf, TRACE, 5)]);
    references(0, vec![link(context(9, 8), None)], &[(FollowsFrom, 9, 8)]);
    references(
        5,
        vec![link(context(9, 8), Some("child_of")), link(context(9, 7), Some("follows_from"))],
        &[(ChildOf, TRACE, 5), (ChildOf, 9, 8), (FollowsFrom, 9, 7)],
    );
    // Linking to the parent does not double it, and may change its type.
    references(5, vec![link(context(TRACE, 5), None)], &[(ChildOf, TRACE, 5)]);
    references(5, vec![link(context(TRACE, 5), Some("follows_from"))], &[(FollowsFrom, TRACE, 5)]);
    // The same span id in another trace is another span, and an invalid link none.
    references(5, vec![link(context(9, 5), None)], &[(ChildOf, TRACE, 5), (FollowsFrom, 9, 5)]);
    references(0, vec![link(SpanContext::empty_context(), None)], &[]);
}
