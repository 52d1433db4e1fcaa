//! The mail: a page of tables with inline styles, which every mail client lays out, and the same as plain text.

use std::sync::Arc;

use askama::Template;
use ledger::{Language, Money};

use super::{MessageData, MessageKind, left_to_right};
use crate::data::Look;
use crate::locale;

/// The Content-ID of the logo in a mail.
pub const LOGO_CID: &str = "logo@fatoura";

/// A mail's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// For clients that show no HTML.
    pub text: String,
    /// A whole document, without anything to be loaded from elsewhere.
    pub html: String,
    /// A PNG that goes with it, and that it names as [`LOGO_CID`].
    pub logo: Option<Arc<Vec<u8>>>,
}

/// A label and what stands beside it.
struct Line {
    label: String,
    value: String,
    /// Set from left to right also in an Arabic mail: references, masks.
    ltr: bool,
}

#[derive(Template)]
#[template(path = "mail/message.html")]
struct Letter {
    language: Language,
    subject: String,
    heading: String,
    text: String,
    note: String,
    total_label: String,
    total: String,
    at: String,
    amounts: Vec<Line>,
    facts: Vec<Line>,
    link: String,
    link_label: String,
    link_hint: String,
    footer: String,
    /// The biller's name beside its logo in the head, where it is shown its own way.
    brand: String,
    has_logo: bool,
    contact: String,
    brand_footer: String,
    /// Ground of the head, texts on it, buttons and links; `#rrggbb`.
    ground: String,
    on_ground: String,
    accent: String,
    /// Colour of the heading and its ground; they pass 4.5:1.
    colour: &'static str,
    wash: &'static str,
}

impl Letter {
    fn dir(&self) -> &'static str {
        if self.language == Language::Ar { "rtl" } else { "ltr" }
    }

    /// The side where lines start, and the other: mail clients know no logical properties.
    fn start(&self) -> &'static str {
        if self.language == Language::Ar { "right" } else { "left" }
    }

    fn end(&self) -> &'static str {
        if self.language == Language::Ar { "left" } else { "right" }
    }
}

/// The mail of a message. The receipt itself goes with a confirmation as an attachment.
pub fn mail(data: &MessageData) -> MailText {
    let subject = subject(data);
    let text = plain_text(data);
    let letter = letter(data, subject.clone());
    // Rendering writes to memory: it cannot fail. Were it to, the plain text still says everything.
    let html = letter.render().unwrap_or_default();
    MailText { subject, text, html, logo: data.look.logo.clone() }
}

