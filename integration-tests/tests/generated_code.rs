//! The checked-in gRPC code is what the generator makes of the `.proto` files today.
//!
//! `UPDATE_GENERATED=1 cargo test -p integration-tests --test generated_code` writes it anew.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{env, fs};

use integration_tests::workspace_root;

#[test]
fn the_checked_in_grpc_code_is_current() {
    for (user, generated, package) in [
        ("examples/rides", "src/generated", "driver"),
        ("examples/hello-tonic", "src/generated", "hello"),
        ("integration-tests", "tests/streams/generated", "streams"),
    ] {
        let folder = workspace_root().join(user);
        let checked_in = folder.join(generated).join(format!("{package}.rs"));
        let generated = generate(&folder.join("proto"), package);
        if env::var_os("UPDATE_GENERATED").is_some() {
            fs::write(&checked_in, &generated).unwrap();
        }
        let found = fs::read_to_string(&checked_in).unwrap_or_default();
        assert!(found == generated, "{} is not current; see the head of this file", checked_in.display());
    }
}

fn generate(protos: &std::path::Path, package: &str) -> String {
    let out = env::temp_dir().join(format!("tower-jaeger-generated-{package}-{}", std::process::id()));
    fs::create_dir_all(&out).unwrap();
    let files = protox::compile([format!("{package}.proto")], [protos]).unwrap();
    tonic_prost_build::configure().out_dir(&out).compile_fds(files).unwrap();
    let generated = fs::read_to_string(out.join(format!("{package}.rs"))).unwrap();
    fs::remove_dir_all(&out).unwrap();
    generated
}
