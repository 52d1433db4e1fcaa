//! The `fatoura` program.

use std::process::ExitCode;

use clap::Parser;
use fatoura::cli::Cli;
use fatoura::config::Environment;

fn main() -> ExitCode {
    fatoura::run(Cli::parse(), &Environment::of_process(), &mut std::io::stdout().lock())
}
