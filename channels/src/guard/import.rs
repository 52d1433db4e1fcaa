//! Many entries of the lists at once, from a file of separated values: all of them, or none and what is wrong with each line.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};
use ledger::GuardList;
use payments::card_numbers;
use payments::guard::{ListLine, Listed};
use staff::{Action, Permission};

use super::lists::end_of;
use super::parts::{Tab, actor, hub_for, listed, not_listed, reason, tabs};
use crate::billers::given::Given;
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::CARD_NUMBER_KEY;
use crate::web::views::FaultLink;

/// The head of a file: its columns.
const HEAD: [&str; 7] = ["list", "who", "value", "biller", "type", "until", "reason"];
/// Largest file, in bytes: the lines below with long reasons.
const BYTES_MAX: usize = 64 * 1024;
/// Lines of a file: each is looked up, and all are written in one commit.
const LINES_MAX: usize = 500;
/// Faults that are told at once.
const FAULTS_SHOWN: usize = 30;

#[derive(Template)]
#[template(path = "guard/import.html")]
struct ImportPage {
    frame: Frame,
    faults: Faults,
    tabs: Vec<Tab>,
    text: String,
    columns: [&'static str; 7],
}

fn page(session: &StaffSession, status: StatusCode, text: String, faults: Faults) -> Result<HttpResponse, Fault> {
    let page = ImportPage {
        frame: session.frame("guard-import-title"),
        faults,
        tabs: tabs(session, "/staff/guard/lists"),
        text,
        columns: HEAD,
    };
    session.html(status, &page)
}

pub(crate) async fn show_form(session: StaffSession) -> Result<HttpResponse, Fault> {
    hub_for(&session, Permission::ReviewFraud)?;
    page(&session, StatusCode::OK, format!("{}\n", HEAD.join(",")), Faults::default())
}

/// The cells of a line; `None`: a quote is not closed, or something follows one.
fn cells(line: &str, separator: char) -> Option<Vec<String>> {
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut rest = line.chars().peekable();
    loop {
        if rest.peek() == Some(&'"') {
            rest.next();
            loop {
                match rest.next()? {
                    '"' if rest.peek() == Some(&'"') => {
                        rest.next();
                        cell.push('"');
                    }
                    '"' => break,
                    c => cell.push(c),
                }
            }
            if rest.peek().is_some_and(|next| *next != separator) {
                return None;
            }
        }
        match rest.next() {
            Some(c) if c == separator => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            Some(c) => cell.push(c),
            None => {
                cells.push(cell.trim().to_owned());
                return Some(cells);
            }
        }
    }
}

/// An entry of a line, or the message that says what is wrong with it.
fn entry(cells: &[String], now: DateTime<Utc>) -> Result<ListLine, &'static str> {
    let [list, who, value, biller, kind, until, why] = cells else { return Err("guard-fault-cells") };
    if cells.iter().any(|cell| card_numbers::holds_one(cell)) {
        return Err(CARD_NUMBER_KEY);
    }
    let list: GuardList = list.parse().map_err(|_| "guard-fault-list")?;
    if value.is_empty() {
        return Err("guard-fault-value");
    }
    let who = match who.as_str() {
        "contract" => {
            Listed::Contract(biller.parse().map_err(|_| "guard-fault-contract")?, kind.clone(), value.clone())
        }
        who => listed(who, value).ok_or("guard-fault-who")?,
    };
    let ends_at = match until.as_str() {
        "" => None,
        text => Some(text.parse().ok().and_then(end_of).ok_or("guard-fault-day")?),
    };
    if ends_at.is_some_and(|ends| ends <= now) {
        return Err("guard-fault-over");
    }
    reason(why)?;
    Ok(ListLine { list, who, reason: why.clone(), ends_at })
}

