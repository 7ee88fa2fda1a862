//! The command line.

use crate::{LONG_PARTS, LongPart, PARTS, Part, child, instructions::Run, operation::Result};

pub(crate) struct Arguments {
    pub(crate) task: Task,
}

pub(crate) enum Task {
    Measure {
        parts: Vec<Part>,
        rounds: usize,
        is_json: bool,
    },
    MeasureLong {
        part: LongPart,
        rounds: usize,
        is_json: bool,
    },
    CountInstructions {
        parts: Vec<Part>,
        is_json: bool,
    },
    /// Hidden: one entry, for valgrind.
    Run(Run),
    /// Hidden: a process beside this one.
    Child(Vec<String>),
}

// === impl Arguments ===

impl Arguments {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let (mut parts, mut long) = (PARTS.to_vec(), None);
        let (mut rounds, mut is_json, mut is_counting) = (101, false, false);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--only" => {
                    let name = arguments.next().unwrap_or_default();
                    long = LONG_PARTS.into_iter().find(|part| part.name == name);
                    parts = if long.is_some() { Vec::new() } else { vec![part(&name)?] };
                }
                "--quick" => rounds = 11,
                "--json" => is_json = true,
                "--instructions" => is_counting = true,
                Run::ARGUMENT => return Ok(Self { task: Task::Run(Run::parse(arguments)?) }),
                child::ARGUMENT => return Ok(Self { task: Task::Child(arguments.collect()) }),
                other => {
                    let expected = "expected --only PART, --quick, --json or --instructions";
                    return Err(format!("{expected}, found {other}").into());
                }
            }
        }
        let task = match long {
            _ if is_counting => Task::CountInstructions { parts, is_json },
            Some(part) => Task::MeasureLong { part, rounds, is_json },
            None => Task::Measure { parts, rounds, is_json },
        };
        Ok(Self { task })
    }
}

/// The part of this name.
pub(crate) fn part(name: &str) -> Result<Part> {
    let names = [&PARTS.map(|part| part.name)[..], &LONG_PARTS.map(|part| part.name)].concat().join(", ");
    let part = PARTS.into_iter().find(|part| part.name == name);
    part.ok_or_else(|| format!("expected a part ({names}), found {name:?}").into())
}
