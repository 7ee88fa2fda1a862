//! A trace as a tree: what was expected, what came, and how it looks.

use std::{collections::BTreeMap, fmt, time::Duration};

/// A span and what is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    service: String,
    operation: String,
    is_error: bool,
    /// Whether the reference to its parent is FollowsFrom.
    follows: bool,
    /// The baggage that the span is tagged with.
    tags: BTreeMap<&'static str, String>,
    /// Known of what came.
    duration: Option<Duration>,
    children: Vec<Node>,
}

// === impl Node ===

impl Node {
    pub(crate) fn new(service: impl Into<String>, operation: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            operation: operation.into(),
            is_error: false,
            follows: false,
            tags: BTreeMap::new(),
            duration: None,
            children: Vec::new(),
        }
    }

    pub(crate) fn error(mut self) -> Self {
        self.is_error = true;
        self
    }

    pub(crate) fn follows(mut self) -> Self {
        self.follows = true;
        self
    }

    pub(crate) fn tag(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.tags.insert(key, value.into());
        self
    }

    pub(crate) fn took(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    pub(crate) fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    pub(crate) fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    pub(crate) fn is_error(&self) -> bool {
        self.is_error
    }

    /// The number of spans.
    pub(crate) fn count(&self) -> usize {
        1 + self.children.iter().map(Self::count).sum::<usize>()
    }

    /// The same tree without durations, and with children in an order that does not depend on time: two traces are the
    /// same course of events if their shapes are equal.
    pub(crate) fn shape(&self) -> Self {
        let mut children: Vec<_> = self.children.iter().map(Self::shape).collect();
        children.sort_by_cached_key(Self::to_string);
        Self { duration: None, children, ..self.clone() }
    }

    fn write_line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.service, self.operation)?;
        if let Some(duration) = self.duration {
            write!(f, "  {:.1} ms", duration.as_secs_f64() * 1000.0)?;
        }
        if self.follows {
            f.write_str("  follows")?;
        }
        if self.is_error {
            f.write_str("  error")?;
        }
        for (index, (key, value)) in self.tags.iter().enumerate() {
            write!(f, "{}{key}={value:?}", if index == 0 { "  " } else { " " })?;
        }
        writeln!(f)
    }

    fn write_children(&self, f: &mut fmt::Formatter<'_>, indent: &str) -> fmt::Result {
        for (index, child) in self.children.iter().enumerate() {
            let is_last = index + 1 == self.children.len();
            let (branch, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            write!(f, "{indent}{branch}")?;
            child.write_line(f)?;
            child.write_children(f, &format!("{indent}{below}"))?;
        }
        Ok(())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_line(f)?;
        self.write_children(f, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(took: u64) -> Node {
        Node::new("web", "HTTP GET").took(Duration::from_micros(took)).child(Node::new("db", "SELECT"))
    }

    #[test]
    fn a_tree_is_drawn() {
        let tree = call(1_500).child(call(20).error().tag("session", "1 2")).child(call(0));
        let drawn = "\
web: HTTP GET  1.5 ms
├─ db: SELECT
├─ web: HTTP GET  0.0 ms  error  session=\"1 2\"
│  └─ db: SELECT
└─ web: HTTP GET  0.0 ms
   └─ db: SELECT
";
        assert_eq!(tree.to_string(), drawn);
        assert_eq!(tree.count(), 6);
    }

    #[test]
    fn order_and_durations_do_not_matter() {
        let one = call(1).child(call(2)).child(call(3).error());
        let other = call(4).child(call(5).error()).child(call(6));
        assert_eq!(one.shape(), other.shape());
    }

    #[test]
    fn everything_else_matters() {
        let tree = || call(1).child(call(2));
        for other in [
            tree().error(),
            tree().follows(),
            tree().tag("session", "1"),
            tree().child(call(2)),
            call(1).child(call(2).error()),
            call(1).child(Node::new("web", "HTTP POST").child(Node::new("db", "SELECT"))),
            call(1).child(Node::new("web", "HTTP GET")).child(Node::new("db", "SELECT")),
        ] {
            assert_ne!(tree().shape(), other.shape(), "{other}");
        }
    }
}
