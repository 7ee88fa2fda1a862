//! The workspace keeps its shape: who may depend on whom, how much a layer costs to build, and on which compiler.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{collections::BTreeSet, process::Command};

use integration_tests::workspace_root;
use serde_json::Value;

/// "is used by", among the crates; no other edge exists. Development dependencies are free.
const EDGES: [(&str, &[&str]); 9] = [
    ("jaeger-propagation", &["jaeger-exporter", "jaeger-tracer", "jaeger-client", "tower-jaeger"]),
    ("jaeger-thrift", &["jaeger-exporter", "jaeger-tracer", "jaeger-backend"]),
    ("jaeger-exporter", &["jaeger-tracer", "jaeger-client"]),
    ("jaeger-tracer", &["jaeger-client", "tower-jaeger"]),
    ("jaeger-client", &[]),
    ("jaeger-backend", &[]),
    ("tower-jaeger", &[]),
    ("opentelemetry-jaeger-bridge", &[]),
    ("opentracing-shim", &[]),
];

/// They may use the propagation and the client, and nobody among the crates uses them.
const LEAVES: [&str; 2] = ["opentelemetry-jaeger-bridge", "opentracing-shim"];

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(workspace_root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn packages(arguments: &[&str]) -> Vec<Value> {
    let metadata = cargo(&[&["metadata", "--format-version", "1"], arguments].concat());
    let mut metadata: Value = serde_json::from_str(&metadata).unwrap();
    serde_json::from_value(metadata["packages"].take()).unwrap()
}

fn is_crate(package: &Value) -> bool {
    package["manifest_path"].as_str().unwrap().contains("/crates/")
}

fn is_allowed(used: &str, user: &str) -> bool {
    let leaf = LEAVES.contains(&user) && ["jaeger-propagation", "jaeger-client"].contains(&used);
    leaf || EDGES.iter().any(|(name, users)| *name == used && users.contains(&user))
}

#[test]
fn no_crate_uses_another_than_the_design_says() {
    let packages = packages(&["--no-deps"]);
    let name = |package: &Value| package["name"].as_str().unwrap().to_owned();
    let members: BTreeSet<_> = packages.iter().map(name).collect();
    let known: BTreeSet<_> = EDGES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut edges = 0;
    for package in packages.iter().filter(|package| is_crate(package)) {
        assert!(known.contains(&name(package)), "{} is not in the design", name(package));
        for dependency in package["dependencies"].as_array().unwrap() {
            let (used, kind) = (name(dependency), &dependency["kind"]);
            if members.contains(&used) && kind != "dev" {
                edges += 1;
                assert!(is_allowed(&used, &name(package)), "{} uses {used}", name(package));
            }
        }
    }
    assert!(edges >= 6, "found only {edges} edges: is the check looking at the right place?");
}

#[test]
fn a_forbidden_edge_would_be_seen() {
    assert!(is_allowed("jaeger-propagation", "tower-jaeger"));
    assert!(is_allowed("jaeger-client", "opentracing-shim"));
    assert!(!is_allowed("jaeger-exporter", "tower-jaeger"));
    assert!(!is_allowed("jaeger-thrift", "tower-jaeger"));
    assert!(!is_allowed("opentracing-shim", "jaeger-client"));
}

#[test]
fn the_layers_need_at_most_25_crates() {
    let tree =
        cargo(&["tree", "-p", "tower-jaeger", "--no-default-features", "-e", "normal", "--prefix", "none"]);
    let crates: BTreeSet<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains("opentelemetry"), "{crates:?}");
    assert!(crates.len() <= 25, "{} crates: {crates:?}", crates.len());
}

#[test]
fn the_stated_compiler_is_new_enough_for_every_dependency() {
    let version = |text: &str| -> Vec<u32> { text.split('.').map(|part| part.parse().unwrap()).collect() };
    let packages = packages(&["--filter-platform", "x86_64-unknown-linux-gnu"]);
    let stated = packages.iter().find(|package| package["name"] == "tower-jaeger").unwrap();
    let stated = version(stated["rust_version"].as_str().unwrap());
    for package in packages.iter().filter(|package| !package["rust_version"].is_null()) {
        let needed = package["rust_version"].as_str().unwrap();
        assert!(version(needed) <= stated, "{} needs {needed}", package["name"]);
    }
}

#[test]
fn the_core_crates_do_without_opentelemetry() {
    for name in ["jaeger-propagation", "jaeger-thrift"] {
        let tree = cargo(&["tree", "-p", name, "--no-default-features", "-e", "normal", "--prefix", "none"]);
        assert!(!tree.contains("opentelemetry"), "{name}: {tree}");
    }
}
