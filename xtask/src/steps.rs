//! The steps of a test run, each with its time, and the summary at the end.

use crate::bring;
use crate::output::{self, Totals};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Integration tests that `--quick` leaves out, by the name of their file or module.
const SLOW: &[&str] = &["browser", "contract", "crash", "environment", "outside"];

/// What went wrong and what to do, in words.
pub type Result<T> = std::result::Result<T, String>;

/// A run: what has been done so far, and how long it took.
struct Run {
    began: Instant,
    done: Vec<(String, Duration, String)>,
}

impl Run {
    fn new() -> Run {
        Run { began: Instant::now(), done: Vec::new() }
    }

    /// Does a step. Its result is a remark for the summary; at a failure the summary is printed and the run ends.
    fn step(&mut self, name: &str, work: impl FnOnce() -> Result<String>) -> Result<()> {
        println!("\n── {} {name}", self.done.len() + 1);
        let began = Instant::now();
        let result = work();
        let took = began.elapsed();
        let (remark, result) = match result {
            Ok(remark) => (remark, Ok(())),
            Err(failure) => ("FAILED".to_owned(), Err(failure)),
        };
        println!("── {name}: {} {remark}", seconds(took));
        self.done.push((name.to_owned(), took, remark));
        if result.is_err() {
            self.summary();
        }
        result
    }

    fn summary(&self) {
        println!("\nSummary");
        for (name, took, remark) in &self.done {
            println!("  {:>8}  {name}{}{remark}", seconds(*took), if remark.is_empty() { "" } else { ": " });
        }
        println!("  {:>8}  in all", seconds(self.began.elapsed()));
    }
}

/// Everything, in the order of what fails fastest. The tools come while the tests are built: that build has long stretches
/// in which it has work for one core only.
pub fn all() -> Result<()> {
    let mut run = Run::new();
    run.step("what the tests need", bring::everything)?;
    run.step("format", format)?;
    let tools = thread::spawn(bring::tools);
    run.step("lints, and build of the tests", || build(&["--workspace"]))?;
    run.step("tools, brought meanwhile", || {
        tools.join().unwrap_or_else(|_| Err("Bringing the tools broke off.".into()))
    })?;
    run.step("licences, bans, sources", deny)?;
    run.step("known holes in dependencies", advisories)?;
    run.step("tests", || tests(&["--workspace"], &[]))?;
    run.summary();
    println!("\nAll is well.");
    Ok(())
}

/// What can be checked in a minute or two while writing.
pub fn quick() -> Result<()> {
    let mut run = Run::new();
    run.step("format and lint tools", bring::components)?;
    run.step("format", format)?;
    run.step("lints", lints)?;
    let mut selection = vec!["--workspace".to_owned(), "--lib".to_owned(), "--bins".to_owned()];
    for name in quick_targets()? {
        selection.extend(["--test".to_owned(), name]);
    }
    let selection: Vec<&str> = selection.iter().map(String::as_str).collect();
    let skip: Vec<String> = SLOW.iter().flat_map(|name| ["--skip".to_owned(), format!("{name}::")]).collect();
    let skip: Vec<&str> = skip.iter().map(String::as_str).collect();
    run.step("tests", || tests(&selection, &skip))?;
    run.summary();
    let slow = SLOW.join(", ");
    println!("\nAll is well as far as that goes: {slow} and the dependency check run in `cargo xtask test`.");
    Ok(())
}

/// Pictures of every page into a folder: one of the tests in the browser, that otherwise does not run.
pub fn screenshots(folder: &str) -> Result<()> {
    draw(folder, "a_picture_of_every_page")
}

/// The pictures of the README, into docs/pictures.
pub fn pictures() -> Result<()> {
    draw("docs/pictures", "the_pictures_of_the_readme")
}

