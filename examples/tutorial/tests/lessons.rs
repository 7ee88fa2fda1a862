//! The traces of the lessons have the services, operation names, parents, tags, logs and baggage of the original: in the Jaeger in memory
//! and in the real one.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use integration_tests::shown::ShownSpan;
use support::{Difference, Jaeger, described, links, text};

/// What the original's spans do not have.
const DIFFERENCES: [Difference; 3] = [
    // OpenTelemetry's rules for such shims ask for both.
    Difference { tag: "otel.scope.name", value: "opentracing-shim", is_there: |_| true },
    Difference { tag: "otel.scope.version", value: env!("CARGO_PKG_VERSION"), is_there: |_| true },
    // An error is OpenTelemetry's status, of which Jaeger's receivers make both tags.
    Difference { tag: "otel.status_code", value: "ERROR", is_there: is_error },
];

/// What they do have by Jaeger's client and by Jaeger, without the lesson.
const OF_JAEGER: [Difference; 3] = [
    Difference { tag: "sampler.type", value: "const", is_there: is_root },
    Difference { tag: "sampler.param", value: "true", is_there: is_root },
    Difference { tag: "internal.span.format", value: "jaeger", is_there: |_| true },
];

/// Spans of the layers, which are not those of the shim.
const OF_THE_LAYERS: [Difference; 6] = [
    Difference { tag: "otel.scope.name", value: "tower-jaeger", is_there: |span| !is_by_hand(span) },
    Difference { tag: "otel.scope.name", value: "opentracing-shim", is_there: is_by_hand },
    Difference { tag: "otel.scope.version", value: env!("CARGO_PKG_VERSION"), is_there: is_by_hand },
    Difference { tag: "sampler.type", value: "const", is_there: is_root },
    Difference { tag: "sampler.param", value: "true", is_there: is_root },
    Difference { tag: "internal.span.format", value: "jaeger", is_there: |_| true },
];

const LESSON_1: &str = "\
hello-world: say-hello
  tag hello-to = Bryan (string)
  log, event = string-format (string), value = Hello, Bryan! (string)
  log, event = println (string)
";

const LESSON_2: &str = "\
hello-world: say-hello
  tag hello-to = Bryan (string)
  hello-world: formatString
    CHILD_OF say-hello
    log, event = string-format (string), value = Hello, Bryan! (string)
  hello-world: printHello
    CHILD_OF say-hello
    log, event = println (string)
";

const LESSON_3: &str = "\
hello-world: say-hello
  tag hello-to = Bryan (string)
  hello-world: formatString
    CHILD_OF say-hello
    tag http.method = GET (string)
    tag http.url = http://localhost:8081/format?helloTo=Bryan (string)
    tag span.kind = client (string)
    log, event = string-format (string), value = Hello, Bryan! (string)
    formatter: format
      CHILD_OF formatString
      tag span.kind = server (string)
      log, event = string-format (string), value = Hello, Bryan! (string)
  hello-world: printHello
    CHILD_OF say-hello
    tag http.method = GET (string)
    tag http.url = http://localhost:8082/publish?helloStr=Hello%2C+Bryan%21 (string)
    tag span.kind = client (string)
    publisher: publish
      CHILD_OF printHello
      tag span.kind = server (string)
";

const LESSON_4: &str = "\
hello-world: say-hello
  tag hello-to = Bryan (string)
  log, event = baggage (string), key = greeting (string), value = Bonjour (string)
  hello-world: formatString
    CHILD_OF say-hello
    tag http.method = GET (string)
    tag http.url = http://localhost:8081/format?helloTo=Bryan (string)
    tag span.kind = client (string)
    log, event = string-format (string), value = Bonjour, Bryan! (string)
    formatter: format
      CHILD_OF formatString
      tag span.kind = server (string)
      log, event = string-format (string), value = Bonjour, Bryan! (string)
  hello-world: printHello
    CHILD_OF say-hello
    tag http.method = GET (string)
    tag http.url = http://localhost:8082/publish?helloStr=Bonjour%2C+Bryan%21 (string)
    tag span.kind = client (string)
    publisher: publisher
      CHILD_OF printHello
      tag span.kind = server (string)
