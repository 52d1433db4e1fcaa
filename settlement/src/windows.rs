//! Windows: opened for every biller, closed when they are over, and settled: figures, commission and transfers, booked once.
//!
//! Each step is found from the rows and may be taken again at any time, also after a kill: what is done is not done twice.

use chrono::{DateTime, Utc};
use ledger::{
    Ledger, LedgerError, NewSettlement, NewTransfer, SettleOutcome, SettlementWindow, WindowLineKind, WindowSum,
};

use crate::files::Totals;
use crate::terms::{Contract, Terms, Turnover};

/// Windows that one write opens or closes: they hold up no batch for more than some milliseconds.
const WINDOWS_AT_ONCE: usize = 50;
/// Bookings that one write puts in order.
const SLICE: i64 = 2_000;

/// A biller, as settlement sees it.
#[derive(Debug, Clone)]
pub struct SettledBiller {
    /// Its code.
    pub code: u16,
    /// Its name, as its files have it.
    pub name: String,
    /// Its terms.
    pub terms: Terms,
}

/// What settling did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settling {
    /// Windows settled.
    pub settled: u64,
    /// Transfers that are to be ordered for them.
    pub transfers: u64,
    /// Windows that could not be settled, with the reason.
    pub left: Vec<(i64, String)>,
}

/// Opens a window for every biller that has none: how many.
pub fn open_windows(ledger: &Ledger, billers: &[SettledBiller], now: DateTime<Utc>) -> Result<u64, LedgerError> {
    let open = ledger.read(|reader| reader.billers_with_open_window())?;
    let missing: Vec<(u16, DateTime<Utc>)> = billers
        .iter()
        .filter(|biller| !open.contains(&biller.code))
        .map(|biller| (biller.code, biller.terms.next_cut_off(now)))
        .collect();
    for some in missing.chunks(WINDOWS_AT_ONCE) {
        let some = some.to_vec();
        ledger.write_now(move |op| {
            some.iter().try_for_each(|(biller, cut_off)| op.open_window(*biller, *cut_off, now))
        })?;
    }
    Ok(missing.len() as u64)
}

/// Closes every window that is over, and opens its successor: how many. An empty one closes, too.
pub fn close_windows(ledger: &Ledger, billers: &[SettledBiller], now: DateTime<Utc>) -> Result<u64, LedgerError> {
    let mut closed = 0;
    // A window's successor may be over as well: after days away there is one for each.
    loop {
        let over = ledger.read(|reader| reader.windows_over(now))?;
        if over.is_empty() {
            return Ok(closed);
        }
        let closing: Vec<(SettlementWindow, DateTime<Utc>)> = over
            .into_iter()
            .map(|window| {
                let known = billers.iter().find(|biller| biller.code == window.biller);
                let cut_off = window.cut_off.and_utc();
                // Whose file is gone: what is still confirmed for it has the usual windows.
                let usual = || Terms::default().next_cut_off(cut_off);
                let next = known.map_or_else(usual, |biller| biller.terms.next_cut_off(cut_off));
                (window, next)
            })
            .collect();
        for some in closing.chunks(WINDOWS_AT_ONCE) {
            let some = some.to_vec();
            closed += ledger.write_now(move |op| {
                some.iter().try_fold(0, |sum, (window, next)| Ok(sum + u64::from(op.close_window(window, *next, now)?)))
            })?;
        }
    }
}

/// Settles every closed window, each biller's in order. What cannot be settled stays, and stops that biller's later ones
/// only.
pub fn settle_windows(ledger: &Ledger, billers: &[SettledBiller], now: DateTime<Utc>) -> Result<Settling, LedgerError> {
    let mut done = Settling::default();
    let windows = ledger.read(|reader| reader.windows_to_settle())?;
    if windows.is_empty() {
        return Ok(done);
    }
    put_lines_in_order(ledger)?;
    let mut stuck = None;
    for window in windows {
        let (id, biller) = (window.id, window.biller);
        if stuck == Some(biller) {
            continue;
        }
        match settle(ledger, billers.iter().find(|known| known.code == biller), window, now)? {
            Ok(transfers) => {
                done.settled += 1;
                done.transfers += transfers;
            }
            Err(why) => {
                stuck = Some(biller);
                done.left.push((id, why));
            }
        }
    }
    Ok(done)
}

/// Returns when everything that was booked before it was called is among the lines of its window.
pub(crate) fn put_lines_in_order(ledger: &Ledger) -> Result<(), LedgerError> {
    loop {
        let missing = ledger.read(|reader| reader.missing_words(SLICE))?;
        let has_more = missing.has_more();
        if !missing.is_empty() {
            ledger.write_now(move |op| op.add_words(&missing))?;
        }
        if !has_more {
            return Ok(());
        }
    }
}

/// Settles one window: how many transfers, or why not.
fn settle(
    ledger: &Ledger,
    biller: Option<&SettledBiller>,
    window: SettlementWindow,
    now: DateTime<Utc>,
) -> Result<Result<u64, String>, LedgerError> {
    let Some(biller) = biller else { return Ok(Err("the biller is not known any more: import it again".to_owned())) };
    let terms = &biller.terms;
    if terms.accounts.is_empty() {
        return Ok(Err("the biller's file names no account to pay out to".to_owned()));
    }
    let (sums, last) =
        ledger.read(|reader| Ok((reader.window_sums(window.id)?, reader.last_settlement(window.biller)?)))?;
    let carried_in = last.as_ref().and_then(ledger::Settlement::carried_on).unwrap_or_default();
    let turnovers = |kind| sums.iter().filter(|sum| sum.kind == kind).map(turnover).collect::<Vec<_>>();
    let [payments, refunds, restored] =
        [WindowLineKind::Payment, WindowLineKind::Refund, WindowLineKind::Restored].map(turnovers);
    let totals = match Totals::with_restored(terms, &payments, &refunds, &restored, carried_in) {
        Ok(totals) => totals,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let transfers: Vec<NewTransfer> = terms
        .accounts
        .iter()
        .zip(terms.split(totals.paid))
        .map(|(account, amount)| NewTransfer { holder: account.holder.clone(), rib: account.rib.clone(), amount })
        .collect();
    let terms_text = match serde_json::to_string(terms) {
        Ok(text) => text,
        Err(error) => return Ok(Err(format!("the terms cannot be kept: {error}"))),
    };
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let ordered = transfers.iter().filter(|transfer| transfer.amount.is_positive()).count() as u64;
    let new = NewSettlement {
        window,
        payments: (count(totals.payments), totals.gross),
        refunds: (count(totals.refunds), totals.refunded),
        commission: totals.commission,
        commission_vat: totals.vat,
        commission_is_kept: terms.contract == Contract::Net,
        carried_in,
        net: totals.net,
        transfers,
        name: biller.name.clone(),
        terms: terms_text,
    };
    Ok(match ledger.write_now(move |op| op.settle(&new, now))? {
        SettleOutcome::Settled(_) | SettleOutcome::Known(_) => Ok(ordered),
        SettleOutcome::NotYet => Err("a window before it is not settled".to_owned()),
        SettleOutcome::Stale => {
            Err("another run settled the window before it meanwhile: the next run takes it".to_owned())
        }
    })
}

fn turnover(sum: &WindowSum) -> Turnover {
    let [count, whole] = [sum.count, sum.whole].map(|count| u64::try_from(count).unwrap_or_default());
    Turnover { channel: sum.channel, instrument: sum.instrument, count, whole, gross: sum.amount }
}
