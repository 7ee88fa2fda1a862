//! Figures in rows and columns, for people and as JSON.

use serde::Serialize;

use crate::Print;

/// A table whose columns differ from part to part. A figure that is not known is NaN: nothing in the print, `null` in JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Grid {
    title: String,
    columns: Vec<&'static str>,
    rows: Vec<Row>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    figures: Vec<f64>,
}

// === impl Grid ===

impl Grid {
    pub(crate) fn new(title: impl Into<String>, columns: impl IntoIterator<Item = &'static str>) -> Self {
        let columns = columns.into_iter().collect();
        Self { title: title.into(), columns, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a row, with a figure for each column.
    pub(crate) fn row(mut self, name: impl Into<String>, figures: impl IntoIterator<Item = f64>) -> Self {
        self.rows.push(Row { name: name.into(), figures: figures.into_iter().collect() });
        self
    }

    /// Adds a line below the rows.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl Print for Grid {
    fn print(&self) {
        println!("\n{}", self.title);
        let names = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let widths: Vec<_> = self.columns.iter().map(|column| column.chars().count().max(8)).collect();
        let line = |name: &str, cells: Vec<String>| {
            let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:>width$}"));
            println!("{name:<names$}{}", cells.collect::<String>());
        };
        line("", self.columns.iter().map(|&column| column.to_owned()).collect());
        for Row { name, figures } in &self.rows {
            line(name, figures.iter().copied().map(shown).collect());
        }
        for note in &self.notes {
            println!("{note}");
        }
    }
}

/// With as many decimals as say something.
fn shown(figure: f64) -> String {
    match figure.abs() {
        size if size.is_nan() => String::new(),
        size if size >= 100.0 || figure.fract() == 0.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.3}"),
    }
}