/// Entries with the numbers of their lines.
type Lines = Vec<(usize, ListLine)>;
/// Messages with the numbers of the lines that they are about.
type Wrong = Vec<(usize, &'static str)>;

/// Entries by their lines, or what is wrong by line; 0 is the file as a whole.
fn read(text: &str, now: DateTime<Utc>) -> Result<Lines, Wrong> {
    if text.len() > BYTES_MAX {
        return Err(vec![(0, "guard-fault-file-large")]);
    }
    let mut lines = text.trim_start_matches('\u{feff}').lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let Some((head, at)) = lines.next() else { return Err(vec![(0, "guard-fault-file")]) };
    let separator = if head.contains(';') { ';' } else { ',' };
    if cells(head, separator).is_none_or(|cells| cells != HEAD) {
        return Err(vec![(at, "guard-fault-head")]);
    }
    let (mut entries, mut faults) = (Vec::new(), Vec::new());
    for (line, at) in lines {
        if entries.len() + faults.len() >= LINES_MAX {
            return Err(vec![(at, "guard-fault-lines")]);
        }
        match cells(line, separator).ok_or("guard-fault-cells").and_then(|cells| entry(&cells, now)) {
            Ok(entry) => entries.push((at, entry)),
            Err(key) => faults.push((at, key)),
        }
    }
    match (entries.is_empty(), faults.is_empty()) {
        (_, false) => Err(faults),
        (true, true) => Err(vec![(0, "guard-fault-file")]),
        (false, true) => Ok(entries),
    }
}

/// Takes a file in, whole or not at all.
pub(crate) async fn import(session: StaffSession, given: Given) -> Result<HttpResponse, Fault> {
    let hub = hub_for(&session, Permission::ReviewFraud)?;
    let language = session.language();
    let text = given.file.unwrap_or_default();
    let told = |faults: Vec<(usize, String)>| -> Result<HttpResponse, Fault> {
        let count = faults.len();
        let mut lines: Vec<FaultLink> = faults
            .into_iter()
            .take(FAULTS_SHOWN)
            .map(|(line, what)| {
                let number = line.to_string();
                let args = [("line", i18n::Arg::Text(&number)), ("what", i18n::Arg::Text(&what))];
                let text = if line == 0 { what.clone() } else { i18n::text_with(language, "guard-fault-line", &args) };
                FaultLink { target: "text".to_owned(), text }
            })
            .collect();
        if count > FAULTS_SHOWN {
            let more = i18n::Arg::Number(i64::try_from(count - FAULTS_SHOWN).unwrap_or(i64::MAX));
            let text = i18n::text_with(language, "guard-fault-more", &[("count", more)]);
            lines.push(FaultLink { target: "text".to_owned(), text });
        }
        let is_shown = text.len() <= BYTES_MAX && !card_numbers::holds_one(&text);
        let shown = if is_shown { text.clone() } else { String::new() };
        page(&session, StatusCode::UNPROCESSABLE_ENTITY, shown, Faults::from(lines))
    };
    let entries = match read(&text, session.context.now) {
        Ok(entries) => entries,
        Err(faults) => return told(faults.into_iter().map(|(line, key)| (line, i18n::text(language, key))).collect()),
    };
    let detail = format!("{} entries of a file", entries.len());
    let entry = session.audit_entry(Action::FraudListed, "guard lists", &detail);
    match hub.import_guard_entries(entries, actor(&session), entry).await? {
        Ok(_) => Ok(session.context.see_other("/staff/guard/lists")),
        Err(faults) => told(faults.iter().map(|(line, error)| (*line, not_listed(language, error).1)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a,b,", Some(vec!["a", "b", ""]))]
    #[case("\"a,\"\"b\"\"\",c", Some(vec!["a,\"b\"", "c"]))]
    #[case("\"a", None)]
    #[case("\"a\"b,c", None)]
    #[case("", Some(vec![""]))]
    fn lines_apart(#[case] line: &str, #[case] apart: Option<Vec<&str>>) {
        assert_eq!(cells(line, ','), apart.map(|cells| cells.into_iter().map(str::to_owned).collect()));
    }

    #[rstest]
    #[case("", &[(0, "guard-fault-file")])]
    #[case("a,b", &[(1, "guard-fault-head")])]
    #[case("list,who,value,biller,type,until,reason", &[(0, "guard-fault-file")])]
    #[case("list;who;value;biller;type;until;reason\nblock;phone;0612345678;;;;vol\nblock;fax;1;;;;x\n\nblock;phone;;;;;x",
        &[(3, "guard-fault-who"), (5, "guard-fault-value")])]
    #[case("list,who,value,biller,type,until,reason\nblock,card,4000000000000010,,,,x", &[(2, CARD_NUMBER_KEY)])]
    #[case("list,who,value,biller,type,until,reason\nblock,phone,0612345678,,,2020-01-01,x", &[(2, "guard-fault-over")])]
    #[case("list,who,value,biller,type,until,reason\nblock,phone,0612345678,,,,", &[(2, "guard-fault-reason")])]
    fn faults_by_line(#[case] text: &str, #[case] faults: &[(usize, &'static str)]) {
        let now = "2026-11-30T12:00:00Z".parse().unwrap();
        assert_eq!(read(text, now).unwrap_err(), faults);
    }
}
