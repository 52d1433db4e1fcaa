//! Reconciliation: statements add up and follow one another, no entry is matched with more than it has, what is matched is
//! what was booked at the bank, and payouts, charges and people's decisions have their postings.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::agents::Asked;
use super::{Accounts, BookFault, BooksReport, PAGE};
use crate::accounts::{Account, AccountKind};
use crate::money::Money;
use crate::postings::{self as manual, Moment};
use crate::reconciliation::{
    BreakKind, BreakSource, BreakSubject, EntryState, ImportState, MatchSubject, Resolution, gateway_difference,
};
use crate::states::PostingKind;
use crate::storage::schema::{
    bank_entries, bank_matches, bank_statements, breaks, entries, gateway_payouts, imports, settlements,
};
use crate::storage::{Conn, StorageError};

const ENTRY: &str = "bank entry";
const MATCH: &str = "bank match";
const PAYOUT: &str = "gateway payout";
const STATEMENT: &str = "bank statement";
const BREAK: &str = "break";

/// A page of entries with what is matched of them. The sums run over all matches of an entry in one statement: a `SUM` of
/// BIGINT would be a float on one database and a decimal on the other.
const MATCHED: &str = "\
    SELECT e.id AS id, CAST(COALESCE(SUM(m.amount), 0) AS BIGINT) AS matched \
    FROM bank_entries e LEFT JOIN bank_matches m ON m.entry_id = e.id \
    WHERE e.id > $1 AND e.id <= $2 GROUP BY e.id ORDER BY e.id";

#[derive(QueryableByName)]
struct MatchedRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    matched: i64,
}

fn wrong(what: &'static str, id: i64, why: &'static str) -> BookFault {
    BookFault::OutsidePayments { what, id, why }
}

pub(super) fn check(connection: &mut Conn, accounts: &Accounts, report: &mut BooksReport) -> Result<(), StorageError> {
    let sums = matched(connection, report)?;
    statements(connection, &sums, report)?;
    at_the_bank(connection, accounts, report)
}

/// No entry is matched with more than it has, and its state says how much. Sums of entries by statement.
fn matched(connection: &mut Conn, report: &mut BooksReport) -> Result<HashMap<i64, (i64, i128)>, StorageError> {
    let mut sums: HashMap<i64, (i64, i128)> = HashMap::new();
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<(i64, Option<i64>, i64, i16)> = bank_entries::table
            .filter(bank_entries::id.gt(last))
            .order(bank_entries::id)
            .limit(PAGE)
            .select((bank_entries::id, bank_entries::statement_id, bank_entries::amount, bank_entries::state))
            .load(connection)?;
        let end = super::page_end(&page, |(id, ..)| *id);
        let query = diesel::sql_query(MATCHED);
        let found: Vec<MatchedRow> = match connection {
            Conn::Sqlite(c) => query.bind::<BigInt, _>(last).bind::<BigInt, _>(end).load(c)?,
            Conn::Pg(c) => query.bind::<BigInt, _>(last).bind::<BigInt, _>(end).load(c)?,
        };
        let found: HashMap<i64, i64> = found.into_iter().map(|row| (row.id, row.matched)).collect();
        last = end;
        for (id, statement, amount, state) in page {
            if let Some(statement) = statement {
                let sum = sums.entry(statement).or_default();
                sum.0 += 1;
                sum.1 += i128::from(amount);
            }
            let matched = found.get(&id).copied().unwrap_or(0);
            let fits = match EntryState::from_code(state) {
                Some(EntryState::Open) => matched == 0,
                Some(EntryState::Matched) => matched == amount,
                Some(EntryState::PartlyMatched) => {
                    matched != 0
                        && matched.signum() == amount.signum()
                        && matched.unsigned_abs() < amount.unsigned_abs()
                }
                None => {
                    report.unknown(format!("{ENTRY} {id}"), "state", state);
                    continue;
                }
            };
            if !fits {
                report.fault(wrong(ENTRY, id, "its state and what is matched of it do not fit"));
            }
        }
    }
    Ok(sums)
}

