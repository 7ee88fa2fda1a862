//! The programs of `docs/opentracing.md` are there as files, and compile: those from before, too.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs, process::Command};

use integration_tests::workspace_root;

/// The blocks of code that say which file they are, and their texts.
fn blocks() -> Vec<(String, String)> {
    let text = fs::read_to_string(workspace_root().join("docs/opentracing.md")).unwrap();
    let mut blocks = Vec::new();
    let mut rest = text.as_str();
    while let Some((_, marked)) = rest.split_once("<!-- ") {
        let (path, behind) = marked.split_once(" -->\n```").unwrap();
        let (_language, code) = behind.split_once('\n').unwrap();
        let (code, next) = code.split_once("\n```\n").unwrap();
        blocks.push((path.to_owned(), code.to_owned()));
        rest = next;
    }
    blocks
}

#[test]
fn each_program_is_the_file_that_it_says() {
    let blocks = blocks();
    assert_eq!(blocks.len(), 4);
    for (path, code) in blocks {
        let file = fs::read_to_string(workspace_root().join(&path)).unwrap();
        assert_eq!(code, file.trim_end(), "{path}");
    }
}

fn is_there(tool: &str) -> bool {
    Command::new(tool).arg("version").output().is_ok_and(|output| output.status.success())
}

/// Those of the programs after it are examples of the crate, which are compiled with it.
#[test]
fn the_programs_from_before_compile() {
    if std::env::var_os("REQUIRE_PEERS").is_none_or(|required| required != "1") {
        println!("passed over: REQUIRE_PEERS=1 fetches what they need");
        return;
    }
    assert!(is_there("go"), "Go is required");
    let before = workspace_root().join("integration-tests/peers/before");
    let target = workspace_root().join("target/peers/before");
    let mut go = Command::new("go");
    go.args(["vet", "./..."]).env("GOFLAGS", "-mod=readonly -buildvcs=false").current_dir(before.join("go"));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--quiet", "--locked", "--target-dir"]).arg(target);
    cargo.current_dir(before.join("rustracing"));
    for command in [&mut go, &mut cargo] {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
