//! Messages that are about no payment: references payable at an outlet, and floats that are low.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{Language, Money};

use super::sms::{amount, cut, to_gsm};
use super::{MailText, left_to_right};
use crate::locale;

/// Thirteen digits to pay with at an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceNotice {
    /// The reader's language.
    pub language: Language,
    /// The digits.
    pub digits: String,
    /// The biller's name.
    pub biller: String,
    /// What is to be paid, fee and stamp duty included.
    pub total: Money,
    /// When the reference ends.
    pub expires_at: DateTime<Utc>,
    /// Whether it was told before.
    pub reminder: bool,
}

/// An outlet's float is low.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowFloat {
    /// The reader's language.
    pub language: Language,
    /// The network's name.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// Its name and city.
    pub place: String,
    /// What is left.
    pub available: Money,
    /// Below this it is low.
    pub low_below: Money,
}

/// The SMS of a reference. Short in words and digits, because Arabic has 70 characters a segment.
pub fn reference_sms(notice: &ReferenceNotice) -> String {
    let language = notice.language;
    let until = notice.expires_at.with_timezone(&Casablanca).format("%d/%m %H:%M").to_string();
    let key = if notice.reminder { "sms-reference-reminder" } else { "sms-reference" };
    let args = [
        ("biller", cut(&notice.biller)),
        ("amount", amount(language, notice.total)),
        ("digits", left_to_right(language, &notice.digits)),
        ("until", left_to_right(language, &until)),
    ];
    let args: Vec<(&'static str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let text = locale::plain(language, key, &args);
    if language == Language::Ar { text } else { to_gsm(&text) }
}

#[derive(Template)]
#[template(path = "mail/notice.html")]
struct NoticeLetter {
    language: Language,
    subject: String,
    text: String,
    hint: String,
    footer: String,
}

impl NoticeLetter {
    fn dir(&self) -> &'static str {
        if self.language == Language::Ar { "rtl" } else { "ltr" }
    }

    /// The side where lines start: mail clients know no logical properties.
    fn start(&self) -> &'static str {
        if self.language == Language::Ar { "right" } else { "left" }
    }
}

/// The mail that warns a network.
pub fn low_float_mail(notice: &LowFloat) -> MailText {
    let language = notice.language;
    let (available, low) = (locale::money(language, notice.available), locale::money(language, notice.low_below));
    let args = [
        ("outlet", notice.outlet.as_str()),
        ("place", &notice.place),
        ("network", &notice.network),
        ("available", &available),
        ("low", &low),
    ];
    let subject = locale::plain(language, "low-float-subject", &args);
    // A line end in a name must not begin another header.
    let subject: String = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let (hint, footer) = (locale::plain(language, "low-float-hint", &[]), locale::plain(language, "mail-footer", &[]));
    let text = locale::plain(language, "low-float-text", &args);
    let letter = NoticeLetter {
        language,
        subject: subject.clone(),
        text: locale::isolated(language, "low-float-text", &args),
        hint: hint.clone(),
        footer: footer.clone(),
    };
    // Rendering writes to memory: it cannot fail. Were it to, the plain text still says everything.
    let html = letter.render().unwrap_or_default();
    MailText { subject, text: format!("{text}\n\n{hint}\n\n--\n{footer}\n"), html, logo: None }
}
