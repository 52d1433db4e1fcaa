//! What payers are told, on its way out: the hub's messages worded by `receipts`, carried by Twilio and SMTP.
//!
//! Called from the outbox, after the database committed. Nothing here repeats a try: the outbox does, by the
//! [`Delivery`] it gets. Reasons are our own words and the providers' codes; what a provider or server said is dropped,
//! because it may quote the recipient.

mod mail;
mod twilio;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use channels::{bill_names, link_url, look_of, payment_url, receipt_data};
use ledger::Money;
use payments::api::{PaymentView, Standing};
use payments::catalogue::Catalogue;
use payments::messages::{Delivery, LinkMessage, Medium, Message, MessageKind, Messenger, Notice, NoticeKind};
use payments::phone;
use receipts::{DisputeNotice, LowFloat, MessageData, ReceiptData, ReferenceNotice};
use secrecy::ExposeSecret;

pub(crate) use mail::Attached;
pub use mail::{Mailer, SmtpCredentials, SmtpSecurity, SmtpSettings};
pub use twilio::{TwilioClient, TwilioSender, TwilioSettings};

/// A channel's settings cannot be used; says which and why, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotifyError(String);

/// Where billers' names come from: asked at every message, so that an imported catalogue is in force at once.
pub type CatalogueSource = Arc<dyn Fn() -> Arc<Catalogue> + Send + Sync>;

/// Words messages in the payer's language and sends them.
pub struct Notifier {
    catalogue: CatalogueSource,
    public_url: String,
    sms: Option<TwilioClient>,
    mail: Option<Mailer>,
}

impl Notifier {
    /// Over the channels that are configured; a message for one that is not is rejected. `public_url` is the base of
    /// the pages that messages link to, `https://pay.example.ma`.
    pub fn new(catalogue: CatalogueSource, public_url: &str, sms: Option<TwilioClient>, mail: Option<Mailer>) -> Self {
        Self { catalogue, public_url: public_url.trim_end_matches('/').to_owned(), sms, mail }
    }

    async fn send(&self, message: &Message) -> Delivery {
        match message.medium {
            Medium::Sms => self.send_sms(message).await,
            Medium::Mail => self.send_mail(message).await,
        }
    }

    async fn send_sms(&self, message: &Message) -> Delivery {
        let Some(twilio) = &self.sms else { return rejected("SMS is not configured") };
        if !phone::is_mobile(&message.to) {
            return rejected("not a mobile number");
        }
        match self.words(message) {
            Some(data) => twilio.send(&message.to, &receipts::sms_text(&data)).await,
            None => rejected(NO_PROOF),
        }
    }

    async fn send_mail(&self, message: &Message) -> Delivery {
        let Some(mailer) = &self.mail else { return rejected("mail is not configured") };
        let Some(data) = self.words(message) else { return rejected(NO_PROOF) };
        let attached = match self.receipt(message) {
            Some(receipt) => match render(receipt).await {
                Ok(pdf) => Some((format!("fatoura-{}.pdf", message.payment.reference), pdf)),
                Err(fault) => return Delivery::NotSent(fault),
            },
            None => None,
        };
        mailer.send(message.id, &message.to, data.language, receipts::mail(&data), attached).await
    }

    async fn send_notice(&self, notice: &Notice) -> Delivery {
        let language = notice.language;
        match &notice.kind {
            NoticeKind::LowFloat { network, outlet, place, available, low_below } => {
                let Some(mailer) = &self.mail else { return rejected("mail is not configured") };
                let text = receipts::low_float_mail(&LowFloat {
                    language,
                    network: network.clone(),
                    outlet: outlet.clone(),
                    place: place.clone(),
                    available: *available,
                    low_below: *low_below,
                });
                mailer.send(notice.id, &notice.to, language, text, None).await
            }
            NoticeKind::Dispute(told) => {
                let text = DisputeNotice {
                    language,
                    number: told.number,
                    biller: told.biller.clone(),
                    action: told.action,
                    state: told.state,
                    words: told.words.clone(),
                    due_on: told.due_on,
                    link: payment_url(&self.public_url, language, &told.payment),
                };
                match (notice.medium, &self.sms, &self.mail) {
                    (Medium::Sms, None, _) => rejected("SMS is not configured"),
                    (Medium::Mail, _, None) => rejected("mail is not configured"),
                    (Medium::Sms, ..) if !phone::is_mobile(&notice.to) => rejected("not a mobile number"),
                    (Medium::Sms, Some(twilio), _) => twilio.send(&notice.to, &receipts::dispute_sms(&text)).await,
                    (Medium::Mail, _, Some(mailer)) => {
                        mailer.send(notice.id, &notice.to, language, receipts::dispute_mail(&text), None).await
                    }
                }
            }
            NoticeKind::CashReference { digits, biller, total, expires_at, reminder } => {
                let Some(twilio) = &self.sms else { return rejected("SMS is not configured") };
                if !phone::is_mobile(&notice.to) {
                    return rejected("not a mobile number");
                }
                let text = receipts::reference_sms(&ReferenceNotice {
                    language,
                    digits: digits.clone(),
                    biller: biller.clone(),
                    total: *total,
                    expires_at: *expires_at,
                    reminder: *reminder,
                });
                twilio.send(&notice.to, &text).await
            }
        }
    }

