//! SH3: the API shows no type of OpenTelemetry's, but for the provider of which SH1 makes a tracer.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Not public, whatever their items say.
const PRIVATE: [&str; 3] = ["mock/engine.rs", "shared_span.rs", "tests.rs"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|file| PRIVATE.iter().all(|private| !file.ends_with(private)));
    files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

/// The types and traits that a file has from OpenTelemetry's crates.
fn imported(source: &str) -> Vec<&str> {
    let trees = source.split("use opentelemetry").skip(1).filter_map(|rest| rest.split(';').next());
    let leaves = trees.flat_map(|tree| tree.split([',', '{', '}'])).map(str::trim);
    let names = leaves.filter_map(|leaf| leaf.rsplit([':', ' ']).next());
    let types = names.filter(|name| name.starts_with(char::is_uppercase));
    types.chain(["opentelemetry", "opentelemetry_sdk"]).collect()
}

/// What a file shows: its public items and what it implements, each without its body.
fn shown(source: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut lines = source.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let is_item = line.starts_with("pub ") || line.starts_with("impl");
        if !is_item || line.starts_with("pub use") || line.starts_with("pub mod") {
            continue;
        }
        let mut item = line.to_owned();
        while !item.ends_with(['{', '}', ';', ',']) || item.matches('(').count() > item.matches(')').count() {
            item.push_str(lines.next().unwrap());
        }
        if item.contains("where") && !item.ends_with('{') {
            item.extend(lines.by_ref().take_while(|line| *line != "{"));
        }
        items.push(item);
    }
    items
}

#[test]
fn sh3_the_api_shows_no_type_of_opentelemetry_s() {
    let is_end = |character: char| !character.is_alphanumeric() && character != '_';
    let (mut count, mut foreign) = (0, Vec::new());
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = fs::read_to_string(&file).unwrap();
        let imported = imported(&source);
        let items = shown(&source);
        count += items.len();
        let names = |item: &&String| item.split(is_end).any(|word| imported.contains(&word));
        foreign.extend(items.iter().filter(names).map(|item| (file.clone(), item.clone())));
    }
    assert!(count > 100, "{count} items");
    let (of_provider, others): (Vec<_>, Vec<_>) =
        foreign.into_iter().partition(|(_, item)| item.contains("provider: &P"));
    assert!(others.is_empty(), "{others:#?}");
    assert_eq!(of_provider.len(), 2, "{of_provider:#?}");
}
