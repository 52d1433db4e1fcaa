//! Messages that are no receipts: references payable at an outlet, floats that are low, and where complaints stand.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{DisputeAction, DisputeState, Language, Money};

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

/// Where a payer's complaint stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeNotice {
    /// The reader's language.
    pub language: Language,
    /// The complaint's number.
    pub number: i64,
    /// The biller's name.
    pub biller: String,
    /// What was done.
    pub action: DisputeAction,
    /// Where it stands after it.
    pub state: DisputeState,
    /// The question or the answer to the payer, or empty.
    pub words: String,
    /// The last day on which it is to be answered.
    pub due_on: NaiveDate,
    /// The payment's page.
    pub link: String,
}

impl DisputeNotice {
    /// The end of its keys.
    fn word(&self) -> &'static str {
        match (self.action, self.state) {
            (DisputeAction::Opened, _) => "opened",
            (DisputeAction::Reopened, _) => "reopened",
            (_, DisputeState::Open) => "review",
            (_, DisputeState::AtBiller) => "at-biller",
            (_, DisputeState::AtPayer) => "at-payer",
            (_, DisputeState::Proposed) => "proposed",
            (_, DisputeState::Upheld) => "upheld",
            (_, DisputeState::Rejected) => "rejected",
            (_, DisputeState::Withdrawn) => "withdrawn",
        }
    }

    fn named(&self) -> String {
        left_to_right(self.language, &format!("D{}", self.number))
    }
}

/// The SMS about a complaint. What it says stays on the page: others read phones.
pub fn dispute_sms(notice: &DisputeNotice) -> String {
    let language = notice.language;
    let due = left_to_right(language, &notice.due_on.format("%d/%m").to_string());
    let (number, biller) = (notice.named(), cut(&notice.biller));
    let args = [("number", number.as_str()), ("biller", &biller), ("due", &due), ("link", &notice.link)];
    let text = locale::plain(language, &format!("sms-dispute-{}", notice.word()), &args);
    if language == Language::Ar { text } else { to_gsm(&text) }
}

/// The mail about a complaint.
pub fn dispute_mail(notice: &DisputeNotice) -> MailText {
    let (language, word) = (notice.language, notice.word());
    let (due, number) = (locale::date(language, notice.due_on), notice.named());
    let args = [("number", number.as_str()), ("biller", &notice.biller), ("due", &due)];
    let subject = locale::plain(language, "mail-dispute-subject", &args);
    // A line end in a name must not begin another header.
    let subject: String = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let key = format!("mail-dispute-{word}");
    let (text, footer) = (locale::plain(language, &key, &args), locale::plain(language, "mail-footer", &[]));
    let label = locale::plain(language, "mail-dispute-link", &[]);
    let letter = NoticeLetter {
        language,
        subject: subject.clone(),
        text: locale::isolated(language, &key, &args),
        hint: notice.words.clone(),
        link: Some((label.clone(), notice.link.clone())),
        footer: footer.clone(),
    };
    // As for floats: it cannot fail.
    let html = letter.render().unwrap_or_default();
    let words = if notice.words.is_empty() { String::new() } else { format!("\n\n{}", notice.words) };
    let text = format!("{text}{words}\n\n{label}\n{}\n\n--\n{footer}\n", notice.link);
    MailText { subject, text, html, logo: None }
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
    /// A label and an address.
    link: Option<(String, String)>,
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
        link: None,
        footer: footer.clone(),
    };
    // Rendering writes to memory: it cannot fail. Were it to, the plain text still says everything.
    let html = letter.render().unwrap_or_default();
    MailText { subject, text: format!("{text}\n\n{hint}\n\n--\n{footer}\n"), html, logo: None }
}
