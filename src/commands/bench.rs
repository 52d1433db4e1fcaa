//! `fatoura bench`.

use std::io::Write;

use super::Outcome;
use crate::bench::{self, BenchOptions, SettlementBench};
use crate::cli::{BenchArgs, OtherBench, SettlementBenchArgs};

pub(super) fn run(args: BenchArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let many = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    if let Some(OtherBench::Settlement(SettlementBenchArgs { folder, postgres, payments, statement_mb })) = args.other {
        let (payments, statement_mib) = (many(payments), many(statement_mb));
        bench::run_settlement(&SettlementBench { folder, postgres, payments, statement_mib }, out)?;
        return Ok(Outcome::Done);
    }
    let BenchArgs { folder, postgres, payments, grow, .. } = args;
    bench::run(&BenchOptions { folder, postgres, payments: many(payments), grow: many(grow) }, out)?;
    Ok(Outcome::Done)
}
