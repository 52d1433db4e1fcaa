//! Where it could be found.

use std::collections::{BTreeSet, HashSet};

use sandbox::Control;
use tokio::task::block_in_place;

use super::planting::{Planted, digits};
use crate::crash::load::Load;
use crate::crash::program::Place;
use crate::support::Colleague;

/// Letters and digits of a telephone or a contract.
const NUMBER_MIN: usize = 6;
const NUMBER_MAX: usize = 16;

/// Something that somebody could read.
pub struct Source {
    name: String,
    text: String,
    /// Whether people may be in it.
    shows_people: bool,
}

impl Source {
    pub fn page(name: String, text: String) -> Self {
        Self { name, text, shows_people: true }
    }

    pub fn log(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains("TRACE") && text.contains("DEBUG"), "the log says too little to prove anything");
        Self { name: "the log".to_owned(), text, shows_people: false }
    }
}

/// Runs a command to its end: what it printed.
pub fn run(place: &Place, words: &[&str]) -> String {
    let output = block_in_place(|| place.command(words).output().unwrap());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{words:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Runs a command that is refused: what it said.
pub fn refused(place: &Place, words: &[&str]) -> String {
    let output = block_in_place(|| place.command(words).output().unwrap());
    assert!(!output.status.success(), "{words:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What payers were sent.
pub fn messages(control: &Control) -> Vec<Source> {
    let sms = control.sms().into_iter().map(|message| message.body);
    let mails = control.mails().into_iter().map(|mail| format!("{mail:?}"));
    sms.chain(mails).map(|text| Source::page("a message".to_owned(), text)).collect()
}

/// The database as it lies there.
pub fn at_rest(place: &Place) -> Vec<Source> {
    let source = |name: String, text| Source { name, text, shows_people: false };
    let mut sources = vec![source("the database".to_owned(), place.database.at_rest())];
    for entry in place.database.folder().into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()) {
        let path = entry.unwrap().path();
        // The text of a page lies in it as it is.
        let bytes = std::fs::read(&path).unwrap();
        let text = bytes
            .into_iter()
            .map(|byte| if byte.is_ascii() && byte >= b' ' { char::from(byte) } else { '\n' })
            .collect();
        sources.push(source(path.file_name().unwrap().to_string_lossy().into_owned(), text));
    }
    sources
}

/// Payers are found by their telephones, whatever they are kept under.
pub async fn found_by_phone(who: &Colleague, load: &Load) -> Vec<Source> {
    let mut sources = Vec::new();
    for (phone, _) in load.visits().into_iter().filter(|(_, visit)| visit.oid.is_some()).take(8) {
        let page = who.post("/payments", &[("phone", &phone)]).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let row = page.body.split("<th scope=\"row\"><a href=\"").nth(1);
        let row = row.unwrap_or_else(|| panic!("nothing is found by {phone}: {}", page.text()));
        let story = who.browser.get(row.split('"').next().unwrap()).await;
        assert_eq!(story.status, 200, "{}", story.text());
        sources.push(Source::page(format!("a story of {phone}"), story.body));
    }
    assert!(sources.len() > 4, "too few were paid");
    sources
}

/// A text as card numbers are looked for: digits of any script, no gaps.
fn closed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' | '-' | '\u{a0}' | '\u{202f}' | '\u{2009}' => {}
            c if c.is_ascii() => out.push(c),
            c => match digits(c.encode_utf8(&mut [0; 4])) {
                digit if digit.is_empty() => out.push(c),
                digit => out.push_str(&digit),
            },
        }
    }
    out
}

/// What stands in a text by itself and could be a telephone or a contract: a longer run of digits is another number. One
/// pass for all of them, as a log is long and the people are many.
fn numbers(text: &str) -> HashSet<&str> {
    text.as_bytes()
        .split(|byte| !byte.is_ascii_alphanumeric())
        .filter(|word| (NUMBER_MIN..=NUMBER_MAX).contains(&word.len()) && word.iter().any(u8::is_ascii_digit))
        .map(|word| std::str::from_utf8(word).unwrap())
        .collect()
}

/// Everything that is where it must not be, each once, with what stands around it.
pub fn faults(sources: &[Source], planted: &Planted, load: &Load) -> Vec<String> {
    let mut faults = BTreeSet::new();
    let people: Vec<String> = load.visits().into_keys().collect();
    let contracts = load.contracts();
    for source in sources {
        let closed = closed(&source.text);
        for card in planted.cards.iter().filter(|card| closed.contains(card.as_str())) {
            faults.insert(format!("card {card} in {}: {}", source.name, around(&closed, card)));
        }
        for (what, secret) in planted.secrets.iter().filter(|(_, secret)| source.text.contains(secret.as_str())) {
            faults.insert(format!("{what} in {}: {}", source.name, around(&source.text, secret)));
        }
        if source.shows_people {
            continue;
        }
        let numbers = numbers(&source.text);
        for phone in &people {
            let digits = phone.trim_start_matches("+212");
            // After a plus sign, written as in an address, and as at home.
            for form in [format!("212{digits}"), format!("2B212{digits}"), format!("0{digits}")] {
                if numbers.contains(form.as_str()) {
                    faults.insert(format!("phone {phone} in {}: {}", source.name, around(&source.text, &form)));
                }
            }
        }
        for contract in contracts.iter().filter(|contract| numbers.contains(contract.as_str())) {
            faults.insert(format!("contract {contract} in {}: {}", source.name, around(&source.text, contract)));
        }
    }
    faults.into_iter().take(40).collect()
}

fn around(text: &str, found: &str) -> String {
    let at = text.find(found).unwrap_or_default();
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    text[line..end].chars().take(600).collect()
}
