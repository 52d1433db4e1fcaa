//! Notices that no payment's state leads to: the payment of a task is the number of what they are about.

use ledger::{BillState, CashReferenceState, DisputeAction, DisputeState, Task, TaskKind};

use super::{Dispatcher, End, done};
use crate::api::Infrastructure;
use crate::disputes::due_on;
use crate::messages::{DisputeTold, Medium, Notice, NoticeKind};

impl Dispatcher {
    /// Warns a network that an outlet's float is low: the task is about the payment, the request or the late cash
    /// that drew it down.
    pub(super) async fn warn_of_low_float(&self, task: &Task) -> Result<End, Infrastructure> {
        let subject = task.payment;
        let outlet = self
            .hub
            .read(move |reader| {
                if let Some(agent) = reader.agent_payment(subject)? {
                    return Ok(Some(agent.outlet));
                }
                if let Some(request) = reader.float_request(subject)? {
                    return Ok(Some(request.outlet));
                }
                Ok(reader.late_cash(subject)?.map(|cash| cash.outlet))
            })
            .await?;
        let Some(outlet) = outlet else { return done("about no outlet") };
        let networks = self.hub.networks();
        let Some((network, found)) = networks.outlet(&outlet) else { return done("the outlet is no longer listed") };
        let available = self.hub.read(move |reader| reader.float(&outlet)).await?;
        if available >= network.low_float {
            return done("topped up meanwhile");
        }
        let language = network.alert_language;
        let kind = NoticeKind::LowFloat {
            network: network.name.get(language).to_owned(),
            outlet: found.number.clone(),
            place: format!("{}, {}", found.name.get(language), found.city.get(language)),
            available,
            low_below: network.low_float,
        };
        let to = network.alert_mail.clone();
        let notice = Notice { id: task.id, medium: Medium::Mail, to, language, kind };
        self.delivered(task, notice.medium, self.messenger.notify(&notice).await)
    }

    /// Sends a reference payable at an outlet, or reminds of it.
    pub(super) async fn send_reference(&self, task: &Task) -> Result<End, Infrastructure> {
        let id = task.payment;
        let Some(stored) = self.hub.read(move |reader| reader.cash_reference_of(id)).await? else {
            return done("about no reference");
        };
        let Some(to) = stored.phone.clone() else { return done("nobody to tell") };
        if stored.state != CashReferenceState::Open || stored.expires_at <= self.hub.now().naive_utc() {
            return done("paid, cancelled or expired");
        }
        // One SMS too few is better than two, as with payments.
        if task.attempts > 1 && task.note.is_empty() {
            return done("unknown whether it was sent; not sent again");
        }
        let reminder = task.kind == TaskKind::SmsReferenceReminder;
        let quote = stored.quote;
        let paid = self
            .hub
            .read(move |reader| {
                let Some(quote) = reader.quote_of(quote)? else { return Ok(true) };
                let keys: Vec<_> = quote.bills.iter().map(|claim| claim.key).collect();
                Ok(reader.bills(&keys)?.values().any(|standing| standing.state != BillState::Open))
            })
            .await?;
        if reminder && paid {
            return done("the bill is paid or being paid");
        }
        let language = stored.language;
        let shown = self.hub.show_reference(stored).await?;
        let catalogue = self.hub.catalogue();
        let biller = catalogue.get(shown.quote.biller).map(|biller| biller.shown_name(language).to_owned());
        let kind = NoticeKind::CashReference {
            digits: shown.digits,
            biller: biller.unwrap_or_else(|| shown.quote.biller.to_string()),
            total: shown.quote.amounts.total,
            expires_at: shown.expires_at,
            reminder,
        };
        let notice = Notice { id: task.id, medium: Medium::Sms, to, language, kind };
        self.delivered(task, notice.medium, self.messenger.notify(&notice).await)
    }
    /// Tells a payer where their complaint stood after something was done: the task is about what was done.
    pub(super) async fn tell_of_dispute(&self, task: &Task) -> Result<End, Infrastructure> {
        let medium = if task.kind == TaskKind::SmsDispute { Medium::Sms } else { Medium::Mail };
        // One SMS too few is better than two, as with payments.
        if medium == Medium::Sms && task.attempts > 1 && task.note.is_empty() {
            return done("unknown whether it was sent; not sent again");
        }
        let id = task.payment;
        let found = self.hub.read(move |reader| {
            let Some((dispute, event)) = reader.dispute_event(id)? else { return Ok(None) };
            Ok(reader.payment_of(dispute.payment)?.map(|payment| (dispute, event, payment)))
        });
        let Some((dispute, event, payment)) = found.await? else { return done("about no dispute") };
        let to = if medium == Medium::Sms { dispute.phone } else { dispute.email };
        let Some(to) = to else { return done("nobody to tell") };
        let words = match (event.action, event.state) {
            // What the second person says is for the first.
            (DisputeAction::Approved, _) => dispute.answer,
            (DisputeAction::AskedPayer, _) | (_, DisputeState::Upheld | DisputeState::Rejected) => event.note,
            _ => String::new(),
        };
        let (language, catalogue) = (dispute.language, self.hub.catalogue());
        let biller = catalogue.get(dispute.biller).map(|biller| biller.shown_name(language).to_owned());
        let kind = NoticeKind::Dispute(DisputeTold {
            number: dispute.id,
            biller: biller.unwrap_or_else(|| dispute.biller.to_string()),
            action: event.action,
            state: event.state,
            words,
            due_on: due_on(dispute.due_at.and_utc()),
            payment: payment.reference.to_string(),
        });
        let notice = Notice { id: task.id, medium, to, language, kind };
        self.delivered(task, medium, self.messenger.notify(&notice).await)
    }
}
