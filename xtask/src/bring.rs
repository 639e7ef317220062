//! What the tests need beside Rust, and how it comes onto a Debian machine.

use crate::steps::{Result, cargo, must, root};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The version of cargo-deny that reads our deny.toml.
const CARGO_DENY: &str = "0.20.2";

/// The version of axe-core that the pages are looked at with.
const AXE_CORE: &str = "4.14.1";

/// The version of schemathesis that the API is held against its description with.
const SCHEMATHESIS: &str = "4.32.5";

/// A Debian package, what it is for, and how to see that it is there.
struct Need {
    package: &'static str,
    what_for: &'static str,
    is_there: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need { package: "chromium", what_for: "tests in the browser", is_there: || on_path("chromium") },
    Need { package: "chromium-driver", what_for: "tests in the browser", is_there: || on_path("chromedriver") },
    Need {
        package: "fonts-noto-cjk",
        what_for: "Chinese letters in the browser",
        is_there: || Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists(),
    },
    Need {
        package: "postgresql",
        what_for: "tests on the second database",
        is_there: || on_path("initdb") || postgresql_folder().is_some(),
    },
    Need { package: "nodejs", what_for: "tests of the pages' scripts", is_there: || on_path("node") },
    Need { package: "npm", what_for: "axe-core, which looks for barriers on pages", is_there: || on_path("npm") },
    Need {
        package: "python3-venv",
        what_for: "schemathesis, which holds the API against its description",
        is_there: has_venv,
    },
    Need { package: "golang-go", what_for: "a receipt checker that isn't ours", is_there: || on_path("go") },
    Need {
        package: "golang-golang-x-mod-dev",
        what_for: "a receipt checker that isn't ours",
        is_there: || Path::new("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog").exists(),
    },
];

/// Brings all that is missing.
///
/// # Errors
/// What is missing and by which command it comes.
pub fn everything() -> Result<String> {
    components()?;
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok("all there".to_owned());
    }
    for need in &missing {
        println!("missing: {} ({})", need.package, need.what_for);
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let advice = format!(
        "Install by hand: `sudo apt-get install {}` (Debian 12 or newer; elsewhere the packages of the same purpose), then run this again. \
         `cargo xtask test --quick` does without.",
        packages.join(" ")
    );
    if !on_path("apt-get") {
        return Err(format!("This machine has no apt-get.\n{advice}"));
    }
    let Some(mut update) = apt_get() else {
        return Err(format!("Only root may install packages, and sudo wants a password or is missing.\n{advice}"));
    };
    must(update.args(["-q", "update"]), &advice)?;
    let Some(mut install) = apt_get() else { return Err(advice) };
    must(install.args(["-q", "-y", "--no-install-recommends", "install"]).args(&packages), &advice)?;
    match missing.iter().find(|need| !(need.is_there)()) {
        Some(need) => {
            Err(format!("{} was installed, but what the tests look for isn't there.\n{advice}", need.package))
        }
        None => Ok(format!("brought {}", packages.join(", "))),
    }
}

/// Brings rustfmt and clippy where they are missing.
///
/// # Errors
/// How to install them.
pub fn components() -> Result<String> {
    for (task, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let there = cargo().args([task, "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            let advice = format!(
                "Install {component}: `rustup component add {component}`, or Debian's package rust-{component}."
            );
            must(Command::new("rustup").args(["component", "add", component]), &advice)?;
        }
    }
    Ok(String::new())
}

/// clippy as a compiler: beside the rustc in use, or on the PATH.
pub fn clippy_driver() -> PathBuf {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).stdin(Stdio::null()).output();
    let sysroot = sysroot.ok().and_then(|said| String::from_utf8(said.stdout).ok());
    let beside = sysroot.map(|sysroot| Path::new(sysroot.trim()).join("bin/clippy-driver"));
    beside.filter(|driver| driver.is_file()).unwrap_or_else(|| "clippy-driver".into())
}

/// Brings the tools that are nobody's package: axe-core, schemathesis and cargo-deny.
///
/// # Errors
/// How to bring the first that is missing.
pub fn tools() -> Result<String> {
    let [axe, tester, deny] = [axe_core()?, schemathesis()?, cargo_deny()?];
    Ok(format!("axe-core {axe}, schemathesis {tester}, cargo-deny {deny}"))
}

