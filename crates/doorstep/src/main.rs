//! Doorstep · 家门口: the binary. Each command is a function of one of the files beside this one.

mod bench;
mod beside;
mod cli;
mod commands;
mod demo;
mod describe;
mod doctor;
mod export;
mod figures;
mod hall;
mod import;
mod messages;
mod serve;
mod user;
mod verify;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Started by ourselves to read a workbook: nothing else of the program is touched, and nothing is said but its rows.
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some((first, rest)) = words.split_first()
        && first == workbook::COMMAND
    {
        return if workbook::child(rest) { ExitCode::SUCCESS } else { ExitCode::from(2) };
    }
    cli::run()
}
