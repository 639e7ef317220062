//! Doorstep · 家门口: the binary. Each command is a function of one of the files beside this one.

mod bench;
mod beside;
mod cli;
mod commands;
mod demo;
mod doctor;
mod export;
mod figures;
mod import;
mod messages;
mod serve;
mod user;
mod verify;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
