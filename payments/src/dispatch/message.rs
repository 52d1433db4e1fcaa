//! Messages to payers.

use ledger::{Payment, Task, TaskKind};

use super::{Dispatcher, End, done, schedule};
use crate::api::Infrastructure;
use crate::hub::show_payment;
use crate::messages::{Delivery, Medium, Message, MessageKind};

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
            Medium::Sms => payment.phone.clone(),
            Medium::Mail => payment.email.clone(),
        };
        let Some(to) = to else { return done("nobody to tell") };
        // The provider has no key against doubles. A try that left no word may have been heard: one SMS too few is
        // better than two, and the receipt stands on its page. A mail carries an id by which a double is known.
        if medium == Medium::Sms && task.attempts > 1 && task.note.is_empty() {
            return done("unknown whether it was sent; not sent again");
        }
        let (payment, quote) = self.hub.with_quote(payment).await?;
        let message = Message { id: task.id, kind, medium, to, payment: show_payment(&payment, &quote)? };
        let result = match (self.messenger.deliver(&message).await, medium) {
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
