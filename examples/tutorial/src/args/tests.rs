use super::*;

fn parsed(line: &str) -> Result<Command, String> {
    parse(line.split_whitespace().map(str::to_owned))
}

#[track_caller]
fn run(line: &str) -> Run {
    match parsed(line) {
        Ok(Command::Lesson(run)) => run,
        other => panic!("{line}: {other:?}"),
    }
}

#[track_caller]
fn refused(line: &str, reason: &str) {
    assert_eq!(parsed(line), Err(reason.to_owned()), "{line}");
}

#[test]
fn the_ports_are_those_of_the_original_and_of_jaeger() {
    let run = run("3 Bryan");
    assert_eq!((run.lesson, run.formatter_port, run.publisher_port), (Lesson::Three, 8081, 8082));
    let ports = Ports { query: 16686, collector: 14268, agent: 6831 };
    assert_eq!(run.jaeger, JaegerChoice::Embedded(ports));
    assert_eq!((run.once, run.broken, run.without_formatter), (false, false, false));
}

#[test]
fn once_they_are_free_ones_unless_they_are_told() {
    let run = run("--once 4 Bryan Bonjour --publisher-port 7");
    assert_eq!((run.formatter_port, run.publisher_port), (0, 7));
    assert_eq!(run.jaeger, JaegerChoice::Embedded(Ports { query: 0, collector: 0, agent: 0 }));
    assert_eq!(run.arguments, ["Bryan", "Bonjour"]);
}

#[test]
fn a_jaeger_that_runs_already_is_told_by_its_urls() {
    let running = |collector: &str| JaegerChoice::Running {
        collector: collector.to_owned(),
        query: "http://a:1".to_owned(),
    };
    assert_eq!(run("1 Bryan --query http://a:1/").jaeger, running("http://127.0.0.1:14268/api/traces"));
    assert_eq!(run("1 Bryan --query http://a:1 --collector=http://b").jaeger, running("http://b"));
}

#[test]
fn a_service_is_told_everything() {
    let service =
        Service { role: Role::Publisher, lesson: Lesson::Four, collector: "http://b".to_owned(), port: 5 };
    let line = "publisher --lesson 4 --to http://b --publisher-port 5";
    assert_eq!(parsed(line), Ok(Command::Service(service)));
}

#[test]
fn no_lesson_is_a_question_for_help() {
    assert_eq!(parsed(""), Ok(Command::Help));
    assert_eq!(parsed("4 --help"), Ok(Command::Help));
}

#[test]
fn what_is_wrong_is_said() {
    refused("1", "lesson 1 expects one argument, a name, found 0");
    refused("4 Bryan", "lesson 4 expects two arguments, a name and a greeting, found 1");
    refused("a-to-h Bryan", "lesson a-to-h expects no argument, found 1");
    refused("5 Bryan", "expected a lesson, 1 to 4, extra-credit or a-to-h, found \"5\"");
    refused("1 Bryan --loud 1", "unknown option --loud, or it has no meaning here");
    refused("1 Bryan --broken", "unknown option --broken, or it has no meaning here");
    let reason = "unknown option --without-formatter, or it has no meaning here";
    refused("2 Bryan --without-formatter", reason);
    refused("2 Bryan --formatter-port 1", "unknown option --formatter-port, or it has no meaning here");
    refused("1 Bryan --once=1", "--once takes no value");
    refused("1 Bryan --query", "--query needs a value, or is unknown");
    refused("1 Bryan --query-port 1 --query-port 2", "--query-port is given twice");
    refused("3 Bryan --formatter-port x", "--formatter-port: expected a port from 0 to 65535, found \"x\"");
    let reason = "a Jaeger that runs already needs --query: where its traces are read";
    refused("1 Bryan --collector http://b", reason);
    let reason = "unknown option --query-port, or it has no meaning here";
    refused("1 Bryan --query http://a --query-port 1", reason);
}
