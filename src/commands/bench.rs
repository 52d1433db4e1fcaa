//! `fatoura bench`.

use std::io::Write;

use super::Outcome;
use crate::bench::{self, BenchOptions};
use crate::cli::BenchArgs;

pub(super) fn run(args: BenchArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let BenchArgs { folder, postgres, payments, grow } = args;
    let many = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    bench::run(&BenchOptions { folder, postgres, payments: many(payments), grow: many(grow) }, out)?;
    Ok(Outcome::Done)
}