/// Brings axe-core where it is missing, into target/tools.
///
/// # Errors
/// How to bring it.
fn axe_core() -> Result<String> {
    if root().join("target/tools/node_modules/axe-core/axe.min.js").is_file() {
        return Ok("there".to_owned());
    }
    let wanted = format!("axe-core@{AXE_CORE}");
    let mut install = Command::new("npm");
    install.args(["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts"]);
    install.args(["--prefix", "target/tools", &wanted]).current_dir(root());
    let advice = format!(
        "{wanted} could not be brought. Without the internet, put its file axe.min.js into \
         target/tools/node_modules/axe-core by other means, then run this again."
    );
    must(&mut install, &advice)?;
    Ok("brought".to_owned())
}

/// Whether Python can make an environment of its own with pip in it.
fn has_venv() -> bool {
    let mut ask = Command::new("python3");
    ask.args(["-c", "import ensurepip, venv"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
}

/// Brings schemathesis where it is missing, into an environment of its own in target/tools.
///
/// # Errors
/// How to bring it.
fn schemathesis() -> Result<String> {
    let place = root().join("target/tools/schemathesis");
    if place.join("bin/schemathesis").is_file() {
        return Ok("there".to_owned());
    }
    let wanted = format!("schemathesis=={SCHEMATHESIS}");
    let advice = format!(
        "{wanted} could not be brought. Without the internet, make a Python environment with it in \
         target/tools/schemathesis by other means, then run this again."
    );
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place), &advice)?;
    let mut install = Command::new(place.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &wanted]);
    must(&mut install, &advice)?;
    Ok("brought".to_owned())
}

/// Builds cargo-deny where it is missing: without optimisation, which takes a quarter of the time and is fast enough.
///
/// # Errors
/// How to install it.
fn cargo_deny() -> Result<String> {
    if cargo_deny_path().is_some() {
        return Ok("there".to_owned());
    }
    println!("cargo-deny is missing: it is built once, into target/tools, while the tests are built");
    let mut install = cargo();
    install.args([
        "install",
        "--quiet",
        "--locked",
        "--debug",
        "--no-track",
        "--version",
        CARGO_DENY,
        "--root",
        "target/tools",
        "cargo-deny",
    ]);
    install.env("CARGO_PROFILE_DEV_DEBUG", "0").env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
    let advice = "cargo-deny could not be built. Without the internet, put the program `cargo-deny` on the PATH by other means, then run this again.";
    must(&mut install, advice)?;
    Ok("built".to_owned())
}

/// Where cargo-deny is: ours, or one on the PATH.
pub fn cargo_deny_path() -> Option<PathBuf> {
    let ours = root().join("target/tools/bin/cargo-deny");
    if ours.is_file() { Some(ours) } else { find_on_path("cargo-deny") }
}

/// The PATH, with PostgreSQL's own folder, where Debian hides `initdb` and `postgres`.
pub fn path_with_postgresql() -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    match postgresql_folder() {
        Some(folder) if !on_path("initdb") => env::join_paths(env::split_paths(&path).chain([folder])).unwrap_or(path),
        _ => path,
    }
}

/// The folder of the newest PostgreSQL's programs.
fn postgresql_folder() -> Option<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir().ok()?;
    let newest = versions.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok()).max()?;
    let folder = PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin"));
    folder.join("initdb").is_file().then_some(folder)
}

/// apt-get with the right to install and without questions; nothing where that right is missing.
fn apt_get() -> Option<Command> {
    let quiet = |program: &str, arguments: &[&str]| {
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output()
    };
    let is_root = quiet("id", &["-u"]).is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut command = if is_root {
        Command::new("env")
    } else if quiet("sudo", &["-n", "true"]).is_ok_and(|output| output.status.success()) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env"]);
        sudo
    } else {
        return None;
    };
    // Another installation may be under way on a machine that has just started.
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]);
    Some(command)
}

fn on_path(program: &str) -> bool {
    find_on_path(program).is_some()
}

fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
