//! The bank's answers to orders of transfers.

use std::io::BufRead;

use chrono::{DateTime, Utc};
use ledger::{
    BreakKind, BreakSource, BreakSubject, ImportEnd, ImportKind, Ledger, Money, NewBreak, OrderState, StorageError,
    Transfer, TransferEnd, TransferEnded, TransferOrder, TransferState, WriteOp,
};

use super::import::{Faults, File, ImportError, ImportTerms, Taken};
use super::rules::named;
use crate::files::TRANSFERS_MAX;
use crate::statements::{StatusReason, StatusRecord, StatusReports, TransferStatus};
use crate::terms::ZONE;

/// Answers to one message at most: one for each transfer that an order can have, and its blocks.
const ANSWERS_MAX: usize = TRANSFERS_MAX * 2;

/// What an answer says, once all of it was read.
struct Answer {
    order: TransferOrder,
    transfers: Vec<Transfer>,
    /// Status of the whole, or of its blocks where they agree.
    whole: Option<TransferStatus>,
    reason: String,
    /// Transfers with a status of their own.
    named: Vec<(i64, TransferStatus, String)>,
}

/// Takes an answer in: what it rejects is owed again, and is a break. All of it is one write, so that an answer that was cut
/// off has rejected nothing. That holds up payments while it lasts, the longer the more is rejected; whole orders seldom are.
pub(super) fn take<R: BufRead>(
    ledger: &Ledger,
    terms: &ImportTerms<'_>,
    file: &File,
    mut status: StatusReports<R>,
) -> Result<Taken, ImportError> {
    let mut records = Vec::new();
    for record in &mut status {
        records.push(record.map_err(ImportError::read)?);
        if records.len() > ANSWERS_MAX {
            return Err(ImportError::refused(format!("more than {ANSWERS_MAX} answers to one message")));
        }
    }
    let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let answer = read(ledger, records)?;
    let rejected = answer.rejected();
    let source = answer.order.message_id.clone();
    let breaks = i64::try_from(rejected.len()).unwrap_or(i64::MAX);
    let day = Some(terms.now.with_timezone(&ZONE).date_naive());
    let taken =
        Taken { kind: ImportKind::Answer, source: source.clone(), day, records: count, known: 0, announced: 0, breaks };
    if terms.dry_run {
        return Ok(taken);
    }
    let import = file.begin(ledger, terms, ImportKind::Answer)?;
    let (order, state, now) = (answer.order.id, answer.state(&rejected), terms.now);
    let total = Money::sum(rejected.iter().map(|(transfer, _)| transfer.amount)).unwrap_or_default();
    let end = ImportEnd { source, day, sequence: None, records: count, known: 0, total };
    let finished = ledger.write_now(move |op| {
        if !op.finish_import(import, &end, now)? {
            return Ok(false);
        }
        for (transfer, reason) in &rejected {
            reject(op, transfer, reason, now)?;
        }
        if let Some(state) = state {
            op.order_answered(order, state, now)?;
        }
        Ok(true)
    })?;
    if finished { Ok(taken) } else { Err(ImportError::Overtaken) }
}

fn read(ledger: &Ledger, records: Vec<StatusRecord>) -> Result<Answer, ImportError> {
    let mut records = records.into_iter();
    let Some(StatusRecord::Group(group)) = records.next() else {
        return Err(ImportError::refused("the answer names no message"));
    };
    let message = group.original_message;
    let Some(order) = ledger.read(|reader| reader.transfer_order(&message))? else {
        return Err(ImportError::refused(format!("it answers message {message}, which the hub did not send")));
    };
    let transfers = ledger.read(|reader| reader.transfers_ordered(order.id))?;
    let mut answer = Answer { order, transfers, whole: group.status, reason: words(&group.reasons), named: Vec::new() };
    let mut faults = Faults::default();
    let mut block: (Option<TransferStatus>, String) = (None, String::new());
    for record in records {
        match record {
            StatusRecord::Group(_) => faults.add("a second message is answered in one file"),
            StatusRecord::Payment(payment) => {
                let prefix = format!("{}P", answer.order.message_id);
                if !payment.original_payment.starts_with(&prefix) {
                    let place = payment.place;
                    faults.add(format!("{place}: block {} is not of message {message}", payment.original_payment));
                }
                block = (payment.status, words(&payment.reasons));
                // An order is one block.
                answer.whole = answer.whole.or(payment.status);
                if answer.reason.is_empty() {
                    answer.reason.clone_from(&block.1);
                }
            }
            StatusRecord::Transfer(report) => {
                let name = report.end_to_end.or(report.instruction).unwrap_or_default();
                let Some(found) = answer.transfers.iter().find(|transfer| named(transfer) == name) else {
                    faults.add(format!("{}: transfer {name} is not of message {message}", report.place));
                    continue;
                };
                let Some(status) = report.status.or(block.0) else { continue };
                let own = words(&report.reasons);
                let reason = if own.is_empty() { block.1.clone() } else { own };
                let id = found.id;
                answer.named.push((id, status, reason));
            }
        }
    }
    faults.finish()?;
    Ok(answer)
}