/// Writes what is derived from the program and kept beside it anew: a test holds each of these texts.
pub fn describe() -> Result<()> {
    // Plans depend on the statistics that are written in the same run.
    for _ in 0..2 {
        let mut command = cargo();
        command.args([
            "test",
            "--locked",
            "-p",
            "domain",
            "-p",
            "registers",
            "-p",
            "figures",
            "-p",
            "store",
            "-p",
            "web",
        ]);
        command.args(["--", "looked_at", "agreed", "plan", "statistics"]).env("DOORSTEP_RENEW", "1");
        must(&mut command, "Read the message above: what can't be derived is named there.")?;
    }
    println!("\nLook at what has changed: git diff docs crates");
    Ok(())
}

fn draw(folder: &str, test: &str) -> Result<()> {
    let made = std::fs::create_dir_all(folder).and_then(|()| std::fs::canonicalize(folder));
    let folder = made.map_err(|error| format!("{folder} can't be made: {error}. Name another folder."))?;
    let mut run = Run::new();
    run.step("what the tests need", bring::everything)?;
    let mut command = cargo();
    let test = format!("browser::pictures::{test}");
    command.args(["test", "--locked", "-p", "doorstep", "--test", "doorstep", "--", "--ignored", "--exact", &test]);
    command.env("DOORSTEP_SCREENSHOTS", &folder);
    run.step("pictures", || must(&mut command, "Read the message above: a page that can't be opened is named there."))?;
    run.summary();
    println!("\nThe pictures are in {}.", folder.display());
    Ok(())
}

