//! MT940 (SWIFT) as a stream of records.

mod fields;
mod information;
mod line;

use std::collections::VecDeque;
use std::io::BufRead;

use chrono::NaiveDate;
use ledger::Money;

use self::fields::{Field, Fields, Piece, refuse};
use super::cursor::whole;
use super::fault::{FaultKind, Place, ReadError, shown};
use super::form::{Account, Balance, BalanceKind, Entry, Record, Statement};
use super::identity::Ordinals;
use super::source::Source;
use super::stepping::Stepping;
use super::tally::Tally;

/// Reads one file of messages.
pub(super) struct Mt940<R> {
    fields: Fields<R>,
    ordinals: Ordinals,
    open: Option<Open>,
    /// The statement that ended last in this file.
    before: Option<Ended>,
    statements: u64,
    is_done: bool,
    ready: VecDeque<Result<Record, ReadError>>,
}

/// The statement at hand.
struct Open {
    place: Place,
    message: String,
    account: Option<Account>,
    number: Option<(u64, Option<u64>)>,
    /// Known from the opening balance on.
    head: Option<Head>,
    tally: Tally,
    entry: Option<Entry>,
    information: Option<Vec<String>>,
    closing: Option<Balance>,
}

struct Head {
    account: Account,
    currency: String,
    opening: Balance,
}

/// What the next statement is held against.
struct Ended {
    account: Account,
    currency: String,
    number: Option<(u64, Option<u64>)>,
    closing: Money,
}

impl<R: BufRead> Stepping for Mt940<R> {
    type Record = Record;

    fn ready(&mut self) -> &mut VecDeque<Result<Record, ReadError>> {
        &mut self.ready
    }

    fn step(&mut self) -> Option<Result<(), ReadError>> {
        if self.is_done { None } else { Some(self.advance()) }
    }

    fn stop(&mut self) {
        self.is_done = true;
    }
}

impl<R: BufRead> Mt940<R> {
    pub(super) fn new(source: Source<R>) -> Self {
        Self {
            fields: Fields::new(source),
            ordinals: Ordinals::default(),
            open: None,
            before: None,
            statements: 0,
            is_done: false,
            ready: VecDeque::new(),
        }
    }

    pub(super) fn sha256(&self) -> Option<String> {
        self.fields.sha256()
    }

    fn advance(&mut self) -> Result<(), ReadError> {
        match self.fields.next(self.open.is_none())? {
            Piece::Field(field) => self.field(&field),
            Piece::End => self.end_statement(),
            Piece::Eof => {
                self.end_statement()?;
                self.is_done = true;
                if self.statements == 0 {
                    return Err(refuse(Place { line: 1, column: 1 }, "the file has no statement, expected :20:"));
                }
                Ok(())
            }
        }
    }

    fn field(&mut self, field: &Field) -> Result<(), ReadError> {
        if let ([_, second, ..], false) = (field.lines.as_slice(), matches!(field.tag.as_str(), "25P" | "61" | "86")) {
            return Err(field.refuse(format!("a second line '{}' in a field of one line", shown(second))));
        }
        if field.tag == "20" {
            self.end_statement()?;
            let message = field.first().trim();
            if message.is_empty() {
                return Err(field.refuse("empty, expected the statement's reference"));
            }
            self.statements += 1;
            self.open = Some(Open {
                place: field.place,
                message: message.to_owned(),
                account: None,
                number: None,
                head: None,
                tally: Tally::new(),
                entry: None,
                information: None,
                closing: None,
            });
            return Ok(());
        }
        let Some(open) = &mut self.open else {
            return Err(field.refuse("a field outside of a statement, expected :20: first"));
        };
        match field.tag.as_str() {
            "21" => Ok(()),
            "25" | "25P" if open.account.is_none() => {
                open.account = Some(account(field)?);
                Ok(())
            }
            "28" | "28C" if open.number.is_none() => {
                open.number = Some(number(field)?);
                Ok(())
            }
            "60F" | "60M" if open.head.is_none() => self.opening(field),
            "61" if open.head.is_some() && open.closing.is_none() => self.entry(field),
            "86" if open.entry.is_some() && open.information.is_none() => {
                open.information = Some(field.lines.clone());
                Ok(())
            }
            // About the statement as a whole.
            "86" if open.entry.is_none() && open.head.is_some() => Ok(()),
            "62F" | "62M" if open.head.is_some() && open.closing.is_none() => self.closing(field),
            "64" | "65" if open.closing.is_some() => Ok(()),
            "13" | "13D" | "34F" | "90C" | "90D" => Err(field.refuse("a field of an MT942, expected an MT940")),
            "25" | "25P" | "28" | "28C" | "60F" | "60M" | "61" | "86" | "62F" | "62M" | "64" | "65" => {
                let what = "not expected here: the order is :20: :25: :28C: :60F:, then :61: with :86:, then :62F:";
                Err(field.refuse(what))
            }
            _ => Err(field.refuse("not a field of an MT940")),
        }
    }

