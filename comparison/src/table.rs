//! The table: a row for each case, a column for each subject.

use std::{env::current_exe, io, process::Command};

use crate::{cases, subjects};

const LOCK: &str = include_str!("../Cargo.lock");

/// Runs every subject, one after another, and prints the table.
pub fn print() -> io::Result<()> {
    let columns = subjects::ALL.iter().map(|subject| column(subject.name)).collect::<io::Result<Vec<_>>>()?;
    let names = subjects::ALL.iter().map(|subject| format!("{} {}", subject.name, version(subject.name)));
    println!("{}", row("", names));
    println!("{}", row("---", columns.iter().map(|_| "---".into())).replace(' ', ""));
    for (index, case) in cases::ALL.iter().enumerate() {
        let cells =
            columns.iter().map(|cells| cells.get(index).map_or("crashed", String::as_str).to_string());
        println!("{}", row(case.title, cells));
    }
    Ok(())
}

/// One subject's cells, from a process of its own.
fn column(name: &str) -> io::Result<Vec<String>> {
    let output = Command::new(current_exe()?).arg(name).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_string).collect())
}

fn row(title: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: String = cells.map(|cell| format!(" {} |", cell.replace('|', "\\|"))).collect();
    format!("| {title} |{cells}")
}

/// The version of a package in `Cargo.lock`.
fn version(package: &str) -> &'static str {
    let after_name = LOCK.split_once(&format!("name = \"{package}\"\nversion = \"")).map(|(_, rest)| rest);
    after_name.and_then(|rest| rest.split('"').next()).unwrap_or_default()
}
