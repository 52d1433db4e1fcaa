//! `:86:`: what the bank tells the account's owner about an entry, free or in numbered subfields.

use crate::statements::form::{Account, Detail, Entry, Party, ReturnReason};

/// A full line of SWIFT: what follows goes on without a blank.
const LINE_CHARS: usize = 65;
/// The transaction type of a returned item.
const RETURNED: &str = "NRTI";
/// The keys that may begin a line of the purpose.
const KEYS: [&str; 12] =
    ["EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "SVWZ+", "ABWA+", "ABWE+", "COAM+", "OAMT+", "MTLG:", "PURP+"];

/// The one transaction of an entry.
pub(super) fn detail(entry: &Entry, lines: &[String]) -> Detail {
    let mut detail = Detail {
        place: entry.place,
        bank_reference: entry.bank_reference.clone(),
        amount: Some(entry.amount),
        currency: entry.currency.clone(),
        ..Detail::default()
    };
    let returned = entry.code.as_deref() == Some(RETURNED);
    match structured(&lines.concat()) {
        Some(subfields) => fill(&mut detail, entry, &subfields, returned),
        None => {
            let text = free(lines);
            detail.end_to_end = slashed(&text, "EREF").filter(|id| id != "NOTPROVIDED");
            detail.payment = slashed(&text, "PREF");
            detail.remittance = Some(slashed(&text, "REMI").unwrap_or(text)).filter(|text| !text.is_empty());
            detail.returned = returned.then(ReturnReason::default);
        }
    }
    detail
}

/// Lines put together: a full line was broken anywhere, another at a blank.
fn free(lines: &[String]) -> String {
    let mut text = String::new();
    let mut full = true;
    for line in lines {
        if !full {
            text.push(' ');
        }
        text.push_str(line);
        full = line.chars().count() >= LINE_CHARS || text.is_empty();
    }
    text.trim().to_owned()
}

/// The value behind `/CODE/`, up to the next code.
fn slashed(text: &str, code: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("/{code}/"))?;
    let is_code = |at: usize| {
        let next = rest.as_bytes().get(at..at + 6).unwrap_or_default();
        matches!(next, [b'/', name @ .., b'/'] if name.iter().all(u8::is_ascii_uppercase))
    };
    let end = (0..rest.len()).find(|at| is_code(*at)).unwrap_or(rest.len());
    rest.get(..end).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// `166?00GUTSCHRIFT?20..`: three digits, then subfields of a question mark and two digits.
fn structured(text: &str) -> Option<Vec<(u8, String)>> {
    let text = text.trim_start();
    let (code, rest) = text.split_at_checked(3)?;
    if !code.bytes().all(|byte| byte.is_ascii_digit()) || !rest.starts_with('?') {
        return None;
    }
    let mut subfields: Vec<(u8, String)> = Vec::new();
    for piece in rest.split('?').skip(1) {
        let number = piece.get(..2).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        match (number.and_then(|number| number.parse().ok()), subfields.last_mut()) {
            (Some(number), _) => subfields.push((number, piece.get(2..).unwrap_or_default().to_owned())),
            (None, Some((_, last))) => {
                last.push('?');
                last.push_str(piece);
            }
            (None, None) => return None,
        }
    }
    Some(subfields)
}

fn fill(detail: &mut Detail, entry: &Entry, subfields: &[(u8, String)], returned: bool) {
    let joined = |wanted: &[u8]| {
        let text: String = subfields.iter().filter(|(number, _)| wanted.contains(number)).map(|(_, t)| &**t).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let (mut end_to_end, mut payment, mut purpose, mut note) =
        (String::new(), String::new(), String::new(), String::new());
    let mut key = "";
    for (_, piece) in subfields.iter().filter(|(number, _)| matches!(number, 20..=29 | 60..=63)) {
        let found = KEYS.iter().find_map(|key| piece.strip_prefix(key).map(|rest| (*key, rest)));
        let (new, text) = found.unwrap_or((key, piece));
        key = new;
        match key {
            "EREF+" => end_to_end.push_str(text),
            "KREF+" => payment.push_str(text),
            "" | "SVWZ+" => purpose.push_str(text),
            "MTLG:" => note.push_str(text),
            _ => {}
        }
    }
    let known = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    detail.end_to_end = known(end_to_end).filter(|id| id != "NOTPROVIDED");
    detail.payment = known(payment);
    let note = known(note);
    detail.remittance = known(purpose).or_else(|| note.clone()).or_else(|| joined(&[0]));
    let account = joined(&[38]).or_else(|| joined(&[31])).map(|number| Account::read(&number));
    let party = Party { name: joined(&[32, 33]), account };
    if entry.amount.is_positive() {
        detail.debtor = party;
    } else {
        detail.creditor = party;
    }
    detail.returned = returned.then(|| ReturnReason { code: joined(&[34]), text: note });
}
