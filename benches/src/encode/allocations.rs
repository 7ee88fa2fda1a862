//! What all threads of a process allocate for a span. The counter of this program sees one thread; valgrind's DHAT sees all.

use std::{
    env,
    error::Error,
    process::{Command, Stdio},
};

use super::{entry::Entry, way::STEP};
use crate::child::{self, tell};

/// The word for which a child does this.
pub(crate) const ARGUMENT: &str = "allocating";

/// A process makes so many spans, at least, and another one twice as many: the difference has nothing of start and end.
const SPANS: usize = 4_096;

/// For a span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allocated {
    pub(super) count: f64,
    pub(super) bytes: f64,
}

// === impl Allocated ===

impl Allocated {
    pub(super) const UNKNOWN: Self = Self { count: f64::NAN, bytes: f64::NAN };

    /// What DHAT says at the end of a process, as in `==7== Total:     1,234 bytes in 56 blocks`.
    fn read(text: &str) -> Option<Self> {
        let total = text.lines().find_map(|line| line.split_once("Total:"))?.1;
        let (bytes, count) = total.trim().strip_suffix("blocks")?.split_once("bytes in")?;
        let number = |text: &str| text.trim().replace(',', "").parse().ok();
        Some(Self { count: number(count)?, bytes: number(bytes)? })
    }
}

/// `None` if there is no valgrind.
pub(super) fn of(entry: Entry) -> Result<Option<Allocated>, Box<dyn Error>> {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let ((once, few), (twice, many)) = (of_process(entry, "2")?, of_process(entry, "4")?);
    let each = |twice: f64, once: f64| (twice - once) / (many - few);
    Ok(Some(Allocated { count: each(twice.count, once.count), bytes: each(twice.bytes, once.bytes) }))
}

/// All of a process, and how many spans that made.
fn of_process(entry: Entry, times: &str) -> Result<(Allocated, f64), Box<dyn Error>> {
    let receiver = entry.receiver().start()?;
    let output = Command::new("valgrind")
        .args(["--tool=dhat", "--dhat-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args([child::ARGUMENT, ARGUMENT, &entry.word(), &receiver.address(), times])
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let made = String::from_utf8_lossy(&output.stdout).trim().parse();
    match (Allocated::read(&said), made) {
        (Some(allocated), Ok(made)) if output.status.success() => Ok((allocated, made)),
        _ => Err(format!("{}: {said}", entry.name()).into()),
    }
}

/// In the child, under valgrind, where the clocks of others do not work: makes spans and sends them, and says how many.
pub(crate) fn run_in_child(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [entry, to, times] = arguments else { return Err("expected ENTRY TO TIMES".into()) };
    let entry = Entry::of_word(entry).ok_or("expected an entry's word")?;
    let (way, times): (_, usize) = (entry.start(to)?, times.parse()?);
    let steps = times * SPANS / STEP;
    (0..steps).for_each(|_| way.step());
    way.flush()?;
    Ok(tell(steps * STEP)?)
}
