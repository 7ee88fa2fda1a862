//! The trace of the specification is stored with all its references, and both diagrams are drawn from it.
#![allow(clippy::panic, reason = "tests")]

mod support;

use integration_tests::shown::ShownTrace;
use support::{Difference, Jaeger, described};

const DIAGRAMS: &str = "
         [Span A]
             |
    +--------+--------+
    |                 |
[Span B]          [Span C]
    |                 |
[Span D]        +-----+-----+
                |           |
            [Span E]    [Span F] >>> [Span G] >>> [Span H]

––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––> time

[Span A····················································]
  [Span B···············································]
     [Span D··········································]
   [Span C········································]
        [Span E·······]        [Span F··] [Span G··] [Span H··]

8 spans  ";

const TRACE: &str = "\
a-to-h: A
  a-to-h: B
    CHILD_OF A
    a-to-h: D
      CHILD_OF B
  a-to-h: C
    CHILD_OF A
    a-to-h: E
      CHILD_OF C
      log, event = soft error (string), type = cache timeout (string), waited.millis = 1500 (int64)
    a-to-h: F
      CHILD_OF C
      a-to-h: G
        FOLLOWS_FROM F
        a-to-h: H
          FOLLOWS_FROM G
";

const OF_ALL_SPANS: [Difference; 5] = [
    Difference { tag: "otel.scope.name", value: "opentracing-shim", is_there: |_| true },
    Difference { tag: "otel.scope.version", value: env!("CARGO_PKG_VERSION"), is_there: |_| true },
    Difference { tag: "sampler.type", value: "const", is_there: |span| span.operation == "A" },
    Difference { tag: "sampler.param", value: "true", is_there: |span| span.operation == "A" },
    Difference { tag: "internal.span.format", value: "jaeger", is_there: |_| true },
];

#[track_caller]
fn check(jaeger: &Jaeger) {
    let (out, _) = jaeger.printed(&["a-to-h"]);
    assert!(out.starts_with(DIAGRAMS), "{out}");
    let traces: Vec<ShownTrace> = jaeger.shown(&out);
    let [trace] = traces.as_slice() else { panic!("{} traces", traces.len()) };
    assert_eq!(described(trace, &OF_ALL_SPANS), TRACE);
}

#[test]
fn both_diagrams_are_drawn_from_the_stored_trace() {
    check(&Jaeger::in_memory());
}

#[test]
fn the_real_jaeger_stores_the_same() {
    Jaeger::real().iter().for_each(check);
}
