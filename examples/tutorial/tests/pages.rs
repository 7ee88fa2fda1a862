//! The pages of the lessons quote the programs as they are, and their commands do what they say.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use support::run;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let pages = files.filter(|file| file.extension().is_some_and(|extension| extension == "md"));
    pages.map(|page| (page.display().to_string(), fs::read_to_string(page).unwrap())).collect()
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// The blocks of a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Words, of which some are in quotes.
fn words(line: &str) -> Vec<&str> {
    let parts = line.split('"').enumerate();
    let quoted = |(index, part): (usize, &'_ str)| index % 2 == 1 && !part.is_empty();
    parts
        .flat_map(
            |(index, part)| {
                if quoted((index, part)) { vec![part] } else { part.split_whitespace().collect() }
            },
        )
        .collect()
}

#[test]
fn the_code_is_that_of_the_programs() {
    let mut programs = Vec::new();
    sources(&folder().join("src"), &mut programs);
    let mut quoted = 0;
    for (name, page) in pages() {
        for block in blocks(&page, "rust") {
            quoted += 1;
            assert!(
                programs.iter().any(|program| program.contains(block)),
                "{name}: no program has\n{block}"
            );
        }
    }
    assert!(quoted >= 20, "{quoted} quotations: is the check looking at the right place?");
}

#[test]
fn the_commands_run() {
    let mut commands = 0;
    for (name, page) in pages() {
        for line in blocks(&page, "sh").into_iter().flat_map(str::lines) {
            commands += 1;
            let arguments = line.strip_prefix("cargo run -p tutorial -- ").unwrap();
            let output = run(&[words(arguments), vec!["--once"]].concat());
            let fails = line.contains("--without-formatter");
            assert_eq!(output.status.code(), Some(i32::from(fails)), "{name}: {line}: {output:?}");
        }
    }
    assert!(commands >= 10, "{commands} commands: is the check looking at the right place?");
}
