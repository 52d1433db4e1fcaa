//! Settlement: every confirmation, reversal of one and refund is in exactly one window of its biller; what came of a
//! window is what was booked into it; transfers pay out what is due, and each has the postings that its state asks for.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt};

use super::agents::Asked;
use super::{BookFault, BooksReport, PAGE};
use crate::money::Money;
use crate::postings::{self as manual, Moment};
use crate::states::{PostingKind, TransferState};
use crate::storage::rows::biller_code;
use crate::storage::schema::{settlement_windows, settlements, transfers};
use crate::storage::{Conn, StorageError};

/// A page of what was booked with billers, and of what has a window without being that.
const BOOKED: &str = "\
    SELECT o.id AS id, o.kind AS kind, o.window_id AS window_id, p.biller AS biller, \
    COALESCE(r.principal, p.principal) AS principal, l.posting_id AS line \
    FROM postings o \
    LEFT JOIN refunds r ON o.payment_id IS NULL AND r.decided_posting = COALESCE(o.reverses, o.id) \
    LEFT JOIN payments p ON p.id = COALESCE(o.payment_id, r.payment_id) \
    LEFT JOIN window_lines l ON l.window_id = o.window_id AND l.posting_id = o.id \
    WHERE o.id > $1 AND (o.kind IN ($2, $3) OR o.kind IN (23, 25) OR o.window_id IS NOT NULL) ORDER BY o.id LIMIT $4";

#[derive(QueryableByName)]
struct Booked {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SmallInt)]
    kind: i16,
    #[diesel(sql_type = Nullable<BigInt>)]
    window_id: Option<i64>,
    #[diesel(sql_type = Nullable<Integer>)]
    biller: Option<i32>,
    #[diesel(sql_type = Nullable<BigInt>)]
    principal: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    line: Option<i64>,
}

/// What was booked into a window, and how much of it its file would show.
#[derive(Default)]
struct Sums {
    payments: i64,
    gross: i128,
    refunds: i64,
    refunded: i128,
    in_order: i64,
}

struct Window {
    biller: i32,
    is_open: bool,
    is_settled: bool,
    sums: Sums,
}

pub(super) fn check(connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
    type Row = (i64, i32, Option<chrono::NaiveDateTime>, Option<chrono::NaiveDateTime>);
    let rows: Vec<Row> = settlement_windows::table
        .select((
            settlement_windows::id,
            settlement_windows::biller,
            settlement_windows::closed_at,
            settlement_windows::settled_at,
        ))
        .load(connection)?;
    let mut windows: HashMap<i64, Window> = rows
        .into_iter()
        .map(|(id, biller, closed, settled)| {
            (id, Window { biller, is_open: closed.is_none(), is_settled: settled.is_some(), sums: Sums::default() })
        })
        .collect();
    bookings(connection, &mut windows, report)?;
    settled(connection, &windows, report)
}

fn bookings(
    connection: &mut Conn,
    windows: &mut HashMap<i64, Window>,
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    let (confirmed, reversed) = (PostingKind::Confirmed.code(), PostingKind::ConfirmedReversed.code());
    let mut last = i64::MIN;
    while last < i64::MAX {
        let query = diesel::sql_query(BOOKED);
        let page: Vec<Booked> = match connection {
            Conn::Sqlite(c) => query
                .bind::<BigInt, _>(last)
                .bind::<SmallInt, _>(confirmed)
                .bind::<SmallInt, _>(reversed)
                .bind::<BigInt, _>(PAGE)
                .load(c)?,
            Conn::Pg(c) => query
                .bind::<BigInt, _>(last)
                .bind::<SmallInt, _>(confirmed)
                .bind::<SmallInt, _>(reversed)
                .bind::<BigInt, _>(PAGE)
                .load(c)?,
        };
        last = super::page_end(&page, |row| row.id);
        for row in page {
            let posting = row.id;
            let mut astray = |why| report.fault(BookFault::WindowAstray { posting, why });
            let (decided, restored) = (PostingKind::RefundDecided.code(), PostingKind::RefundReversed.code());
            let is_refund = row.kind == reversed || row.kind == decided;
            if row.kind != confirmed && !is_refund && row.kind != restored {
                astray("it is in a settlement window, where only confirmations, their reversals and refunds belong");
                continue;
            }
            // A part of the fee alone is none of the biller's business.
            if [decided, restored].contains(&row.kind) && row.principal == Some(0) && row.window_id.is_none() {
                continue;
            }
            let Some(id) = row.window_id else {
                astray("it is in no settlement window");
                continue;
            };
            let Some(window) = windows.get_mut(&id) else {
                astray("its settlement window is missing");
                continue;
            };
            if row.biller.is_some_and(|biller| biller != window.biller) {
                astray("its settlement window is another biller's");
            }
            let sums = &mut window.sums;
            let (count, sum) = match is_refund {
                true => (&mut sums.refunds, &mut sums.refunded),
                false => (&mut sums.payments, &mut sums.gross),
            };
            *count += 1;
            *sum += i128::from(row.principal.unwrap_or(0));
            sums.in_order += i64::from(row.line.is_some());
        }
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = settlements)]
struct SettledRow {
    window_id: i64,
    biller: i32,
    sequence: i64,
    payments: i64,
    gross: i64,
    refunds: i64,
    refunded: i64,
    commission: i64,
    commission_vat: i64,
    carried_in: i64,
    net: i64,
    payout: i64,
    commission_posting: Option<i64>,
}

