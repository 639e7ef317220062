//! The description of the API against the server that serves it: schemathesis, which nobody here wrote, makes requests
//! from the description, good and bad ones, and holds each answer against what the description promises.

use crate::binary::{Server, found, must};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Requests for each operation and phase: enough to meet every declared answer, few enough for a minute.
const EXAMPLES: &str = "40";

/// Where `cargo xtask test` puts schemathesis. Without it nothing is checked, which is said aloud; a full run must not skip.
fn schemathesis() -> Option<PathBuf> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/schemathesis/bin/schemathesis");
    if ours.is_file() {
        return Some(ours);
    }
    assert_ne!(
        std::env::var("DOORSTEP_TESTS").as_deref(),
        Ok("all"),
        "a full run needs schemathesis: cargo xtask test"
    );
    eprintln!("skipped: schemathesis is not installed");
    None
}

/// All checks on the operations of some methods, under a token; what it says, if it found something.
fn judge(program: &Path, server: &Server, token: &str, methods: &[&str]) -> Result<(), String> {
    let mut command = Command::new(program);
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis.toml");
    command.arg("--config-file").arg(config);
    command.args(["run", "--checks", "all", "--phases", "examples,coverage,fuzzing", "--seed", "1", "--no-color"]);
    command.args(["--max-examples", EXAMPLES, "--generation-database", "none", "--continue-on-failure"]);
    command.arg("-H").arg(format!("Authorization: Bearer {token}"));
    for method in methods {
        command.args(["--include-method", method]);
    }
    let said = command.arg(format!("{}/api/openapi.json", server.address)).current_dir(std::env::temp_dir()).output();
    let said = said.unwrap();
    if said.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&said.stdout).into_owned()) }
}

#[test]
fn the_api_answers_as_its_description_promises_whatever_it_is_asked() {
    let Some(program) = schemathesis() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let intake = found(data);
    let read = must(&["token", "--data", data, "--name", "reader", "--scope", "read"]).trim().to_owned();
    let server = Server::start(data);
    let faults = [judge(&program, &server, &intake, &["POST"]), judge(&program, &server, &read, &["GET"])];
    let faults: Vec<String> = faults.into_iter().filter_map(Result::err).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    drop(server);
    assert!(must(&["verify", "--data", data]).contains("Everything fits"), "what it left behind is whole");
}
