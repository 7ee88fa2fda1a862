//! A lesson from its start to its trace: a Jaeger, the programs that it calls, and their end.

mod child;
mod jaeger;

use std::{
    future, io,
    net::{Ipv4Addr, TcpListener},
    process::ExitCode,
};

use jaeger_client::CloseReport;

use self::{child::Child, jaeger::Jaeger};
use crate::{
    BoxError, a_to_h,
    args::{Lesson, Role, Run},
    console, extra_credit, lesson1, lesson2, lesson3, lesson4,
    service::Peers,
    stored,
    tracing::{Log, Reporting},
};

/// Runs the lesson, prints its trace, and keeps the page of a Jaeger in memory up.
pub(crate) async fn run(run: Run) -> ExitCode {
    match try_run(&run).await {
        Ok(code) => code,
        Err(error) => failure(&error.to_string()),
    }
}

async fn try_run(run: &Run) -> Result<ExitCode, BoxError> {
    let jaeger = Jaeger::start(&run.jaeger).await?;
    let reporting = Reporting { collector: jaeger.collector().to_owned(), log: Log::default() };
    let (mut code, mut is_shown) = (ExitCode::SUCCESS, false);
    match with_services(run, &reporting).await {
        Ok(report) if report.lost > 0 => code = failure(&report.to_string()),
        said => {
            // A lesson that failed has a trace too, unless it failed before.
            match show(run, &jaeger, &reporting.log).await {
                Ok(traces) => is_shown = traces > 0,
                Err(error) => code = failure(&error.to_string()),
            }
            if let Err(error) = said {
                code = failure(&error.to_string());
            }
        }
    }
    if jaeger.is_embedded() && !run.once && is_shown {
        until_ctrl_c().await?;
    }
    jaeger.stop().await;
    Ok(code)
}

fn failure(reason: &str) -> ExitCode {
    console::complain(&format!("tutorial: {reason}"));
    ExitCode::FAILURE
}

async fn until_ctrl_c() -> io::Result<()> {
    let tell = async {
        console::say("Ctrl-C ends the tutorial, and Jaeger with it.");
        future::pending().await
    };
    tokio::select! {
        // It listens before it is told of.
        biased;
        interrupted = tokio::signal::ctrl_c() => interrupted,
        told = tell => told,
    }
}

/// The lesson, with the programs that it calls; these have sent their spans afterwards.
async fn with_services(run: &Run, reporting: &Reporting) -> Result<CloseReport, BoxError> {
    if !run.lesson.has_services() {
        return lesson(run, reporting, None).await;
    }
    let start = |role, port| Child::start(role, port, run.lesson, reporting);
    let formatter = match run.without_formatter {
        true => None,
        false => Some(start(Role::Formatter, run.formatter_port).await?),
    };
    let publisher = start(Role::Publisher, run.publisher_port).await?;
    let peers = Peers {
        formatter: formatter.as_ref().map_or_else(|| nobody(run.formatter_port), |it| Ok(it.port()))?,
        publisher: publisher.port(),
        forgets_to_inject: run.broken,
    };
    let said = lesson(run, reporting, Some(peers)).await;
    if let Some(formatter) = formatter {
        formatter.stop().await;
    }
    publisher.stop().await;
    said
}

/// A port on which nobody listens: that one, or for 0 one that was free a moment ago.
fn nobody(port: u16) -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.local_addr()?.port())
}

async fn lesson(run: &Run, reporting: &Reporting, peers: Option<Peers>) -> Result<CloseReport, BoxError> {
    let mut arguments = run.arguments.iter().map(String::as_str);
    let hello_to = arguments.next().unwrap_or_default();
    let greeting = arguments.next();
    match (run.lesson, peers) {
        (Lesson::One, _) => lesson1::main(hello_to, reporting),
        (Lesson::Two, _) => lesson2::main(hello_to, run.broken, reporting),
        (Lesson::AToH, _) => a_to_h::main(reporting),
        (Lesson::Three, Some(peers)) => lesson3::hello::main(hello_to, &peers, reporting).await,
        (Lesson::Four, Some(peers)) => {
            lesson4::hello::main(hello_to, greeting.unwrap_or_default(), &peers, reporting).await
        }
        (Lesson::ExtraCredit, Some(peers)) => {
            extra_credit::hello::main(hello_to, greeting, &peers, reporting).await
        }
        (Lesson::Three | Lesson::Four | Lesson::ExtraCredit, None) => {
            Err("nobody to call was started".into())
        }
    }
}

/// How many traces there are.
async fn show(run: &Run, jaeger: &Jaeger, log: &Log) -> Result<usize, BoxError> {
    let traces = log.reported();
    let note = if jaeger.is_embedded() && run.once { " (gone now; without --once it stays up)" } else { "" };
    for reported in &traces {
        let trace = stored::wait_for_trace(jaeger.query(), reported).await?;
        let drawn = if run.lesson == Lesson::AToH { a_to_h::draw(&trace) } else { trace.tree() };
        console::say(&format!("\n{}", drawn.trim_end()));
        let count = trace.spans.len();
        let spans = if count == 1 { "span" } else { "spans" };
        console::say(&format!("\n{count} {spans}  {}/trace/{}{note}", jaeger.query(), reported.trace_id));
    }
    Ok(traces.len())
}