/// How parts are put into a sentence: isolated in HTML, bare in plain text.
type Say = fn(Language, &str, &[(&'static str, &str)]) -> String;

fn key(data: &MessageData, part: &str) -> String {
    format!("mail-{}-{part}", data.kind.word())
}

fn subject(data: &MessageData) -> String {
    let args = [("biller", data.biller.as_str()), ("amount", &locale::money(data.language, data.total))];
    let subject = locale::plain(data.language, &key(data, "subject"), &args);
    // A line end in a name must not begin another header.
    subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn text(data: &MessageData, say: Say) -> String {
    let args = [("biller", data.biller.as_str()), ("instrument", data.instrument.as_str())];
    say(data.language, &key(data, "text"), &args)
}

/// A second sentence, or empty.
fn note(data: &MessageData, say: Say) -> String {
    match data.kind {
        MessageKind::Confirmed { .. } | MessageKind::Cancelled | MessageKind::Refunded => String::new(),
        MessageKind::Returning | MessageKind::Returned | MessageKind::Request => {
            say(data.language, &key(data, "note"), &[("biller", &data.biller)])
        }
    }
}

fn at(data: &MessageData) -> String {
    let when = locale::date_time(data.language, data.at);
    locale::plain(data.language, &key(data, "at"), &[("when", &when)])
}

fn total_label(data: &MessageData) -> String {
    let key = match data.kind {
        MessageKind::Confirmed { .. } => "receipt-total-paid",
        MessageKind::Returning => "mail-total-returning",
        MessageKind::Returned | MessageKind::Cancelled | MessageKind::Refunded => "mail-total-returned",
        MessageKind::Request => "mail-total-request",
    };
    locale::plain(data.language, key, &[])
}

/// Principal, fee, VAT, duty; those that are nothing are left out, but for the principal.
fn amounts(data: &MessageData) -> Vec<Line> {
    let line = |key: &str, amount: Money| Line {
        label: locale::plain(data.language, key, &[]),
        value: locale::money(data.language, amount),
        ltr: false,
    };
    let mut lines = vec![line("receipt-principal", data.principal)];
    for (key, amount) in [("receipt-fee", data.fee), ("receipt-vat", data.vat), ("receipt-duty", data.duty)] {
        if amount != Money::ZERO {
            lines.push(line(key, amount));
        }
    }
    lines
}

fn facts(data: &MessageData) -> Vec<Line> {
    let receipt_number = match &data.kind {
        MessageKind::Confirmed { receipt_number } => receipt_number.as_str(),
        MessageKind::Returning
        | MessageKind::Returned
        | MessageKind::Cancelled
        | MessageKind::Refunded
        | MessageKind::Request => "",
    };
    [
        ("receipt-biller", data.biller.as_str(), false),
        ("receipt-receivable", &data.receivable, false),
        ("receipt-contract", &data.contract_masked, true),
        ("receipt-biller-receipt", receipt_number, true),
        ("receipt-reference", &data.payment_reference, true),
        ("receipt-card", data.card_mask.as_deref().unwrap_or_default(), true),
    ]
    .into_iter()
    .filter(|(_, value, _)| !value.is_empty())
    .map(|(key, value, ltr)| Line { label: locale::plain(data.language, key, &[]), value: value.to_owned(), ltr })
    .collect()
}

/// As styles write it.
fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn letter(data: &MessageData, subject: String) -> Letter {
    let (language, look) = (data.language, &data.look);
    let plain = |key: &str| locale::plain(language, key, &[]);
    let (colour, wash) = match data.kind {
        MessageKind::Returning => ("#7a4d00", "#fdf1d9"),
        MessageKind::Confirmed { .. }
        | MessageKind::Returned
        | MessageKind::Cancelled
        | MessageKind::Refunded
        | MessageKind::Request => ("#0b6b3f", "#e2f3ea"),
    };
    Letter {
        language,
        subject,
        heading: plain(&key(data, "heading")),
        text: text(data, locale::isolated),
        note: note(data, locale::isolated),
        total_label: total_label(data),
        total: locale::money(language, data.total),
        at: at(data),
        amounts: amounts(data),
        facts: facts(data),
        link: data.link.clone(),
        link_label: plain(&key(data, "link")),
        link_hint: plain("mail-link-hint"),
        footer: plain("mail-footer"),
        brand: if *look == Look::default() { String::new() } else { data.biller.clone() },
        has_logo: look.logo.is_some(),
        contact: look.contact.clone(),
        brand_footer: look.footer.clone(),
        ground: hex(look.ground.map_or([0x08, 0x3f, 0x36], |(ground, _)| ground)),
        on_ground: hex(look.ground.map_or([0xff; 3], |(_, text)| text)),
        accent: hex(look.accent.unwrap_or([0x0b, 0x5d, 0x4e])),
        colour,
        wash,
    }
}

fn plain_text(data: &MessageData) -> String {
    let language = data.language;
    let plain = |key: &str| locale::plain(language, key, &[]);
    let line = |label: &str, value: &str| locale::plain(language, "mail-line", &[("label", label), ("value", value)]);
    let row = |row: Line| {
        let value = if row.ltr { left_to_right(language, &row.value) } else { row.value };
        line(&row.label, &value)
    };
    let (heading, text, note) = (plain(&key(data, "heading")), text(data, locale::plain), note(data, locale::plain));
    let total = line(&total_label(data), &locale::money(language, data.total));
    let amounts: Vec<_> = amounts(data).into_iter().map(row).collect();
    let facts: Vec<_> = facts(data).into_iter().map(row).collect();
    let said: Vec<_> = [text, note].into_iter().filter(|part| !part.is_empty()).collect();
    let own = [&data.look.contact, &data.look.footer].into_iter().filter(|line| !line.is_empty());
    let own = own.cloned().collect::<Vec<_>>().join("\n");
    let paragraphs = [
        heading,
        said.join("\n"),
        [total, at(data)].join("\n"),
        amounts.join("\n"),
        facts.join("\n"),
        format!("{}\n{}", plain(&key(data, "link")), data.link),
        own,
        format!("--\n{}", plain("mail-footer")),
    ];
    let paragraphs: Vec<_> = paragraphs.into_iter().filter(|part| !part.is_empty()).collect();
    paragraphs.join("\n\n") + "\n"
}