/// Every statement adds up to what its entries are, and begins with what the one before it ended, or a break says so.
fn statements(
    connection: &mut Conn,
    sums: &HashMap<i64, (i64, i128)>,
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    type Row = (i64, String, i64, i64, i64, i64, i64);
    let rows: Vec<Row> = bank_statements::table
        .inner_join(imports::table.on(imports::id.eq(bank_statements::import_id)))
        .filter(imports::state.eq(ImportState::Complete.code()))
        .order((bank_statements::account, bank_statements::id))
        .select((
            bank_statements::id,
            bank_statements::account,
            bank_statements::opening,
            bank_statements::closing,
            bank_statements::entries,
            bank_statements::credits,
            bank_statements::debits,
        ))
        .load(connection)?;
    let gaps: Vec<i64> = breaks::table
        .filter(breaks::kind.eq(BreakKind::Gap.code()))
        .filter(breaks::subject.eq(BreakSubject::Statement.code()))
        .select(breaks::subject_id)
        .load(connection)?;
    let gaps: HashSet<i64> = gaps.into_iter().collect();
    let mut before: Option<(String, i64)> = None;
    for (id, account, opening, closing, count, credits, debits) in rows {
        let moved = i128::from(credits) + i128::from(debits);
        if i128::from(opening) + moved != i128::from(closing) {
            report.fault(wrong(STATEMENT, id, "its balances and its entries do not add up"));
        }
        // Entries that another statement has, after an overlap that was let through, are not its own.
        let own = sums.get(&id).copied().unwrap_or_default();
        if own != (count, moved) && !gaps.contains(&id) {
            report.fault(wrong(STATEMENT, id, "its entries are not those that it was taken in with"));
        }
        let follows = before.as_ref().is_none_or(|(of, ended)| *of != account || *ended == opening);
        if !follows && !gaps.contains(&id) {
            report.fault(wrong(
                STATEMENT,
                id,
                "it does not begin with what the one before it ended, and no break says so",
            ));
        }
        before = Some((account, closing));
    }
    Ok(())
}

/// What is matched is what was booked at the bank: posting by posting.
fn at_the_bank(connection: &mut Conn, accounts: &Accounts, report: &mut BooksReport) -> Result<(), StorageError> {
    let bank: Vec<i64> = accounts
        .0
        .iter()
        .filter(|(_, book)| book.account.as_ref().is_some_and(|account| account.kind == AccountKind::Bank))
        .map(|(id, _)| *id)
        .collect();
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<i64> = bank_matches::table
            .filter(bank_matches::posting_id.gt(last))
            .order(bank_matches::posting_id)
            .limit(PAGE)
            .select(bank_matches::posting_id)
            .load(connection)?;
        let end = super::page_end(&page, |posting| *posting);
        let of: Vec<(i64, i64)> = bank_matches::table
            .filter(bank_matches::posting_id.gt(last))
            .filter(bank_matches::posting_id.le(end))
            .select((bank_matches::posting_id, bank_matches::amount))
            .load(connection)?;
        let mut sums: BTreeMap<i64, i128> = BTreeMap::new();
        of.into_iter().for_each(|(posting, amount)| *sums.entry(posting).or_default() += i128::from(amount));
        let booked: Vec<(i64, i64)> = entries::table
            .filter(entries::posting_id.eq_any(sums.keys().copied().collect::<Vec<_>>()))
            .filter(entries::account_id.eq_any(&bank))
            .select((entries::posting_id, entries::amount))
            .load(connection)?;
        for (posting, amount) in booked {
            *sums.entry(posting).or_default() -= i128::from(amount);
        }
        for (posting, _) in sums.into_iter().filter(|(_, rest)| *rest != 0) {
            report.fault(wrong(MATCH, posting, "what is matched with this posting is not what it books at the bank"));
        }
        last = end;
    }
    Ok(())
}

