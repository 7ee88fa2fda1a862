//! How the tree of a trace differs from the one that a test expects.

use std::{error, fmt};

/// A trace that is not the expected one. Its message has both, line by line: `-` is missing, `+` is too much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeDifference {
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Same(String),
    Missing(String),
    TooMuch(String),
}

/// A line of a tree with what is below it, in an order that does not depend on times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Branch {
    text: String,
    below: Vec<Branch>,
}

/// The difference between two trees, in which the order of siblings does not count; `None` if there is none.
pub(super) fn difference(expected: &str, found: &str) -> Option<TreeDifference> {
    let (expected, found) = (branches(expected), branches(found));
    if expected == found {
        return None;
    }
    let mut lines = Vec::new();
    compare(&expected, &found, 0, &mut lines);
    Some(TreeDifference { lines })
}

/// Reads a tree: a line for each span, below the last line that is less indented. Blank lines and a common indentation say nothing.
fn branches(tree: &str) -> Vec<Branch> {
    let lines: Vec<_> = tree.lines().filter(|line| !line.trim().is_empty()).collect();
    let lines = lines.iter().map(|line| (line.len() - line.trim_start().len(), line.trim()));
    let mut roots = Vec::new();
    // Branches to which something may be added, with their indentation.
    let mut open: Vec<(usize, Branch)> = Vec::new();
    let close = |open: &mut Vec<(usize, Branch)>, roots: &mut Vec<Branch>| {
        let Some((_, mut branch)) = open.pop() else { return };
        branch.below.sort_unstable();
        match open.last_mut() {
            Some((_, parent)) => parent.below.push(branch),
            None => roots.push(branch),
        }
    };
    for (indent, text) in lines {
        while open.last().is_some_and(|(of_last, _)| *of_last >= indent) {
            close(&mut open, &mut roots);
        }
        open.push((indent, Branch { text: text.to_owned(), below: Vec::new() }));
    }
    while !open.is_empty() {
        close(&mut open, &mut roots);
    }
    roots.sort_unstable();
    roots
}

/// Pairs what is the same, then what has the same line.
fn compare(expected: &[Branch], found: &[Branch], depth: usize, lines: &mut Vec<Line>) {
    let mut found: Vec<_> = found.iter().collect();
    let mut take = |is_it: &dyn Fn(&Branch) -> bool| {
        let at = found.iter().position(|branch| is_it(branch))?;
        Some(found.remove(at))
    };
    let mut unlike = Vec::new();
    for branch in expected {
        match take(&|other| other == branch) {
            Some(same) => all(same, depth, &Line::Same, lines),
            None => unlike.push(branch),
        }
    }
    for branch in unlike {
        match take(&|other| other.text == branch.text) {
            Some(other) => {
                lines.push(Line::Same(indented(&branch.text, depth)));
                compare(&branch.below, &other.below, depth + 1, lines);
            }
            None => all(branch, depth, &Line::Missing, lines),
        }
    }
    for branch in found {
        all(branch, depth, &Line::TooMuch, lines);
    }
}

fn all(branch: &Branch, depth: usize, line: &dyn Fn(String) -> Line, lines: &mut Vec<Line>) {
    let mut pending = vec![(branch, depth)];
    while let Some((branch, depth)) = pending.pop() {
        lines.push(line(indented(&branch.text, depth)));
        pending.extend(branch.below.iter().rev().map(|below| (below, depth + 1)));
    }
}

fn indented(text: &str, depth: usize) -> String {
    format!("{:indent$}{text}", "", indent = 2 * depth)
}

// === impl TreeDifference ===

impl fmt::Display for TreeDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the trace is not as expected (- missing, + too much):")?;
        self.lines.iter().try_for_each(|line| match line {
            Line::Same(text) => writeln!(f, "  {text}"),
            Line::Missing(text) => writeln!(f, "- {text}"),
            Line::TooMuch(text) => writeln!(f, "+ {text}"),
        })
    }
}

impl error::Error for TreeDifference {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn differs(expected: &str, found: &str, lines: &[&str]) {
        let message =
            difference(expected, found).map(|difference| difference.to_string()).unwrap_or_default();
        assert_eq!(message.lines().skip(1).collect::<Vec<_>>(), lines);
    }

    #[test]
    fn the_order_of_siblings_and_the_indentation_of_all_do_not_count() {
        differs(
            "web: a\n  web: b\n    web: c\n  web: d\n",
            "\n    web: a\n        web: d\n        web: b\n            web: c\n",
            &[],
        );
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_told_where_it_is() {
        let expected = "web: a\n  web: b\n    db: c\n  web: b\n    db: d\n";
        let found = "web: a\n  web: b\n    db: c\n  web: b\n    db: e\nweb: f\n  web: g\n";
        let lines = [
            "  web: a",
            "    web: b",
            "      db: c",
            "    web: b",
            "-     db: d",
            "+     db: e",
            "+ web: f",
            "+   web: g",
        ];
        differs(expected, found, &lines);
        differs("web: a\n", "", &["- web: a"]);
        differs("", "web: a\n", &["+ web: a"]);
    }

    #[test]
    fn the_number_of_spans_counts() {
        differs("a\n  b\n  b\n", "a\n  b\n", &["  a", "    b", "-   b"]);
        differs("a\n  b\n", "a\nb\n", &["  a", "-   b", "+ b"]);
    }

    #[test]
    fn a_deep_tree_is_no_trouble() {
        let deep: String = (0..2_000).map(|depth| format!("{:depth$}a\n", "")).collect();
        assert_eq!(difference(&deep, &deep), None);
        let other = deep.trim_end().to_owned() + "b\n";
        let difference = difference(&deep, &other).unwrap().to_string();
        assert!(difference.contains("ab"), "the last line tells them apart");
    }
}
