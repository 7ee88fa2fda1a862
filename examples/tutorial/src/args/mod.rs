//! The command line.

mod options;
#[cfg(test)]
mod tests;

use self::options::Options;

/// What `--help` prints.
pub(crate) const HELP: &str = include_str!("help.txt");

const COLLECTOR: &str = "http://127.0.0.1:14268/api/traces";
/// Jaeger's own.
const JAEGER_PORTS: Ports = Ports { query: 16686, collector: 14268, agent: 6831 };
const ANY_PORTS: Ports = Ports { query: 0, collector: 0, agent: 0 };

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Lesson(Run),
    Service(Service),
}

/// A lesson, and how it is run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) lesson: Lesson,
    /// A name, and a greeting.
    pub(crate) arguments: Vec<String>,
    pub(crate) jaeger: JaegerChoice,
    /// 0 for any.
    pub(crate) formatter_port: u16,
    pub(crate) publisher_port: u16,
    pub(crate) once: bool,
    pub(crate) broken: bool,
    pub(crate) without_formatter: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lesson {
    One,
    Two,
    Three,
    Four,
    ExtraCredit,
    AToH,
}

/// Which Jaeger gets the spans.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum JaegerChoice {
    /// One in this process.
    Embedded(Ports),
    /// One that runs already.
    Running { collector: String, query: String },
}

/// Of the embedded Jaeger; 0 for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) query: u16,
    pub(crate) collector: u16,
    pub(crate) agent: u16,
}

/// One of the two programs that a lesson calls.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) role: Role,
    pub(crate) lesson: Lesson,
    pub(crate) collector: String,
    /// 0 for any.
    pub(crate) port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Formatter,
    Publisher,
}

/// Reads the arguments that follow the program's name; the error is for people.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let (words, mut options) = Options::read(arguments)?;
    if options.flag("--help") || words.is_empty() {
        return Ok(Command::Help);
    }
    let mut words = words.into_iter();
    let name = words.next().unwrap_or_default();
    let arguments: Vec<_> = words.collect();
    let role = [Role::Formatter, Role::Publisher].into_iter().find(|role| role.name() == name);
    let command = match role {
        Some(role) => Command::Service(Service::read(role, &mut options)?),
        None => Command::Lesson(Run::read(&name, arguments, &mut options)?),
    };
    options.finish()?;
    Ok(command)
}

// === impl Run ===

impl Run {
    fn read(name: &str, arguments: Vec<String>, options: &mut Options) -> Result<Self, String> {
        let lesson = Lesson::named(name)?;
        let (least, most, what) = lesson.arguments();
        if !(least..=most).contains(&arguments.len()) {
            return Err(format!("lesson {name} expects {what}, found {}", arguments.len()));
        }
        let once = options.flag("--once");
        // Where they have no meaning they are not taken, and so refused.
        let mut port = |role: Role| {
            let given = if lesson.has_services() { options.port(role.port_option())? } else { None };
            Ok::<_, String>(given.unwrap_or(if once { 0 } else { role.default_port() }))
        };
        Ok(Self {
            lesson,
            arguments,
            formatter_port: port(Role::Formatter)?,
            publisher_port: port(Role::Publisher)?,
            jaeger: JaegerChoice::read(options, once)?,
            once,
            broken: lesson.has_exercise() && options.flag("--broken"),
            without_formatter: lesson.has_services() && options.flag("--without-formatter"),
        })
    }
}

// === impl Lesson ===

impl Lesson {
    const ALL: [Self; 6] = [Self::One, Self::Two, Self::Three, Self::Four, Self::ExtraCredit, Self::AToH];

    fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|lesson| lesson.name() == name);
        found.ok_or_else(|| format!("expected a lesson, 1 to 4, extra-credit or a-to-h, found {name:?}"))
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Two => "2",
            Self::Three => "3",
            Self::Four => "4",
            Self::ExtraCredit => "extra-credit",
            Self::AToH => "a-to-h",
        }
    }

    /// At least, at most, and in words.
    const fn arguments(self) -> (usize, usize, &'static str) {
        match self {
            Self::One | Self::Two | Self::Three => (1, 1, "one argument, a name"),
            Self::Four => (2, 2, "two arguments, a name and a greeting"),
            Self::ExtraCredit => (1, 2, "a name, and perhaps a greeting"),
            Self::AToH => (0, 0, "no argument"),
        }
    }

    /// Whether `--broken` has a meaning.
    const fn has_exercise(self) -> bool {
        matches!(self, Self::Two | Self::Three | Self::Four)
    }

    /// Whether it calls the formatter and the publisher.
    pub(crate) const fn has_services(self) -> bool {
        matches!(self, Self::Three | Self::Four | Self::ExtraCredit)
    }
}

// === impl JaegerChoice ===

impl JaegerChoice {
    fn read(options: &mut Options, once: bool) -> Result<Self, String> {
        let (collector, query) = (options.text("--collector"), options.text("--query"));
        if collector.is_none() && query.is_none() {
            let default = if once { ANY_PORTS } else { JAEGER_PORTS };
            return Ok(Self::Embedded(Ports {
                query: options.port("--query-port")?.unwrap_or(default.query),
                collector: options.port("--collector-port")?.unwrap_or(default.collector),
                agent: options.port("--agent-port")?.unwrap_or(default.agent),
            }));
        }
        let query = query.ok_or("a Jaeger that runs already needs --query: where its traces are read")?;
        let query = query.trim_end_matches('/').to_owned();
        Ok(Self::Running { collector: collector.unwrap_or_else(|| COLLECTOR.to_owned()), query })
    }
}

// === impl Service ===

impl Service {
    fn read(role: Role, options: &mut Options) -> Result<Self, String> {
        let missing = |name: &str| format!("{name} is missing");
        Ok(Self {
            role,
            lesson: Lesson::named(&options.text("--lesson").ok_or_else(|| missing("--lesson"))?)?,
            collector: options.text("--to").ok_or_else(|| missing("--to"))?,
            port: options.port(role.port_option())?.unwrap_or(0),
        })
    }
}

// === impl Role ===

impl Role {
    /// As the process and its service in Jaeger are called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Formatter => "formatter",
            Self::Publisher => "publisher",
        }
    }

    /// That of the original.
    const fn default_port(self) -> u16 {
        match self {
            Self::Formatter => 8081,
            Self::Publisher => 8082,
        }
    }

    pub(crate) const fn port_option(self) -> &'static str {
        match self {
            Self::Formatter => "--formatter-port",
            Self::Publisher => "--publisher-port",
        }
    }
}
