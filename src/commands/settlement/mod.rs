//! `settlement`: windows, their files, and what the bank is asked for.

mod verify;
mod windows;

use std::io::Write;

use super::Outcome;
use crate::cli::SettlementAction;
use crate::config::Environment;

pub(super) fn run(
    action: &SettlementAction,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    match action {
        SettlementAction::Verify(args) => verify::run(args, out),
        SettlementAction::List(args) => windows::list(args, environment, out),
        SettlementAction::Show(args) => windows::show(args, environment, out),
        SettlementAction::File(args) => windows::write(args, environment, out),
        SettlementAction::Orders => windows::orders(environment, out),
        SettlementAction::Repeat(args) => windows::repeat(args, environment, out),
    }
}
