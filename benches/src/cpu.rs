//! Which thread has run for how long, and on which core.

use std::{
    error::Error,
    fs, io, thread,
    time::{Duration, Instant},
};

use rustix::{
    thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity},
    time::{ClockId, clock_gettime},
};

/// A thread of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task(u32);

/// How many characters of a thread's name the system keeps.
const NAME_CHARS: usize = 15;

/// The unit of `/proc`, the same on all of Linux's usual machines.
const TICKS_PER_SECOND: f64 = 100.0;

// === impl Task ===

impl Task {
    /// The thread of this name that `start` starts, beside what that returns.
    pub(crate) fn started_by<R>(name: &str, start: impl FnOnce() -> R) -> io::Result<(R, Self)> {
        let name = name.get(..NAME_CHARS).unwrap_or(name);
        let before = Self::named(name)?;
        let started = start();
        let deadline = Instant::now() + Duration::from_secs(2);
        // It gives itself its name, a little later.
        while Instant::now() < deadline {
            if let Some(task) = Self::named(name)?.into_iter().find(|task| !before.contains(task)) {
                return Ok((started, task));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Err(io::Error::other(format!("expected a thread {name}, found none")))
    }

    fn named(name: &str) -> io::Result<Vec<Self>> {
        let is_named = |id: &u32| {
            fs::read_to_string(format!("/proc/self/task/{id}/comm")).is_ok_and(|comm| comm.trim_end() == name)
        };
        Ok(task_ids("self")?.into_iter().filter(is_named).map(Self).collect())
    }

    /// Nanoseconds that it has run so far.
    pub(crate) fn nanos(self) -> io::Result<f64> {
        run_nanos(&format!("/proc/self/task/{}/schedstat", self.0))
    }

    /// Nanoseconds of these in system calls, to a hundredth of a second.
    pub(crate) fn system_nanos(self) -> io::Result<f64> {
        let path = format!("/proc/self/task/{}/stat", self.0);
        let stat = fs::read_to_string(&path)?;
        // The name may have any character in it; the 15th field is the 13th behind it.
        let ticks = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(12)?.parse().ok());
        let ticks: f64 = ticks.ok_or_else(|| io::Error::other(format!("expected ticks in {path}")))?;
        Ok(ticks * 1e9 / TICKS_PER_SECOND)
    }
}

/// Nanoseconds that the calling thread has run so far.
pub(crate) fn nanos_of_this_thread() -> f64 {
    nanos_by(ClockId::ThreadCPUTime)
}

/// The same of all threads of this process, those that have ended, too.
pub(crate) fn nanos_of_this_process() -> f64 {
    nanos_by(ClockId::ProcessCPUTime)
}

fn nanos_by(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Nanoseconds that the threads of another process have run, those that are there now.
pub(crate) fn nanos_of_process(id: u32) -> io::Result<f64> {
    let tasks = task_ids(&id.to_string())?;
    let nanos = |task| match run_nanos(&format!("/proc/{id}/task/{task}/schedstat")) {
        // It has ended meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0.0),
        nanos => nanos,
    };
    tasks.into_iter().map(nanos).sum()
}

/// The cores that this process may run on: the first for who asks, the last for who answers. The same if there is but one.
pub(crate) fn first_and_last() -> io::Result<[usize; 2]> {
    let allowed = sched_getaffinity(None)?;
    let cores = || (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core));
    Ok([cores().next().unwrap_or(0), cores().next_back().unwrap_or(0)])
}

/// Runs this on a thread of its own that stays on one core, with all threads that it starts.
pub(crate) fn on_core<R: Send>(
    core: usize,
    run: impl FnOnce() -> Result<R, Box<dyn Error>> + Send,
) -> Result<R, Box<dyn Error>> {
    let pinned = || {
        pin_this_thread(core).map_err(|error| error.to_string())?;
        run().map_err(|error| error.to_string())
    };
    let result = thread::scope(|scope| scope.spawn(pinned).join());
    Ok(result.map_err(|_| format!("the thread on core {core} panicked"))??)
}

/// Keeps the calling thread, and those that it starts from now on, on one core.
pub(crate) fn pin_this_thread(core: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(core);
    Ok(sched_setaffinity(None::<Pid>, &set)?)
}

fn task_ids(process: &str) -> io::Result<Vec<u32>> {
    let entries = fs::read_dir(format!("/proc/{process}/task"))?;
    let ids = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().parse().ok()));
    ids.filter_map(io::Result::transpose).collect()
}

fn run_nanos(path: &str) -> io::Result<f64> {
    let text = fs::read_to_string(path)?;
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    nanos.ok_or_else(|| io::Error::other(format!("expected nanoseconds in {path}, found {text:?}")))
}
