//! Payments as their outlets and networks see them.

use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{AgentPayment, AgentPaymentsPage, Money, Payment, PaymentState, Reference, ShiftState};

use crate::api::Infrastructure;
use crate::api::cash::{CashPayment, Instruction};
use crate::hub::{Hub, show_payment, total};

/// Between two looks at a payment that somebody waits for.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Most rows of one page.
pub(super) const PAGE_MAX: i64 = 200;

impl Hub {
    /// A payment that was taken at a counter, by its public reference; `None` for any other. Whether the caller may see
    /// it is the caller's to check: by outlet, or by network.
    pub async fn cash_payment(&self, reference: &str) -> Result<Option<CashPayment>, Infrastructure> {
        let Ok(reference) = reference.parse::<Reference>() else { return Ok(None) };
        let found = self
            .read(move |reader| {
                let Some(payment) = reader.payment(reference)? else { return Ok(None) };
                Ok(reader.agent_payment(payment.id)?.map(|agent| (payment, agent)))
            })
            .await?;
        match found {
            Some((payment, agent)) => Ok(Some(self.show_cash(payment, agent).await?)),
            None => Ok(None),
        }
    }

    /// A payment by its network's own reference.
    pub async fn cash_payment_of(
        &self,
        network: &str,
        own_reference: &str,
    ) -> Result<Option<CashPayment>, Infrastructure> {
        let (network, own) = (network.to_owned(), own_reference.to_owned());
        let found = self
            .read(move |reader| {
                let Some(agent) = reader.agent_payment_by(&network, &own)? else { return Ok(None) };
                Ok(reader.payment_of(agent.payment)?.map(|payment| (payment, agent)))
            })
            .await?;
        match found {
            Some((payment, agent)) => Ok(Some(self.show_cash(payment, agent).await?)),
            None => Ok(None),
        }
    }

    /// The payments of an outlet, newest first, at most 200: of one shift or of one civil day in Morocco, if that is asked
    /// for; `before` is the number in the reference of the last one of the page before.
    pub async fn outlet_payments_of(
        &self,
        outlet: &str,
        shift: Option<i64>,
        day: Option<NaiveDate>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<CashPayment>, Infrastructure> {
        let before = before.unwrap_or(i64::MAX);
        let beyond = || Infrastructure::Failed("a day beyond the calendar".to_owned());
        let taken = match day {
            None => None,
            Some(day) => Some((midnight(day), midnight(day.succ_opt().ok_or_else(beyond)?))),
        };
        let page =
            AgentPaymentsPage { outlet: outlet.to_owned(), shift, taken, before, limit: limit.clamp(1, PAGE_MAX) };
        let rows = self
            .read(move |reader| {
                let agents = reader.agent_payments_on(&page)?;
                let with = |agent: AgentPayment| Ok(reader.payment_of(agent.payment)?.map(|payment| (payment, agent)));
                agents.into_iter().map(with).collect::<Result<Vec<_>, ledger::StorageError>>()
            })
            .await?;
        let mut shown = Vec::with_capacity(rows.len());
        for (payment, agent) in rows.into_iter().flatten() {
            shown.push(self.show_cash(payment, agent).await?);
        }
        Ok(shown)
    }

    /// Waits until a payment is decided (or its cancellation is), at most so long: a biller mostly answers within a
    /// second or two. The payment as it stands then.
    pub async fn await_cash(&self, reference: &str, longest: Duration) -> Result<Option<CashPayment>, Infrastructure> {
        let wait = async {
            loop {
                let found = self.cash_payment(reference).await?;
                let open = |found: &CashPayment| {
                    matches!(found.instruction, Instruction::TellPending | Instruction::AwaitCancellation)
                };
                if !found.as_ref().is_some_and(open) {
                    return Ok(found);
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        match tokio::time::timeout(longest, wait).await {
            Ok(found) => found,
            Err(_) => self.cash_payment(reference).await,
        }
    }

    /// Counts one more print of a payment's receipt: from the second on it is a duplicate, and marked as one.
    pub async fn print_cash_receipt(&self, reference: &str) -> Result<Option<CashPayment>, Infrastructure> {
        let Some(mut found) = self.cash_payment(reference).await? else { return Ok(None) };
        let Ok(reference) = found.payment.reference.parse::<Reference>() else { return Ok(None) };
        let prints = self.write(move |op| op.count_print(reference.id())).await?;
        found.prints = prints.unwrap_or(found.prints);
        Ok(Some(found))
    }

    pub(super) async fn show_cash(&self, payment: Payment, agent: AgentPayment) -> Result<CashPayment, Infrastructure> {
        let (id, shift, reference) = (payment.id, agent.shift, agent.cash_reference);
        let (owed, cancellation, shift, digits) = self
            .read(move |reader| {
                let digits = match reference {
                    Some(reference) => reader.cash_reference_of(reference)?.map(|found| found.digits),
                    None => None,
                };
                Ok((reader.is_owed(id)?, reader.cancellation(id)?, reader.shift(shift)?, digits))
            })
            .await?;
        let (payment, quote) = self.with_quote(payment).await?;
        let sum = total(&payment.amounts)?;
        let instruction = match (payment.state, owed) {
            (PaymentState::Confirmed, _) => Instruction::HandReceipt,
            (PaymentState::Cancelling, _) => Instruction::AwaitCancellation,
            (_, Some(true)) => Instruction::GiveCashBack(sum),
            (_, Some(false)) => Instruction::CashGivenBack(sum),
            (_, None) => Instruction::TellPending,
        };
        let open = shift.is_some_and(|shift| shift.state == ShiftState::Open);
        let cancellable = payment.state == PaymentState::Confirmed
            && cancellation.is_none()
            && open
            && self.is_of_today(&payment)
            && self.is_cancellable(payment.biller, &quote.receivable_type);
        Ok(CashPayment {
            payment: show_payment(&payment, &quote)?,
            network: agent.network,
            outlet: agent.outlet,
            till: agent.till,
            shift: agent.shift,
            network_reference: agent.network_reference,
            cash_reference: digits,
            tendered: agent.tendered,
            change: agent.tendered.and_then(|tendered: Money| tendered.checked_sub(sum)),
            actor: agent.actor,
            instruction,
            cancellable,
            cancellation_refused: cancellation.and_then(|asked| asked.refusal),
            prints: agent.prints,
        })
    }

    /// Whether a payment was taken on the present civil day in Morocco.
    pub(super) fn is_of_today(&self, payment: &Payment) -> bool {
        let day = |at| ledger::Moment::of(at).day;
        payment.paid_at.is_some_and(|paid_at| day(paid_at.and_utc()) == day(self.now()))
    }

    /// Whether a biller lets payments of a type be cancelled.
    pub(super) fn is_cancellable(&self, biller: u16, receivable_type: &str) -> bool {
        let catalogue = self.catalogue();
        let kind = catalogue.get(biller).and_then(|biller| biller.receivable_type(receivable_type));
        kind.is_some_and(|kind| kind.cancellable)
    }
}

/// When a civil day begins in Morocco (UTC).
fn midnight(day: NaiveDate) -> NaiveDateTime {
    let local = day.and_time(NaiveTime::MIN);
    // Clocks there do not change at midnight; where they ever did, the day would begin as UTC's does.
    Casablanca.from_local_datetime(&local).earliest().map_or(local, |begin| begin.with_timezone(&Utc).naive_utc())
}
