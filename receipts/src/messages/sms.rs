//! The SMS: short, because a segment holds 160 characters of GSM 03.38, or 70 as soon as one character is outside it.

use ledger::{Language, Money};

use super::{MessageData, MessageKind, left_to_right};
use crate::locale;

/// Longest biller name in an SMS, in characters; the rest is cut. With it no message passes three segments.
const BILLER_CHARS_MAX: usize = 32;

/// The text of an SMS. French and English keep to GSM 03.38 as far as the names and references given allow; Arabic is
/// UCS-2 by nature.
pub fn sms_text(data: &MessageData) -> String {
    let language = data.language;
    let mut bill = cut(&data.biller);
    if !data.contract_masked.is_empty() {
        let contract = left_to_right(language, &short_mask(&data.contract_masked));
        bill = locale::plain(language, "sms-bill", &[("biller", &bill), ("contract", &contract)]);
    }
    let receipt = match &data.kind {
        MessageKind::Confirmed { receipt_number } => left_to_right(language, receipt_number),
        MessageKind::Returning
        | MessageKind::Returned
        | MessageKind::Cancelled
        | MessageKind::Refunded
        | MessageKind::Request => String::new(),
    };
    let text = locale::plain(
        language,
        &format!("sms-{}", data.kind.word()),
        &[
            ("amount", &amount(language, data.total)),
            ("bill", &bill),
            ("receipt", &receipt),
            ("instrument", data.instrument.as_str()),
            ("reference", &left_to_right(language, &data.payment_reference)),
            ("until", &locale::time(data.at)),
            ("link", &data.link),
        ],
    );
    if language == Language::Ar { text } else { to_gsm(&text) }
}

/// No thousands separator: there is none in GSM 03.38 that an SMS could not break a line at.
pub(super) fn amount(language: Language, amount: Money) -> String {
    let text = locale::money(language, amount);
    match language {
        Language::Ar => text,
        Language::Fr | Language::En => text.replace('\u{202F}', ""),
    }
}

pub(super) fn cut(name: &str) -> String {
    if name.chars().count() <= BILLER_CHARS_MAX {
        return name.to_owned();
    }
    let kept: String = name.chars().take(BILLER_CHARS_MAX - 1).collect();
    format!("{}…", kept.trim_end())
}

/// `••••••7890` as `**7890`: the bullets are outside GSM 03.38 and their number says nothing.
fn short_mask(mask: &str) -> String {
    let shown = mask.trim_start_matches(['•', '*']);
    let start = if shown.len() < mask.len() { "**" } else { "" };
    format!("{start}{}", shown.replace('•', "*"))
}

/// The nearest characters of GSM 03.38: typographic signs, and French letters that its table lacks (it has à é è ù Ç).
/// Others stay, at the price of UCS-2: a wrong letter in a name or reference would be worse than a second segment.
pub(super) fn to_gsm(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '’' | '‘' => out.push('\''),
            '“' | '”' | '«' | '»' => out.push('"'),
            '–' | '—' | '\u{2011}' => out.push('-'),
            '…' => out.push_str("..."),
            '•' => out.push('*'),
            '\u{A0}' | '\u{202F}' => out.push(' '),
            'â' => out.push('a'),
            'ç' => out.push('c'),
            'ê' | 'ë' => out.push('e'),
            'î' | 'ï' => out.push('i'),
            'ô' => out.push('o'),
            'û' => out.push('u'),
            'œ' => out.push_str("oe"),
            'À' | 'Â' => out.push('A'),
            'È' | 'Ê' | 'Ë' => out.push('E'),
            'Î' | 'Ï' => out.push('I'),
            'Ô' => out.push('O'),
            'Ù' | 'Û' => out.push('U'),
            'Œ' => out.push_str("OE"),
            other => out.push(other),
        }
    }
    out
}