/// The postings that payouts, charges and people's decisions must have.
pub(super) fn ask(
    connection: &mut Conn,
    moment: Moment,
    ask: &mut impl FnMut(&'static str, i64, Asked),
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    type PayoutRow = (i64, String, i64, i64, i64, i64, Option<i64>);
    let rows: Vec<PayoutRow> = gateway_payouts::table
        .filter(gateway_payouts::posting_id.is_not_null())
        .order(gateway_payouts::id)
        .select((
            gateway_payouts::id,
            gateway_payouts::gateway,
            gateway_payouts::captured,
            gateway_payouts::returned,
            gateway_payouts::fee,
            gateway_payouts::charges,
            gateway_payouts::posting_id,
        ))
        .load(connection)?;
    let mut payouts: BTreeMap<i64, (i64, String, [i64; 3])> = BTreeMap::new();
    for (id, gateway, captured, returned, fee, charges, posting) in rows {
        let Some(posting) = posting else { continue };
        let sums = &mut payouts.entry(posting).or_insert((id, gateway, [0; 3])).2;
        for (sum, part) in sums.iter_mut().zip([captured.saturating_sub(returned), fee, charges]) {
            *sum = sum.saturating_add(part);
        }
    }
    for (posting, (id, gateway, sums)) in payouts {
        let [gross, fee, charges] = sums.map(Money::from_minor);
        let made = manual::gateway_payout(&gateway, gross, fee, charges, moment);
        ask(PAYOUT, id, (posting, PostingKind::GatewayPayout, made));
    }
    matches(connection, moment, ask, report)?;
    decided(connection, moment, ask, report)
}

fn matches(
    connection: &mut Conn,
    moment: Moment,
    ask: &mut impl FnMut(&'static str, i64, Asked),
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<(i64, i16, i64, i64, i64)> = bank_matches::table
            .filter(bank_matches::id.gt(last))
            .order(bank_matches::id)
            .limit(PAGE)
            .select((
                bank_matches::id,
                bank_matches::subject,
                bank_matches::subject_id,
                bank_matches::amount,
                bank_matches::posting_id,
            ))
            .load(connection)?;
        last = super::page_end(&page, |(id, ..)| *id);
        for (id, subject, subject_id, amount, posting) in page {
            let (money, cost) = (Money::from_minor(amount), Money::from_minor(amount.saturating_neg()));
            let (kind, made) = match MatchSubject::from_code(subject) {
                None => {
                    report.unknown(format!("{MATCH} {id}"), "subject", subject);
                    continue;
                }
                Some(MatchSubject::Charges) => (PostingKind::BankCharges, manual::bank_charges(cost, moment)),
                Some(MatchSubject::Suspense) => {
                    (PostingKind::UnidentifiedMoney, manual::unidentified_money(money, moment))
                }
                Some(MatchSubject::Difference) => {
                    let bank = Account::only(AccountKind::Bank);
                    (PostingKind::DifferenceWrittenOff, manual::difference_written_off(&bank, money, moment))
                }
                Some(MatchSubject::Commission) => {
                    let biller = u16::try_from(subject_id).map_err(|_| manual::Unbalanced);
                    let made = biller.and_then(|biller| manual::commission_paid(biller, money, moment));
                    (PostingKind::CommissionPaid, made)
                }
                Some(MatchSubject::CommissionInvoice) => {
                    let row = settlements::table.filter(settlements::window_id.eq(subject_id)).select((
                        settlements::biller,
                        settlements::commission,
                        settlements::commission_vat,
                    ));
                    let invoiced: Option<(i32, i64, i64)> = row.get_result(connection).optional()?;
                    let Some((biller, ..)) = invoiced.filter(|(_, net, vat)| net.saturating_add(*vat) == amount) else {
                        report.fault(wrong(MATCH, id, "no commission of this amount was invoiced for its window"));
                        continue;
                    };
                    let biller = u16::try_from(biller).map_err(|_| manual::Unbalanced);
                    let made = biller.and_then(|biller| manual::commission_paid(biller, money, moment));
                    (PostingKind::CommissionPaid, made)
                }
                // Asked for by the transfer, the payout, the request.
                Some(
                    MatchSubject::Transfer
                    | MatchSubject::TransferReturned
                    | MatchSubject::Payout
                    | MatchSubject::FloatRequest,
                ) => continue,
            };
            ask(MATCH, id, (posting, kind, made));
        }
    }
    Ok(())
}

/// Differences at gateways that two people wrote off, or one below the threshold. What was booked for the bank's entries is
/// asked for by their matches.
fn decided(
    connection: &mut Conn,
    moment: Moment,
    ask: &mut impl FnMut(&'static str, i64, Asked),
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    type Row = (i64, i16, String, i16, i32, Option<i16>, Option<i64>, Option<i64>, Option<i64>);
    let rows: Vec<Row> = breaks::table
        .filter(breaks::posting_id.is_not_null())
        .order(breaks::id)
        .select((
            breaks::id,
            breaks::source,
            breaks::partner,
            breaks::subject,
            breaks::position,
            breaks::resolution,
            breaks::expected,
            breaks::found,
            breaks::posting_id,
        ))
        .load(connection)?;
    for (id, source, partner, subject, position, resolution, expected, found, posting) in rows {
        let Some(posting) = posting else { continue };
        if subject == BreakSubject::Entry.code() {
            continue;
        }
        if source != BreakSource::Gateway.code() || resolution != Some(Resolution::WrittenOff.code()) {
            report.fault(wrong(BREAK, id, "it has a posting, which only differences at gateways have"));
            continue;
        }
        let account = Account::of(AccountKind::GatewayReceivable, partner);
        let (expected, found) = (expected.map(Money::from_minor), found.map(Money::from_minor));
        let amount = gateway_difference(position, expected, found).unwrap_or_default();
        let made = manual::difference_written_off(&account, amount, moment);
        ask(BREAK, id, (posting, PostingKind::DifferenceWrittenOff, made));
    }
    Ok(())
}
