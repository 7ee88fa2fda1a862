//! The command line.

mod demo;
mod load;
mod options;
mod service;

pub(crate) use self::{
    demo::{Demo, JaegerChoice, Ports, Task},
    load::LoadAgainst,
    service::{PeerAddresses, Peers, Service},
};

use self::options::Options;

/// What `--help` prints.
pub(crate) const HELP: &str = include_str!("help.txt");

/// With this one every customer's dispatch has failed calls, and none fails as a whole; a test says so.
pub(crate) const DEFAULT_SEED: u64 = 4;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Demo(Demo),
    Load(LoadAgainst),
    Service(Service),
}

/// Reads the arguments that follow the program's name; the error is for people.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut arguments = arguments.peekable();
    let name = arguments.next_if(|word| !word.starts_with('-'));
    let mut options = Options::read(arguments)?;
    if options.flag("--help") {
        return Ok(Command::Help);
    }
    let command = match name {
        Some(name) if name == "load" => Command::Load(LoadAgainst::read(&mut options)?),
        Some(name) => Command::Service(Service::read(&name, &mut options)?),
        None => Command::Demo(Demo::read(&mut options)?),
    };
    options.finish()?;
    Ok(command)
}

#[cfg(test)]
mod tests;