fn words(reasons: &[StatusReason]) -> String {
    let one =
        |reason: &StatusReason| [reason.code.clone(), reason.text.clone()].into_iter().flatten().collect::<Vec<_>>();
    reasons.iter().flat_map(one).collect::<Vec<_>>().join(" ")
}

fn is_refusal(status: TransferStatus) -> bool {
    matches!(status, TransferStatus::Rejected | TransferStatus::Cancelled)
}

impl Answer {
    /// The transfers that it rejects, with the reason: those that it names, or all where it names none.
    fn rejected(&self) -> Vec<(Transfer, String)> {
        if self.named.is_empty() && self.whole.is_some_and(is_refusal) {
            return self.transfers.iter().map(|transfer| (transfer.clone(), self.reason.clone())).collect();
        }
        let of = |(id, status, reason): &(i64, TransferStatus, String)| {
            let transfer = self.transfers.iter().find(|transfer| transfer.id == *id)?;
            is_refusal(*status).then(|| (transfer.clone(), reason.clone()))
        };
        let mut found: Vec<(Transfer, String)> = self.named.iter().filter_map(of).collect();
        // A message that is rejected whole may name some of its transfers only.
        if self.whole.is_some_and(is_refusal) {
            let rest = self.transfers.iter().filter(|one| !self.named.iter().any(|(id, ..)| *id == one.id));
            found.extend(rest.map(|transfer| (transfer.clone(), self.reason.clone())));
        }
        found
    }

    /// Where the order stands after it; `None` where nothing is decided yet.
    fn state(&self, rejected: &[(Transfer, String)]) -> Option<OrderState> {
        if !rejected.is_empty() {
            let all = rejected.len() == self.transfers.len();
            return Some(if all { OrderState::Rejected } else { OrderState::PartlyAccepted });
        }
        match self.whole {
            Some(TransferStatus::Accepted | TransferStatus::Settled) => Some(OrderState::Accepted),
            Some(TransferStatus::Partly) => Some(OrderState::PartlyAccepted),
            _ => None,
        }
    }
}

fn reject(op: &mut WriteOp<'_>, transfer: &Transfer, reason: &str, now: DateTime<Utc>) -> Result<(), StorageError> {
    let reason = if reason.is_empty() { "no reason given" } else { reason };
    let ended = op.end_transfer(transfer.id, &TransferEnd::Rejected(reason.to_owned()), now)?;
    let name = named(transfer);
    let (kind, words) = match ended {
        TransferEnded::Booked(_) | TransferEnded::Known => {
            (BreakKind::Returned, format!("the bank rejected transfer {name}: {reason}"))
        }
        TransferEnded::Unfit(TransferState::Waiting) | TransferEnded::NoSuchTransfer => return Ok(()),
        TransferEnded::Unfit(state) => {
            (BreakKind::StatusDiffers, format!("the bank rejected transfer {name}, which is {state} here"))
        }
    };
    let found = NewBreak {
        kind,
        source: BreakSource::Bank,
        partner: transfer.biller.to_string(),
        subject: BreakSubject::Transfer,
        subject_id: transfer.id,
        position: 0,
        words,
        expected: Some(transfer.amount),
        found: None,
        due_on: now.with_timezone(&ZONE).date_naive(),
    };
    op.open_break(&found, None, now)?;
    op.settle_breaks(BreakSubject::Transfer, transfer.id, &[BreakKind::Late], now)?;
    Ok(())
}