impl SettledRow {
    /// What its figures come to where the commission is kept.
    fn net_if_kept(&self) -> i128 {
        let parts = [self.gross, -self.refunded, -self.commission, -self.commission_vat, self.carried_in];
        parts.into_iter().map(i128::from).sum()
    }
}

fn settled(
    connection: &mut Conn,
    windows: &HashMap<i64, Window>,
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    let mut paid_out = transferred(connection, report)?;
    let mut settled = HashSet::new();
    // The biller whose settlements are read, the last one's number and what it carried on.
    let mut before: Option<(i32, i64, i64)> = None;
    let mut last = (i32::MIN, i64::MIN);
    loop {
        let page: Vec<SettledRow> = settlements::table
            .filter(
                settlements::biller.gt(last.0).or(settlements::biller.eq(last.0).and(settlements::sequence.gt(last.1))),
            )
            .order((settlements::biller, settlements::sequence))
            .limit(PAGE)
            .select(SettledRow::as_select())
            .load(connection)?;
        let Some(end) = page.last() else { break };
        last = (end.biller, end.sequence);
        for row in page {
            let (number, carried) = match before {
                Some((biller, sequence, carried)) if biller == row.biller => (sequence + 1, carried),
                _ => (1, 0),
            };
            before = Some((row.biller, row.sequence, row.net.saturating_sub(row.payout)));
            let window = row.window_id;
            let mut wrong = |why| report.fault(BookFault::Settlement { window, why });
            if row.sequence != number {
                wrong("its number does not follow the biller's settlement before it");
            }
            if row.carried_in != carried {
                wrong("it carries in something else than the settlement before it left");
            }
            let payout = paid_out.remove(&window).unwrap_or(0);
            if i128::from(row.payout) != payout {
                wrong("its transfers do not come to what is paid out");
            }
            settled.insert(window);
            let Some(Window { biller, is_open, sums, .. }) = windows.get(&window) else {
                wrong("its window is missing");
                continue;
            };
            if *is_open {
                wrong("its window is still open");
            }
            if *biller != row.biller {
                wrong("its window is another biller's");
            }
            if (row.payments, i128::from(row.gross), row.refunds, i128::from(row.refunded))
                != (sums.payments, sums.gross, sums.refunds, sums.refunded)
            {
                wrong("its figures are not what was booked into its window");
            }
            if sums.in_order != sums.payments + sums.refunds {
                wrong("its lines are not all in order");
            }
            if row.commission_posting.is_some() != (row.commission + row.commission_vat != 0) {
                wrong("its commission is not booked, or booked without being due");
            }
            // Commission that is invoiced is not kept.
            let (net, commission) = (i128::from(row.net), i128::from(row.commission) + i128::from(row.commission_vat));
            if net != row.net_if_kept() && net != row.net_if_kept() + commission {
                wrong("its net is not what its figures come to");
            }
        }
    }
    let wrongly: BTreeSet<i64> =
        windows.iter().filter(|(id, window)| window.is_settled != settled.contains(*id)).map(|(id, _)| *id).collect();
    for window in wrongly {
        report.fault(BookFault::Settlement { window, why: "its window says otherwise whether it is settled" });
    }
    paid_out.into_keys().for_each(|window| {
        report.fault(BookFault::Settlement { window, why: "it has transfers and was not settled" });
    });
    Ok(())
}