    async fn send_link(&self, message: &LinkMessage) -> Delivery {
        let data = self.link_words(message);
        match (message.medium, &self.sms, &self.mail) {
            (Medium::Sms, None, _) => rejected("SMS is not configured"),
            (Medium::Mail, _, None) => rejected("mail is not configured"),
            (Medium::Sms, ..) if !phone::is_mobile(&message.to) => rejected("not a mobile number"),
            (Medium::Sms, Some(twilio), _) => twilio.send(&message.to, &receipts::sms_text(&data)).await,
            (Medium::Mail, _, Some(mailer)) => {
                mailer.send(message.id, &message.to, data.language, receipts::mail(&data), None).await
            }
        }
    }

    fn link_words(&self, message: &LinkMessage) -> MessageData {
        let (language, quote) = (message.language, &message.quote);
        let catalogue = (self.catalogue)();
        let (biller, receivable) =
            bill_names(language, catalogue.get(quote.biller), quote.biller, &quote.receivable_type);
        MessageData {
            kind: receipts::MessageKind::Request,
            language,
            biller,
            receivable,
            contract_masked: quote.contract_masked.clone(),
            principal: quote.amounts.principal,
            fee: quote.amounts.fee,
            vat: quote.amounts.vat,
            duty: quote.amounts.duty,
            total: quote.amounts.total,
            payment_reference: String::new(),
            instrument: quote.instrument,
            card_mask: None,
            at: message.expires_at,
            link: link_url(&self.public_url, language, message.token.expose_secret()),
            look: look_of(language, catalogue.get(quote.biller)),
        }
    }

    fn link(&self, payment: &PaymentView) -> String {
        payment_url(&self.public_url, payment.language, &payment.reference)
    }

    /// What the message states; `None` for a confirmation of a payment that is not, or no longer, confirmed.
    fn words(&self, message: &Message) -> Option<MessageData> {
        let payment = &message.payment;
        let kind = match (message.kind, &payment.standing) {
            (MessageKind::Confirmed, Standing::Confirmed(proof)) => {
                receipts::MessageKind::Confirmed { receipt_number: proof.number.clone() }
            }
            (MessageKind::Confirmed, _) => return None,
            (MessageKind::Returning, _) => receipts::MessageKind::Returning,
            (MessageKind::Returned, _) => receipts::MessageKind::Returned,
            (MessageKind::Cancelled, _) => receipts::MessageKind::Cancelled,
            (MessageKind::Refunded { .. }, _) => receipts::MessageKind::Refunded,
        };
        let amounts = payment.amounts;
        let (parts, total, at) = match message.kind {
            MessageKind::Refunded { amounts, at } => {
                ((amounts.principal, amounts.fee, amounts.vat, Money::ZERO), amounts.total()?, at)
            }
            _ => {
                let parts = (amounts.principal, amounts.fee, amounts.vat, amounts.duty);
                (parts, amounts.total, payment.standing_since)
            }
        };
        let catalogue = (self.catalogue)();
        let (biller, receivable) =
            bill_names(payment.language, catalogue.get(payment.biller), payment.biller, &payment.receivable_type);
        Some(MessageData {
            kind,
            language: payment.language,
            biller,
            receivable,
            contract_masked: payment.contract_masked.clone(),
            principal: parts.0,
            fee: parts.1,
            vat: parts.2,
            duty: parts.3,
            total,
            payment_reference: payment.reference.clone(),
            instrument: payment.instrument,
            card_mask: Some(payment.card_mask.clone()).filter(|mask| !mask.is_empty()),
            at,
            link: self.link(payment),
            look: look_of(payment.language, catalogue.get(payment.biller)),
        })
    }

    /// The receipt that goes with a confirmation.
    fn receipt(&self, message: &Message) -> Option<ReceiptData> {
        let payment = &message.payment;
        let (MessageKind::Confirmed, Standing::Confirmed(proof)) = (message.kind, &payment.standing) else {
            return None;
        };
        let catalogue = (self.catalogue)();
        Some(receipt_data(payment.language, catalogue.get(payment.biller), payment, proof, self.link(payment)))
    }
}

impl Messenger for Notifier {
    fn deliver<'a>(&'a self, message: &'a Message) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(self.send(message))
    }

    fn notify<'a>(&'a self, notice: &'a Notice) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(self.send_notice(notice))
    }

    fn deliver_link<'a>(&'a self, message: &'a LinkMessage) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(self.send_link(message))
    }
}

const NO_PROOF: &str = "the payment does not stand confirmed";

fn rejected(reason: &str) -> Delivery {
    Delivery::Rejected(reason.to_owned())
}

/// Laying out text takes milliseconds of processor: not on the threads that serve everybody.
async fn render(receipt: ReceiptData) -> Result<Vec<u8>, String> {
    match tokio::task::spawn_blocking(move || receipts::render_pdf(&receipt)).await {
        Ok(made) => made.map_err(|error| format!("no receipt could be made: {error}")),
        Err(_) => Err("no receipt could be made: the task ended early".to_owned()),
    }
}

/// Whether a host is this machine: the only one to which secrets go unencrypted.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