/// The names of the integration tests that aren't slow.
fn quick_targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for rooms in ["crates", "tests"] {
        for room in listed(&root().join(rooms))? {
            for test in listed(&room.join("tests"))? {
                let is_target = test.extension().is_some_and(|e| e == "rs") || test.join("main.rs").is_file();
                let name = test.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                if is_target && !SLOW.contains(&name.as_str()) && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    Ok(names)
}

/// What stands in a folder, in order; nothing where there is no such folder.
fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |error| format!("{} can't be read: {error}", folder.display());
    let entries = folder.read_dir().map_err(unreadable)?;
    let mut found =
        entries.map(|entry| entry.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>().map_err(unreadable)?;
    found.sort();
    Ok(found)
}

fn format() -> Result<String> {
    must(cargo().args(["fmt", "--all", "--check"]), "Run `cargo fmt --all`, look at what it changed, and commit it.")
}

fn lints() -> Result<String> {
    must(
        cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        "Mend what clippy names above. If it says that Cargo.lock must change, run `cargo check` and commit Cargo.lock.",
    )
}

fn deny() -> Result<String> {
    must(
        cargo_deny()?.args(["check", "licenses", "bans", "sources"]),
        "A dependency breaks deny.toml: take another one, or write into deny.toml why this one may stay.",
    )
}

/// The list of known holes comes from a git host. Where that can't be reached, a list fetched earlier will do; without
/// any list nothing is checked, and that is said aloud: a machine without the internet must still be able to build.
fn advisories() -> Result<String> {
    let hole = "A dependency has a known hole: update it with `cargo update -p NAME`, or write into deny.toml why it doesn't concern us.";
    // Where the network swallows packets instead of refusing them, git gives up by itself after half a minute.
    let mut fetch = cargo_deny()?;
    fetch.args(["fetch", "db"]).env("GIT_HTTP_LOW_SPEED_LIMIT", "1000").env("GIT_HTTP_LOW_SPEED_TIME", "30");
    if fetch.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return must(cargo_deny()?.args(["check", "--disable-fetch", "advisories"]), hole);
    }
    if has_old_list() {
        println!("The advisory database can't be reached; an earlier copy on this machine is used.");
        must(cargo_deny()?.args(["check", "--disable-fetch", "advisories"]), hole)?;
        return Ok("checked against an EARLIER copy of the list".to_owned());
    }
    println!("NOT CHECKED: the advisory database (github.com/RustSec/advisory-db) can't be reached from here.");
    println!("Run `cargo deny check advisories` on a machine that reaches it before a release.");
    Ok("NOT CHECKED, the advisory database can't be reached".to_owned())
}

/// Whether an earlier run left a whole copy of the list of known holes. cargo-deny keeps it in cargo's home.
fn has_old_list() -> bool {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let copies = home.and_then(|home| home.join("advisory-dbs").read_dir().ok());
    copies.is_some_and(|mut entries| entries.any(|entry| entry.is_ok_and(|e| e.path().join("crates").is_dir())))
}

/// Builds the tests with clippy as the compiler: what it warns of is an error, and nothing is compiled twice.
fn build(selection: &[&str]) -> Result<String> {
    must(
        linting(cargo().args(["test", "--locked", "--no-run", "--quiet"]).args(selection)),
        "Mend what clippy names above. If it says that Cargo.lock must change, run `cargo check` and commit Cargo.lock.",
    )
}

/// Lets clippy compile our own crates, as `cargo clippy` does for a check: `cargo test` does the same for a build. The
/// steps after it say the same, so that they use what was built.
fn linting(command: &mut Command) -> &mut Command {
    // This separator is how `cargo clippy` hands its arguments on.
    const ARGUMENTS: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";
    command.env("RUSTC_WORKSPACE_WRAPPER", root().join("xtask/lint.sh"));
    command.env("CLIPPY_DRIVER", bring::clippy_driver()).env("CLIPPY_ARGS", ARGUMENTS)
}

/// Runs tests, shows what they say, and counts them. In a full run, what a test needs is there: it must not skip.
fn tests(selection: &[&str], filter: &[&str]) -> Result<String> {
    let mut command = cargo();
    command.args(["test", "--locked"]).args(selection).args(["--", "--show-output"]).args(filter);
    if filter.is_empty() {
        linting(&mut command).env("DOORSTEP_TESTS", "all");
    }
    command.env("PATH", bring::path_with_postgresql());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo can't be started: {error}. Install Rust from rustup.rs."))?;
    let totals = match child.stdout.take() {
        Some(stdout) => output::follow(stdout, std::io::stdout())
            .map_err(|error| format!("The tests' output broke off: {error}. Run it again."))?,
        None => Totals::default(),
    };
    let status = child.wait().map_err(|error| format!("cargo got lost: {error}. Run it again."))?;
    if !totals.skipped.is_empty() {
        println!("\nSkipped, and why:");
        for line in &totals.skipped {
            println!("  {line}");
        }
    }
    if !status.success() {
        return Err("A test failed: read its message above (\"failures:\"). `cargo test -p ROOM NAME` runs it alone."
            .to_owned());
    }
    if totals.passed == 0 {
        return Err("Not a single test ran: look at the filters in xtask/src/steps.rs.".to_owned());
    }
    Ok(totals.to_string())
}

/// cargo in the root of the project.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).stdin(Stdio::null());
    command
}

fn cargo_deny() -> Result<Command> {
    let tool = bring::cargo_deny_path().ok_or("cargo-deny is gone: run `cargo xtask test` again.")?;
    let mut command = Command::new(tool);
    command.current_dir(root()).stdin(Stdio::null());
    Ok(command)
}

/// Runs a command that must succeed.
///
/// # Errors
/// The command, how it ended, and the advice.
pub fn must(command: &mut Command, advice: &str) -> Result<String> {
    let shown = std::iter::once(command.get_program().to_string_lossy().into_owned())
        .chain(command.get_args().map(|a| a.to_string_lossy().into_owned()))
        .collect::<Vec<_>>()
        .join(" ");
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(String::new()),
        Ok(status) => Err(format!("`{shown}` ended with {status}.\n{advice}")),
        Err(error) => Err(format!("`{shown}` can't be started: {error}.\n{advice}")),
    }
}

/// The root of the project: the folder above this crate's.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        s @ 0..60 => format!("{s}.{} s", time.subsec_millis() / 100),
        s => format!("{} min {:02} s", s / 60, s % 60),
    }
}
