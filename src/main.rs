//! The `fatoura` program.

use std::process::ExitCode;

use clap::Parser;
use fatoura::cli::Cli;
use fatoura::config::Environment;

// Payments make many short-lived strings on one thread that another frees: what the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    fatoura::run(Cli::parse(), &Environment::of_process(), &mut std::io::stdout().lock())
}
