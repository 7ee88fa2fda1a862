//! Instructions per operation, which no other program on the machine changes: this program runs each entry alone under valgrind.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::Serialize;

use crate::{
    Part, Print,
    arguments::part,
    operation::{Operation, Result},
};

/// Before anything counts: pools and caches are filled, and threads have started.
const WARM_UP: u32 = 100;

/// Each entry is run for so many operations and for twice as many; the difference has nothing of start and end.
const OPERATIONS: u32 = 400;

/// One entry, to be run for so many operations.
pub(crate) struct Run {
    part: String,
    table: usize,
    entry: usize,
    operations: u32,
}

/// A table of instructions per operation.
#[derive(Debug, Serialize)]
pub(crate) struct Counted {
    title: &'static str,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    here: f64,
    everywhere: f64,
    /// What is over the first entry.
    over: f64,
    all_over: f64,
}

/// Instructions on the thread that operates, and on all threads.
#[derive(Clone, Copy, Debug)]
struct Instructions {
    here: f64,
    everywhere: f64,
}

/// A directory that is gone afterwards.
struct Directory(PathBuf);

/// The tables of the parts, counted one after the other.
///
/// # Errors
///
/// If there is no valgrind.
pub(crate) fn count(parts: &[Part]) -> Result<impl Iterator<Item = Result<Counted>>> {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        eprintln!("--instructions needs valgrind, which is not installed");
        std::process::exit(1);
    }
    let tables = parts.iter().copied().flat_map(|part| {
        (part.tables)().into_iter().enumerate().map(move |(at, table)| (part.name, at, table))
    });
    let tables: Vec<_> = tables.map(|(part, at, table)| (part, at, table.title(), table.names())).collect();
    Ok(tables.into_iter().map(|(part, at, title, names)| Counted::of(part, at, title, &names)))
}

/// The run of one entry, under valgrind.
pub(crate) fn run(run: &Run) -> Result<()> {
    let tables = (part(&run.part)?.tables)();
    let table = tables.into_iter().nth(run.table).ok_or("expected the number of a table")?;
    let mut operation = table.build(run.entry)?;
    operation.run(WARM_UP);
    operation.settle();
    counted_from_here(&mut operation, run.operations);
    operation.spans()?;
    Ok(())
}

/// Where valgrind begins to count on this thread. At the start of the program fastrace's clock runs in a loop for a while, which
/// is as many instructions as the machine feels like.
#[inline(never)]
fn counted_from_here(operation: &mut Operation, operations: u32) {
    operation.run(operations);
    operation.settle();
}

/// That function as its symbol contains it.
const COUNTED: &str = "counted_from_here";

// === impl Run ===

impl Run {
    pub(crate) const ARGUMENT: &str = "--run";

    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut next = || arguments.next().ok_or("expected PART TABLE ENTRY OPERATIONS");
        let (part, table, entry, operations) = (next()?, next()?, next()?, next()?);
        Ok(Self { part, table: table.parse()?, entry: entry.parse()?, operations: operations.parse()? })
    }

    /// All instructions of such a run.
    fn count(&self) -> Result<Instructions> {
        let directory = Directory::new()?;
        let out = directory.0.join("out");
        let Self { part, table, entry, operations } = self;
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--separate-threads=yes", "--quiet"])
            .arg(format!("--zero-before=*{COUNTED}*"))
            .arg(format!("--callgrind-out-file={}", out.display()))
            .arg(env::current_exe()?)
            .args([Self::ARGUMENT, part, &table.to_string(), &entry.to_string(), &operations.to_string()])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Instructions::read(&directory.0)
    }
}

// === impl Counted ===

impl Counted {
    fn of(part: &str, table: usize, title: &'static str, names: &[&'static str]) -> Result<Self> {
        let mut rows: Vec<Row> = Vec::new();
        for (entry, &name) in names.iter().enumerate() {
            let run = |operations| Run { part: part.to_owned(), table, entry, operations }.count();
            let of_entry = run(OPERATIONS).and_then(|once| Ok(run(2 * OPERATIONS)?.per_operation(once)));
            let Instructions { here, everywhere } =
                of_entry.map_err(|error| format!("{title}, {name}: {error}"))?;
            let base = rows.first().map_or((here, everywhere), |first| (first.here, first.everywhere));
            rows.push(Row { name, here, everywhere, over: here - base.0, all_over: everywhere - base.1 });
        }
        Ok(Self { title, rows })
    }
}

impl Print for Counted {
    fn print(&self) {
        println!("\n{}: instructions", self.title);
        println!("{:<56} {:>8} {:>8} {:>8} {:>8}", "", "here", "all", "over", "all over");
        for Row { name, here, everywhere, over, all_over } in &self.rows {
            println!("{name:<56} {here:>8.0} {everywhere:>8.0} {over:>8.0} {all_over:>8.0}");
        }
    }
}

// === impl Instructions ===

impl Instructions {
    /// Callgrind writes a file for each thread, `out-01` for the first.
    fn read(directory: &Path) -> Result<Self> {
        let mut all = Self { here: 0.0, everywhere: 0.0 };
        for file in fs::read_dir(directory)? {
            let file = file?;
            let text = fs::read_to_string(file.path())?;
            let Some(total) = text.lines().find_map(|line| line.strip_prefix("totals: ")) else { continue };
            let total: f64 = total.trim().parse()?;
            all.everywhere += total;
            if file.file_name() == "out-01" && text.contains(COUNTED) {
                all.here = total;
            }
        }
        if all.here > 0.0 { Ok(all) } else { Err(format!("valgrind has not found {COUNTED}").into()) }
    }

    fn per_operation(self, once: Self) -> Self {
        let each = |twice: f64, once: f64| (twice - once) / f64::from(OPERATIONS);
        Self { here: each(self.here, once.here), everywhere: each(self.everywhere, once.everywhere) }
    }
}

// === impl Directory ===

impl Directory {
    fn new() -> Result<Self> {
        let path = env::temp_dir().join(format!("benches-instructions-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