";

const WITHOUT_FORMATTER: &str = "\
hello-world: say-hello
  tag hello-to = Bryan (string)
  hello-world: formatString
    CHILD_OF say-hello
    tag error = true (bool)
    tag http.method = GET (string)
    tag http.url = http://localhost:8081/format?helloTo=Bryan (string)
    tag span.kind = client (string)
    log, event = error (string), error.object = Connection refused (os error 111) (string)
";

/// By the layers, whose names have the route where axum knows it, and whose URLs keep no values of parameters.
const EXTRA_CREDIT: &str = "\
hello-world: say-hello
  tag hello-to = Bryan (string)
  log, event = baggage (string), key = greeting (string), value = Ciao (string)
  hello-world: HTTP GET
    CHILD_OF say-hello
    tag component = tower (string)
    tag http.method = GET (string)
    tag http.status_code = 200 (int64)
    tag http.url = http://localhost:8081/format?helloTo=REDACTED (string)
    tag peer.address = localhost:PORT (string)
    tag span.kind = client (string)
    log, event = ConnectStart (string), addr = localhost:PORT (string)
    log, event = DNSStart (string), host = localhost (string)
    log, event = DNSDone (string)
    log, event = ConnectDone (string)
    log, event = GotFirstResponseByte (string)
    formatter: HTTP GET /format
      CHILD_OF HTTP GET
      tag component = tower (string)
      tag http.method = GET (string)
      tag http.status_code = 200 (int64)
      tag http.url = /format?helloTo=REDACTED (string)
      tag span.kind = server (string)
  hello-world: HTTP GET
    CHILD_OF say-hello
    tag component = tower (string)
    tag http.method = GET (string)
    tag http.status_code = 200 (int64)
    tag http.url = http://localhost:8082/publish?helloStr=REDACTED (string)
    tag peer.address = localhost:PORT (string)
    tag span.kind = client (string)
    log, event = ConnectStart (string), addr = localhost:PORT (string)
    log, event = DNSStart (string), host = localhost (string)
    log, event = DNSDone (string)
    log, event = ConnectDone (string)
    log, event = GotFirstResponseByte (string)
    publisher: HTTP GET /publish
      CHILD_OF HTTP GET
      tag component = tower (string)
      tag http.method = GET (string)
      tag http.status_code = 200 (int64)
      tag http.url = /publish?helloStr=REDACTED (string)
      tag span.kind = server (string)
";

fn is_root(span: &ShownSpan) -> bool {
    span.references.is_empty()
}

fn is_error(span: &ShownSpan) -> bool {
    span.tags.get("error").is_some()
}

fn is_by_hand(span: &ShownSpan) -> bool {
    span.operation == "say-hello"
}

/// A lesson, what it prints, and its trace.
#[track_caller]
fn check(jaeger: &Jaeger, arguments: &[&str], answer: &str, trace: &str) {
    let (out, err) = jaeger.printed(arguments);
    assert_eq!(out.lines().next(), Some(answer));
    let spans = trace.lines().filter(|line| is_operation(line)).count();
    assert_eq!(err.matches("Reporting span ").count(), spans, "{err}");
    is_shown(jaeger, &out, &[&DIFFERENCES[..], &OF_JAEGER].concat(), trace);
    jaeger.assert_one_after_the_other(&out);
}

fn is_operation(line: &str) -> bool {
    ["hello-world: ", "formatter: ", "publisher: "].iter().any(|name| line.trim_start().starts_with(name))
}

#[track_caller]
fn is_shown(jaeger: &Jaeger, out: &str, table: &[Difference], expected: &str) {
    let traces = jaeger.shown(out);
    let described: Vec<_> = traces.iter().map(|trace| described(trace, table)).collect();
    assert_eq!(described, [expected], "{}", described.join("\n"));
}