    fn opening(&mut self, field: &Field) -> Result<(), ReadError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let Some(account) = open.account.clone() else {
            return Err(field.refuse("the account :25: must come before the opening balance"));
        };
        let (balance, currency) = balance(field)?;
        open.head = Some(Head { account: account.clone(), currency: currency.clone(), opening: balance });
        let (sequence, page) = open.number.map_or((None, None), |(sequence, page)| (Some(sequence), page));
        self.ready.push_back(Ok(Record::Statement(Box::new(Statement {
            place: open.place,
            message: open.message.clone(),
            id: open.message.clone(),
            account: account.clone(),
            currency: currency.clone(),
            sequence,
            page,
            from: balance.date,
            to: None,
            opening: Some(balance),
        }))));
        let follows = self.before.as_ref().filter(|before| {
            before.account == account && before.currency == currency && is_next(before.number, open.number)
        });
        if let Some(before) = follows.filter(|before| before.closing != balance.amount) {
            let what = format!("opens with {}, but the one before it closed with {}", balance.amount, before.closing);
            self.ready.push_back(Err(field.fault(FaultKind::Disagreement, what).into()));
        }
        Ok(())
    }

    fn entry(&mut self, field: &Field) -> Result<(), ReadError> {
        self.flush()?;
        let Some(open) = &mut self.open else { return Ok(()) };
        let currency = open.head.as_ref().map(|head| head.currency.as_str()).unwrap_or_default();
        open.entry = Some(line::entry(&field.lines, currency, field.place).map_err(|what| field.refuse(what))?);
        Ok(())
    }

    /// Sends out the entry whose `:86:` may have followed.
    fn flush(&mut self) -> Result<(), ReadError> {
        let Some(Open { entry, information, head: Some(head), tally, .. }) = &mut self.open else { return Ok(()) };
        let Some(mut entry) = entry.take() else { return Ok(()) };
        let detail = information.take().map(|lines| information::detail(&entry, &lines));
        entry.reference = entry.reference.or_else(|| detail.as_ref()?.payment.clone());
        entry.identity = self.ordinals.identity(&head.account, &entry);
        tally.add(&entry);
        self.ready.push_back(Ok(Record::Entry(Box::new(entry))));
        self.ready.extend(detail.map(|detail| Ok(Record::Detail(Box::new(detail)))));
        Ok(())
    }

    fn closing(&mut self, field: &Field) -> Result<(), ReadError> {
        self.flush()?;
        let Some(Open { head: Some(head), tally, closing, number, .. }) = &mut self.open else { return Ok(()) };
        let (balance, currency) = balance(field)?;
        if currency == head.currency {
            if let Some(what) = tally.balances(Some(head.opening), Some(balance)) {
                self.ready.push_back(Err(field.fault(FaultKind::Disagreement, what).into()));
            }
        } else {
            let what = format!("a balance in {currency} on an account in {}", head.currency);
            self.ready.push_back(Err(field.fault(FaultKind::Disagreement, what).into()));
        }
        *closing = Some(balance);
        let (account, number) = (head.account.clone(), *number);
        self.before = Some(Ended { account, currency, number, closing: balance.amount });
        Ok(())
    }

    fn end_statement(&mut self) -> Result<(), ReadError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        if open.closing.is_none() {
            let what = format!(
                "the statement {} ends without a closing balance, expected :62F: or :62M:: it may have been cut off",
                shown(&open.message)
            );
            return Err(refuse(open.place, what));
        }
        self.ready.push_back(Ok(Record::End(open.tally.end(open.closing))));
        Ok(())
    }
}

/// The whole field where it is a known kind of account, else what stands behind a bank code and a slash; some banks put
/// the currency behind the number.
fn account(field: &Field) -> Result<Account, ReadError> {
    let text = field.first().trim();
    if text.is_empty() {
        return Err(field.refuse("empty, expected the account"));
    }
    let behind = text.split_once('/').map_or(text, |(_, behind)| behind);
    let known = [text, behind].into_iter().flat_map(|text| {
        let bare = text
            .strip_suffix(|c: char| c.is_ascii_uppercase())
            .map(|rest| rest.trim_end_matches(|c: char| c.is_ascii_uppercase()));
        [Some(text), bare]
    });
    let known = known.flatten().map(Account::read).find(|account| !matches!(account, Account::Other(_)));
    Ok(known.unwrap_or_else(|| Account::Other(text.to_owned())))
}

/// Statement number and page.
fn number(field: &Field) -> Result<(u64, Option<u64>), ReadError> {
    let text = field.first().trim();
    let (sequence, page) = match text.split_once('/') {
        Some((sequence, page)) => (whole(sequence), whole(page).map(Some)),
        None => (whole(text), Some(None)),
    };
    match (sequence, page) {
        (Some(sequence), Some(page)) => Ok((sequence, page)),
        _ => Err(field.refuse(format!("'{}', expected a number and perhaps a page, such as 12/1", shown(text)))),
    }
}

fn balance(field: &Field) -> Result<(Balance, String), ReadError> {
    let kind = if field.tag.ends_with('M') { BalanceKind::Page } else { BalanceKind::Final };
    let (amount, date, currency): (Money, NaiveDate, &str) =
        line::balance(field.first().trim()).map_err(|what| field.refuse(what))?;
    Ok((Balance { kind, amount, date: Some(date) }, currency.to_owned()))
}

/// Whether a statement or page is the one right after another.
fn is_next(before: Option<(u64, Option<u64>)>, number: Option<(u64, Option<u64>)>) -> bool {
    match (before, number) {
        (Some((a, page_a)), Some((b, page_b))) if a == b => {
            page_a.zip(page_b).is_some_and(|(a, b)| a.checked_add(1) == Some(b))
        }
        (Some((a, _)), Some((b, None | Some(1)))) => a.checked_add(1) == Some(b),
        _ => false,
    }
}
