//! `fatoura bench`.

use std::io::Write;

use super::Outcome;
use crate::bench::{self, BackOfficeBench, BenchOptions, SettlementBench};
use crate::cli::{BackOfficeBenchArgs, BenchArgs, OtherBench, SettlementBenchArgs};
use crate::config::{DatabaseConfig, Environment};
use crate::data_keys;

pub(super) fn run(args: BenchArgs, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let many = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    match args.other {
        Some(OtherBench::Settlement(SettlementBenchArgs { folder, postgres, payments, statement_mb })) => {
            let (payments, statement_mib) = (many(payments), many(statement_mb));
            bench::run_settlement(&SettlementBench { folder, postgres, payments, statement_mib }, out)?;
            return Ok(Outcome::Done);
        }
        Some(OtherBench::BackOffice(BackOfficeBenchArgs { folder, postgres, payments, database_url })) => {
            let filled = match database_url {
                Some(url) => {
                    let database = DatabaseConfig { url, ..DatabaseConfig::from_environment(environment)? };
                    let keys = data_keys::of(&database)?;
                    Some((database.url, keys))
                }
                None => None,
            };
            bench::run_back_office(&BackOfficeBench { folder, postgres, payments: payments.into(), filled }, out)?;
            return Ok(Outcome::Done);
        }
        None => {}
    }
    let BenchArgs { folder, postgres, payments, grow, .. } = args;
    bench::run(&BenchOptions { folder, postgres, payments: many(payments), grow: many(grow) }, out)?;
    Ok(Outcome::Done)
}
