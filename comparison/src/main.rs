//! Sends the same misbehaving requests through the peers and through us, and prints as a Markdown table what each
//! exported: `cargo run --release --ignore-rust-version > table.md`.
//!
//! Several peers only know global tracers, so each subject runs in a process of its own: this program again, with the
//! subject's name as its argument. It asserts nothing.

mod app;
mod cases;
mod exported;
mod subjects;
mod table;
mod traced;

use subjects::Subject;

fn main() -> std::io::Result<()> {
    match std::env::args().nth(1) {
        Some(name) => run(&name),
        None => table::print(),
    }
}

/// What one subject exported, one line a case.
fn run(name: &str) -> std::io::Result<()> {
    // The panics are wanted, and the table says what became of them.
    std::panic::set_hook(Box::new(|_| ()));
    let subject = subjects::ALL.iter().find(|subject| subject.name == name);
    let subject: &Subject = subject.ok_or_else(|| std::io::Error::other(format!("no subject {name}")))?;
    let traced = traced::Traced::install(subject);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    for case in &cases::ALL {
        let cell = runtime.block_on(cases::run(case, &traced));
        println!("{}", cell.replace('\n', " "));
    }
    Ok(())
}