fn lesson_1(jaeger: &Jaeger) {
    check(jaeger, &["1", "Bryan"], "Hello, Bryan!", LESSON_1);
}

fn lesson_2(jaeger: &Jaeger) {
    check(jaeger, &["2", "Bryan"], "Hello, Bryan!", LESSON_2);
}

fn lesson_3(jaeger: &Jaeger) {
    check(jaeger, &["3", "Bryan"], "[publisher] Hello, Bryan!", LESSON_3);
}

fn lesson_4(jaeger: &Jaeger) {
    check(jaeger, &["4", "Bryan", "Bonjour"], "[publisher] Bonjour, Bryan!", LESSON_4);
}

fn extra_credit(jaeger: &Jaeger) {
    let (out, _) = jaeger.printed(&["extra-credit", "Bryan", "Ciao"]);
    assert_eq!(out.lines().next(), Some("[publisher] Ciao, Bryan!"));
    is_shown(jaeger, &out, &OF_THE_LAYERS, EXTRA_CREDIT);
}

/// The call that failed says why, and the span above it is none that failed.
fn without_formatter(jaeger: &Jaeger) {
    let output = jaeger.run(&["3", "Bryan", "--without-formatter"]);
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.ends_with("tutorial: Connection refused (os error 111)\n"), "{err}");
    is_shown(jaeger, &out, &[&DIFFERENCES[..], &OF_JAEGER].concat(), WITHOUT_FORMATTER);
}

#[test]
fn lesson_1_is_one_span_with_a_tag_and_two_logs() {
    lesson_1(&Jaeger::in_memory());
}

#[test]
fn lesson_2_is_three_spans_of_one_service() {
    lesson_2(&Jaeger::in_memory());
}

#[test]
fn lesson_3_is_five_spans_of_three_services() {
    lesson_3(&Jaeger::in_memory());
}

#[test]
fn lesson_4_has_the_greeting_in_the_baggage() {
    lesson_4(&Jaeger::in_memory());
}

#[test]
fn the_extra_credit_is_made_by_layers() {
    extra_credit(&Jaeger::in_memory());
}

#[test]
fn a_call_that_fails_says_why() {
    without_formatter(&Jaeger::in_memory());
}

#[test]
fn the_real_jaeger_shows_the_same() {
    let Some(jaeger) = Jaeger::real() else { return };
    for lesson in [lesson_1, lesson_2, lesson_3, lesson_4, extra_credit, without_formatter] {
        lesson(&jaeger);
    }
}

/// Three traces, of spans that are the same.
#[track_caller]
fn is_torn(arguments: &[&str], spans: [usize; 3]) {
    let jaeger = Jaeger::in_memory();
    let (out, _) = jaeger.printed(arguments);
    let mut found: Vec<_> = links(&out).into_iter().map(|(count, _)| count).collect();
    found.sort_unstable();
    assert_eq!(found, spans, "{arguments:?}: {out}");
    assert!(jaeger.shown(&out).iter().all(|trace| trace.roots().len() == 1), "{out}");
}

#[test]
fn without_what_holds_it_together_the_trace_is_three() {
    is_torn(&["2", "Bryan", "--broken"], [1, 1, 1]);
    is_torn(&["3", "Bryan", "--broken"], [1, 1, 3]);
    is_torn(&["4", "Bryan", "Bonjour", "--broken"], [1, 1, 3]);
}

#[test]
fn without_its_headers_the_greeting_is_lost() {
    let (out, _) = Jaeger::in_memory().printed(&["4", "Bryan", "Bonjour", "--broken"]);
    assert_eq!(out.lines().next(), Some("[publisher] Hello, Bryan!"));
}

#[test]
fn names_that_no_header_and_no_url_could_bear_arrive() {
    let (out, _) = Jaeger::in_memory().printed(&["4", "Zoë & Ben=?", "Grüß Gott; 100%"]);
    assert_eq!(out.lines().next(), Some("[publisher] Grüß Gott; 100%, Zoë & Ben=?!"));
}