/// What transfers pay out, by window, but for those that repeat one which did not arrive.
fn transferred(connection: &mut Conn, report: &mut BooksReport) -> Result<HashMap<i64, i128>, StorageError> {
    let mut sums: HashMap<i64, i128> = HashMap::new();
    // Window, account and repeats of those that did not arrive, and their sums.
    let mut back: HashMap<(i64, i16, i16), i64> = HashMap::new();
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<TransferRow> = transfers::table
            .filter(transfers::id.gt(last))
            .order(transfers::id)
            .limit(PAGE)
            .select(TransferRow::as_select())
            .load(connection)?;
        last = super::page_end(&page, |row| row.id);
        for row in page {
            let (window, position, repeats) = (row.window_id, row.position, row.repeats);
            if [TransferState::Rejected, TransferState::Returned].map(TransferState::code).contains(&row.state) {
                back.insert((window, position, repeats), row.amount);
            }
            // Numbers grow: what it repeats was read before it.
            if repeats == 0 {
                *sums.entry(window).or_default() += i128::from(row.amount);
            } else if back.get(&(window, position, repeats - 1)) != Some(&row.amount) {
                let why = "it repeats a transfer that did arrive, or another sum";
                report.fault(BookFault::OutsidePayments { what: TRANSFER, id: row.id, why });
            }
        }
    }
    Ok(sums)
}

const TRANSFER: &str = "transfer";

#[derive(Queryable, Selectable)]
#[diesel(table_name = transfers)]
struct TransferRow {
    id: i64,
    window_id: i64,
    position: i16,
    repeats: i16,
    biller: i32,
    amount: i64,
    state: i16,
    ordered_posting: i64,
    ended_posting: Option<i64>,
    returned_posting: Option<i64>,
}

impl TransferRow {
    /// The postings that its state asks for, or what is wrong with those that it has.
    fn asked(&self, biller: u16, moment: Moment) -> Result<Vec<Asked>, &'static str> {
        use TransferState as S;
        let amount = Money::from_minor(self.amount);
        let ordered =
            (self.ordered_posting, PostingKind::TransferOrdered, manual::transfer_ordered(biller, amount, moment));
        let paid = |posting| (posting, PostingKind::TransferPaid, manual::transfer_paid(biller, amount, moment));
        let rejected =
            |posting| (posting, PostingKind::TransferRejected, manual::transfer_rejected(biller, amount, moment));
        let returned =
            |posting| (posting, PostingKind::TransferReturned, manual::transfer_returned(biller, amount, moment));
        match (S::from_code(self.state), self.ended_posting, self.returned_posting) {
            (None, ..) => Err("its state is unknown"),
            (Some(S::Waiting | S::Ordered), None, None) => Ok(vec![ordered]),
            (Some(S::Paid), Some(ended), None) => Ok(vec![ordered, paid(ended)]),
            (Some(S::Rejected), Some(ended), None) => Ok(vec![ordered, rejected(ended)]),
            (Some(S::Returned), Some(ended), Some(back)) => Ok(vec![ordered, paid(ended), returned(back)]),
            (Some(_), ..) => Err("its postings are not those of its state"),
        }
    }
}

/// The postings that settlements and transfers must have.
pub(super) fn ask(
    connection: &mut Conn,
    moment: Moment,
    ask: &mut impl FnMut(&'static str, i64, Asked),
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<TransferRow> = transfers::table
            .filter(transfers::id.gt(last))
            .order(transfers::id)
            .limit(PAGE)
            .select(TransferRow::as_select())
            .load(connection)?;
        last = super::page_end(&page, |row| row.id);
        for row in page {
            let id = row.id;
            match biller_code(row.biller)
                .map_err(|_| "its biller is unknown")
                .and_then(|biller| row.asked(biller, moment))
            {
                Ok(wanted) => wanted.into_iter().for_each(|wanted| ask(TRANSFER, id, wanted)),
                Err(why) => report.fault(BookFault::OutsidePayments { what: TRANSFER, id, why }),
            }
        }
    }
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<SettledRow> = settlements::table
            .filter(settlements::window_id.gt(last))
            .order(settlements::window_id)
            .limit(PAGE)
            .select(SettledRow::as_select())
            .load(connection)?;
        last = super::page_end(&page, |row| row.window_id);
        for row in page {
            let Some(posting) = row.commission_posting else { continue };
            let (window, is_kept) = (row.window_id, row.net_if_kept() == i128::from(row.net));
            let Ok(biller) = biller_code(row.biller) else {
                report.unknown(format!("settlement of window {window}"), "biller", row.biller);
                continue;
            };
            let (net, vat) = (Money::from_minor(row.commission), Money::from_minor(row.commission_vat));
            let made = manual::biller_commission(biller, net, vat, is_kept, moment);
            let made = made.and_then(|posting| posting.ok_or(manual::Unbalanced));
            ask("settlement of window", window, (posting, PostingKind::BillerCommission, made));
        }
    }
    Ok(())
}
