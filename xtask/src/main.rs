//! What a developer runs: `cargo xtask test`.
//!
//! It brings what the tests need where that is missing, then runs everything that must hold before a change is
//! taken, the quick checks first, and stops at the first failure with a sentence on what to do.

#![allow(clippy::print_stdout)] // Printing is what this program is for.

mod bring;
mod output;
mod register;
mod steps;

use std::process::ExitCode;

const HELP: &str = "cargo xtask test                 bring what is missing, then run everything
cargo xtask test --quick         without browser, crash, environment, outside and the dependency check; brings nothing
cargo xtask screenshots FOLDER   pictures of every page of a small demo, for everybody who may see it
cargo xtask pictures             the pictures of the README, anew
cargo xtask describe             docs/registers.md, figures.md and routes.md, and all else that is derived, anew
cargo xtask new-register WING NAME [PLURAL]
                                 the folder of a further kind of record; WING: tell, listen, resolve, act
cargo xtask help                 this text";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["test"] => steps::all(),
        ["test", "--quick"] => steps::quick(),
        ["screenshots", folder] => steps::screenshots(folder),
        ["pictures"] => steps::pictures(),
        ["describe"] => steps::describe(),
        ["new-register", wing, name] => register::new(&steps::root(), wing, name, None),
        ["new-register", wing, name, plural] => register::new(&steps::root(), wing, name, Some(plural)),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("There is no such task.\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}
