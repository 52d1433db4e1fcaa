//! What whoever asked is given: all that is held as a page of its own, and the certificate of an erasure.

use askama::Template;
use ledger::{Erased, Language};
use payments::catalogue::Catalogue;
use payments::personal::{ErasureFacts, Export, HeldPayment, HeldRow};

use super::request::erased_lines;
use crate::finance::parts::biller_name;
use crate::web::{format, i18n};

/// A payment, in the person's words.
struct Payment {
    reference: String,
    biller: String,
    /// What is said of it: label, value, and whether it is a code.
    facts: Vec<(String, String, bool)>,
}

/// A page that stands alone: no script, nothing fetched.
#[derive(Template)]
#[template(path = "personal/held.html")]
struct HeldPage {
    language: Language,
    dir: &'static str,
    title: String,
    made: String,
    lead: String,
    /// Who asked: label and value.
    asked: Vec<(String, String)>,
    payments_title: String,
    payments: Vec<Payment>,
    rows_title: String,
    /// What it is, when it was made, what it says.
    rows: Vec<(String, String, Vec<String>)>,
    mentions_title: String,
    mentions_lead: String,
    /// Where it stands, what it says.
    mentions: Vec<(String, String)>,
    nothing: String,
    kept_title: String,
    kept: Vec<String>,
    rights: String,
}

/// All that is held of a person as a page in their language, which needs nothing else to be read.
///
/// # Errors
///
/// The template cannot be written.
pub fn readable_export(language: Language, export: &Export, catalogue: &Catalogue) -> Result<String, askama::Error> {
    let text = |key: &str| i18n::text(language, key);
    let asked = &export.asked;
    let contract = asked
        .contract
        .as_ref()
        .map(|(biller, contract)| format!("{} {contract}", biller_name(catalogue, *biller, language)));
    let named =
        [("phone-label", asked.phone.clone()), ("email-label", asked.mail.clone()), ("contract-label", contract)];
    let keeps = ["personal-paper-keep-payments", "personal-paper-keep-contacts", "personal-paper-keep-lists"];
    HeldPage {
        language,
        dir: if language == Language::Ar { "rtl" } else { "ltr" },
        title: text("personal-paper-title"),
        made: i18n::text_with(
            language,
            "personal-paper-made",
            &[("at", i18n::Arg::Text(&format::moment(language, export.made_at)))],
        ),
        lead: text("personal-paper-lead"),
        asked: named.into_iter().filter_map(|(key, value)| value.map(|value| (text(key), value))).collect(),
        payments_title: text("personal-paper-payments"),
        payments: export.payments.iter().map(|payment| told(language, payment, catalogue)).collect(),
        rows_title: text("personal-paper-rows"),
        rows: export.rows.iter().map(|row| row_told(language, row)).collect(),
        mentions_title: text("personal-paper-mentions"),
        mentions_lead: text("personal-paper-mentions-lead"),
        mentions: export.mentions.iter().map(|found| (found.place.clone(), found.text.clone())).collect(),
        nothing: text("personal-paper-nothing"),
        kept_title: text("personal-paper-kept"),
        kept: keeps.into_iter().map(text).collect(),
        rights: text("personal-paper-rights"),
    }
    .render()
}

fn told(language: Language, payment: &HeldPayment, catalogue: &Catalogue) -> Payment {
    let (total, channel, instrument, state) = payment.raw;
    let word = |of: &str, word: &str| i18n::text(language, &format!("{of}-{}", word.to_lowercase()));
    let facts = [
        ("personal-paper-at", format::moment(language, payment.started_at), false),
        ("fact-amount", format::money(language, total), false),
        ("personal-paper-state", i18n::text(language, &format!("refunds-payment-{state}")), false),
        (
            "personal-paper-way",
            format!("{} · {}", word("desk-channel", channel.as_str()), word("instrument", instrument.as_str())),
            false,
        ),
        ("personal-paper-typed", joined(payment.typed.iter().map(|(name, value)| format!("{name}: {value}"))), true),
        ("personal-paper-lines", joined(payment.lines.iter().cloned()), true),
        ("phone-label", payment.phone.clone().unwrap_or_default(), true),
        ("email-label", payment.mail.clone().unwrap_or_default(), true),
        ("personal-paper-card", payment.card.clone(), true),
        ("personal-paper-receipt", payment.receipt.clone().unwrap_or_default(), true),
        ("personal-paper-notes", joined(payment.notes.iter().cloned()), false),
    ];
    let filled = facts.into_iter().filter(|(_, value, _)| !value.is_empty());
    Payment {
        reference: payment.reference.clone(),
        biller: biller_name(catalogue, payment.biller, language),
        facts: filled.map(|(key, value, is_code)| (i18n::text(language, key), value, is_code)).collect(),
    }
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(" · ")
}

fn row_told(language: Language, row: &HeldRow) -> (String, String, Vec<String>) {
    let what = i18n::text(language, &format!("personal-what-{}", row.what.replace(' ', "-")));
    (what, format::moment(language, row.at), row.says.iter().filter(|said| !said.is_empty()).cloned().collect())
}

/// What was erased and what is kept, in the person's language: names nobody but who decided it.
pub fn erasure_certificate(language: Language, facts: &ErasureFacts, erased: &Erased) -> String {
    let say = |key: &str, args: &[(&'static str, &str)]| {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, i18n::Arg::Text(value))).collect();
        // A text file has no directions to keep apart where all runs one way.
        let said = i18n::text_with(language, key, &args);
        if language == Language::Ar { said } else { said.replace(['\u{2068}', '\u{2069}'], "") }
    };
    let counted = |key: &str, count: usize| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let said = i18n::text_with(language, key, &[("count", i18n::Arg::Number(count))]);
        if language == Language::Ar { said } else { said.replace(['\u{2068}', '\u{2069}'], "") }
    };
    let number = facts.erasure.to_string();
    let (asked_at, done_at) = (format::moment(language, facts.asked.1), format::moment(language, facts.done.1));
    let mut lines = vec![
        say("personal-cert-title", &[("number", &number)]),
        String::new(),
        say("personal-cert-reference", &[("reference", &facts.reference)]),
        say("personal-cert-asked", &[("name", &facts.asked.0), ("at", &asked_at)]),
        say("personal-cert-done", &[("name", &facts.done.0), ("at", &done_at)]),
        String::new(),
        say("personal-cert-erased", &[]),
    ];
    lines.extend(erased_lines(language, erased).into_iter().map(|(what, count)| format!("- {what}: {count}")));
    if facts.kept_payments.0 > 0 || facts.kept_lists > 0 {
        lines.extend([String::new(), say("personal-cert-kept", &[])]);
    }
    if facts.kept_payments.0 > 0 {
        lines.push(format!("- {}", counted("personal-keeps-payments", facts.kept_payments.0)));
        if let Some(last) = facts.kept_payments.1 {
            lines.push(format!("  {}", say("personal-cert-last", &[("at", &format::moment(language, last))])));
        }
    }
    if facts.kept_lists > 0 {
        lines.push(format!("- {}", counted("personal-keeps-lists", facts.kept_lists)));
    }
    format!("{}\n", lines.join("\n"))
}
