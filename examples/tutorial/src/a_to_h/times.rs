//! When each span was: a bar for each, and one line for those that were one after the other.

use crate::stored::{StoredSpan, StoredTrace};

/// Of the stored microseconds.
const MICROS_PER_COLUMN: u64 = 1000;

/// A span and what is below it, in the order of their starts; what follows from a span comes after it.
pub(super) fn draw(trace: &StoredTrace) -> String {
    let mut spans = Vec::new();
    for root in trace.roots() {
        descend(trace, root, &mut spans);
    }
    let origin = trace.spans.first().map_or(0, |span| span.start);
    let column = |micros: u64| usize::try_from((micros - origin) / MICROS_PER_COLUMN).unwrap_or_default();
    let mut rows: Vec<String> = Vec::new();
    for span in spans {
        let (start, end) = (column(span.start), column(span.start + span.duration));
        let bar = bar(&span.operation, end.saturating_sub(start));
        match rows.last_mut().filter(|row| row.chars().count() <= start) {
            Some(row) => append(row, start, &bar),
            None => {
                let mut row = String::new();
                append(&mut row, start, &bar);
                rows.push(row);
            }
        }
    }
    let width = rows.iter().map(|row| row.chars().count()).max().unwrap_or_default();
    let axis: String = "––|–––––".chars().cycle().take(width + 1).collect();
    format!("{axis}> time\n\n{}\n", rows.join("\n"))
}

fn descend<'a>(trace: &'a StoredTrace, span: &'a StoredSpan, spans: &mut Vec<&'a StoredSpan>) {
    spans.push(span);
    trace.children(span).chain(trace.followers(span)).for_each(|below| descend(trace, below, spans));
}

fn append(row: &mut String, start: usize, bar: &str) {
    let missing = start - row.chars().count();
    row.push_str(&" ".repeat(missing));
    row.push_str(bar);
}

/// `[Span A···]`
fn bar(operation: &str, width: usize) -> String {
    let name = format!("[Span {operation}");
    let rest = width.saturating_sub(name.chars().count() + 1);
    format!("{name}{}]", "·".repeat(rest))
}
