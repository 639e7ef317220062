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

/// The paths on which a token of scope act is needed, as a regular expression.
const ACTED_ON: &str = "^/api/v1/((?!cases)[a-z_]+(/[{]code[}]/[a-z_]+)?|cases/[{]code[}]/[{]act[}])$";

/// All checks on the operations of a method, on the paths for a token of scope act (when it reads: those of cases) or on all
/// others, under a token; what it
/// says, if it found something.
fn judge(program: &Path, server: &Server, token: &str, (method, acts): (&str, bool)) -> Result<(), String> {
    let mut command = Command::new(program);
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis.toml");
    command.arg("--config-file").arg(config);
    command.args(["run", "--checks", "all", "--phases", "examples,coverage,fuzzing", "--seed", "1", "--no-color"]);
    command.args(["--max-examples", EXAMPLES, "--generation-database", "none", "--continue-on-failure"]);
    command.arg("-H").arg(format!("Authorization: Bearer {token}"));
    command.args(["--include-method", method]);
    match (method, acts) {
        ("POST", true) => drop(command.args(["--include-path-regex", ACTED_ON])),
        ("POST", false) => drop(command.args(["--exclude-path-regex", ACTED_ON])),
        (_, true) => drop(command.args(["--include-path-regex", "^/api/v1/cases(/.*)?$"])),
        (_, false) => {}
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
    let until = domain::Moment(desk::Clock::System.now().0 + 30 * 86_400_000).date().to_string();
    let post = ["--scope", "act", "--unit", "district", "--role", "clerk", "--until", &until];
    let act = must(&[&["token", "--data", data, "--name", "box"], &post[..]].concat()).trim().to_owned();
    let server = Server::start(data);
    let faults = [
        judge(&program, &server, &intake, ("POST", false)),
        judge(&program, &server, &act, ("POST", true)),
        judge(&program, &server, &read, ("GET", false)),
        judge(&program, &server, &act, ("GET", true)),
    ];
    let faults: Vec<String> = faults.into_iter().filter_map(Result::err).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    drop(server);
    assert!(must(&["verify", "--data", data]).contains("Everything fits"), "what it left behind is whole");
}
