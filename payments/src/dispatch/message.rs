//! Messages to payers.

use ledger::{Payment, Task, TaskKind};

use super::{Dispatcher, End, done, schedule};
use crate::api::Infrastructure;
use crate::hub::{show_payment, show_quote};
use crate::messages::{Delivery, LinkMessage, Medium, Message, MessageKind};

/// What a task says, and by which way.
fn meaning(kind: TaskKind) -> Option<(MessageKind, Medium)> {
    match kind {
        TaskKind::SmsConfirmed => Some((MessageKind::Confirmed, Medium::Sms)),
        TaskKind::MailConfirmed => Some((MessageKind::Confirmed, Medium::Mail)),
        TaskKind::SmsReturning => Some((MessageKind::Returning, Medium::Sms)),
        TaskKind::MailReturning => Some((MessageKind::Returning, Medium::Mail)),
        TaskKind::SmsReturned => Some((MessageKind::Returned, Medium::Sms)),
        TaskKind::SmsCancelled => Some((MessageKind::Cancelled, Medium::Sms)),
        TaskKind::MailReturned => Some((MessageKind::Returned, Medium::Mail)),
        _ => None,
    }
}

impl Dispatcher {
    pub(super) async fn send_message(&self, task: &Task, payment: Payment) -> Result<End, Infrastructure> {
        let Some((kind, medium)) = meaning(task.kind) else { return done("not a message") };
        let to = match medium {
            Medium::Sms => payment.phone()?,
            Medium::Mail => payment.email()?,
        };
        let Some(to) = to else { return done("nobody to tell") };
        // The provider has no key against doubles. A try that left no word may have been heard: one SMS too few is
        // better than two, and the receipt stands on its page. A mail carries an id by which a double is known.
        if medium == Medium::Sms && task.attempts > 1 && task.note.is_empty() {
            return done("unknown whether it was sent; not sent again");
        }
        let (payment, quote) = self.hub.with_quote(payment).await?;
        let message = Message { id: task.id, kind, medium, to, payment: show_payment(&payment, &quote)? };
        self.delivered(task, medium, self.messenger.deliver(&message).await)
    }

    /// Tells a payer that a refund was made.
    pub(super) async fn tell_of_refund(&self, task: &Task) -> Result<End, Infrastructure> {
        let medium = if task.kind == TaskKind::SmsRefunded { Medium::Sms } else { Medium::Mail };
        if medium == Medium::Sms && task.attempts > 1 && task.note.is_empty() {
            return done("unknown whether it was sent; not sent again");
        }
        let id = task.payment;
        let found = self.hub.read(move |reader| {
            let Some(refund) = reader.refund(id)? else { return Ok(None) };
            Ok(reader.payment_of(refund.payment)?.map(|payment| (refund, payment)))
        });
        let Some((refund, payment)) = found.await? else { return done("about no refund") };
        let to = if medium == Medium::Sms { payment.phone()? } else { payment.email()? };
        let Some(to) = to else { return done("nobody to tell") };
        let kind = MessageKind::Refunded { amounts: refund.amounts, at: refund.ended_at.unwrap_or_default().and_utc() };
        let (payment, quote) = self.hub.with_quote(payment).await?;
        let message = Message { id: task.id, kind, medium, to, payment: show_payment(&payment, &quote)? };
        self.delivered(task, medium, self.messenger.deliver(&message).await)
    }

    /// Sends a payment link, unless it cannot be paid any more.
    pub(super) async fn send_link(&self, task: &Task) -> Result<End, Infrastructure> {
        let medium = if task.kind == TaskKind::SmsLink { Medium::Sms } else { Medium::Mail };
        if medium == Medium::Sms && task.attempts > 1 && task.note.is_empty() {
            return done("unknown whether it was sent; not sent again");
        }
        let Some((link, quote)) = self.hub.link_to_send(task.payment).await? else {
            return done("it cannot be paid any more");
        };
        let to = if medium == Medium::Sms { link.phone.clone() } else { link.email.clone() };
        let Some(to) = to else { return done("nobody to tell") };
        let Some(token) = self.hub.link_token(&link)? else {
            tracing::error!(link = link.id, "a payment link cannot be sent: it was made with another key");
            return done("made with another key");
        };
        let expires_at = link.expires_at.and_utc();
        let message = LinkMessage {
            id: task.id,
            medium,
            to,
            language: link.language,
            token,
            quote: show_quote(&quote)?,
            expires_at,
        };
        self.delivered(task, medium, self.messenger.deliver_link(&message).await)
    }

    /// How a try ends by what became of its message.
    pub(super) fn delivered(&self, task: &Task, medium: Medium, delivery: Delivery) -> Result<End, Infrastructure> {
        let result = match (delivery, medium) {
            (Delivery::Sent(id), _) => return done(id),
            (Delivery::Rejected(why), _) => return done(format!("rejected: {why}")),
            (Delivery::Unknown(why), Medium::Sms) => {
                return done(format!("unknown whether it was sent; not sent again: {why}"));
            }
            (Delivery::NotSent(why), _) | (Delivery::Unknown(why), Medium::Mail) => {
                schedule::message_later(task, self.hub.now(), why)
            }
        };
        Ok(End::With(result))
    }
}
