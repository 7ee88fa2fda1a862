//! What has caused each span: ChildOf is drawn downwards, FollowsFrom to the right.

use std::iter;

use crate::stored::{StoredSpan, StoredTrace};

/// Between siblings.
const GAP: usize = 4;
const FOLLOWS_FROM: &str = " >>> ";

/// Lines of text, with the column in which they hang on what is above.
#[derive(Clone, Debug)]
struct Block {
    lines: Vec<String>,
    anchor: usize,
}

pub(super) fn draw(trace: &StoredTrace) -> String {
    let mut text = String::new();
    for root in trace.roots() {
        for line in Block::of(trace, root).lines {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

// === impl Block ===

impl Block {
    /// A span, what is below it, and what follows from it.
    fn of(trace: &StoredTrace, span: &StoredSpan) -> Self {
        let own =
            Self::label(&span.operation).above(trace.children(span).map(|child| Self::of(trace, child)));
        trace.followers(span).map(|follower| Self::of(trace, follower)).fold(own, |own, follower| {
            let anchor = own.anchor;
            Self { anchor, ..own.beside(&follower, FOLLOWS_FROM) }
        })
    }

    fn label(operation: &str) -> Self {
        let label = format!("[Span {operation}]");
        Self { anchor: label.chars().count() / 2, lines: vec![label] }
    }

    fn width(&self) -> usize {
        self.lines.iter().map(|line| line.chars().count()).max().unwrap_or_default()
    }

    /// The same further right.
    fn moved(self, columns: usize) -> Self {
        let indent = " ".repeat(columns);
        let lines = self.lines.into_iter().map(|line| format!("{indent}{line}")).collect();
        Self { lines, anchor: self.anchor + columns }
    }

    /// Another one to the right; `between` is in the first line.
    fn beside(self, other: &Self, between: &str) -> Self {
        let (width, rest) = (self.width(), " ".repeat(between.chars().count()));
        let heights = self.lines.len().max(other.lines.len());
        let line = |block: &Self, row: usize| block.lines.get(row).cloned().unwrap_or_default();
        let lines = (0..heights).map(|row| {
            let between = if row == 0 { between } else { &rest };
            format!("{:width$}{between}{}", line(&self, row), line(other, row))
        });
        Self { lines: lines.collect(), anchor: self.anchor }
    }

    /// This one, and below it what is ChildOf it.
    fn above(self, children: impl Iterator<Item = Self>) -> Self {
        let (mut anchors, mut row): (Vec<usize>, Option<Self>) = (Vec::new(), None);
        for child in children {
            let left = row.as_ref().map_or(0, |row| row.width() + GAP);
            anchors.push(left + child.anchor);
            row = Some(match row {
                Some(row) => row.beside(&child, &" ".repeat(GAP)),
                None => child,
            });
        }
        let (Some(first), Some(last), Some(row)) = (anchors.first(), anchors.last(), row) else {
            return self;
        };
        let middle = usize::midpoint(*first, *last);
        // Whichever needs it is moved to the right, so that the label is above the middle.
        let shift = self.anchor.saturating_sub(middle);
        let row = row.moved(shift);
        let anchors: Vec<_> = anchors.iter().map(|anchor| anchor + shift).collect();
        let anchor = middle + shift;
        let label = self.anchor;
        let label = self.moved(anchor - label);
        let stem = at_columns(&[anchor], ' ', '|');
        let branches = [at_columns(&with(&anchors, anchor), '-', '+'), at_columns(&anchors, ' ', '|')];
        let branches = branches.into_iter().filter(|_| anchors.len() > 1);
        let lines = label.lines.into_iter().chain(iter::once(stem)).chain(branches).chain(row.lines);
        Self { lines: lines.collect(), anchor }
    }
}

/// `mark` in these columns, and `between` from the first to the last.
fn at_columns(columns: &[usize], between: char, mark: char) -> String {
    let (first, last) = (columns.first().copied().unwrap_or(0), columns.last().copied().unwrap_or(0));
    let char_at = |column| match column {
        column if columns.contains(&column) => mark,
        column if column < first => ' ',
        _ => between,
    };
    (0..=last).map(char_at).collect()
}

fn with(columns: &[usize], another: usize) -> Vec<usize> {
    let mut columns = columns.to_vec();
    columns.push(another);
    columns.sort_unstable();
    columns
}
