//! A bank: reads orders of transfers (pain.001) that are put into `orders/` of its user on the file server, answers with
//! pain.002 in `answers/`, books what it accepts, states each day by camt.053 or MT940, and
//! tells of what is booked before by camt.054 where it is asked to.

mod mt940;
mod notification;
mod order;
mod pages;
mod statement;
mod status;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::days::local_day;
use crate::sftp::DroppedFile;
use crate::world::{State, World};
use order::Order;

pub(crate) use pages::routes;
use statement::Version;

/// The bank's user on the file server.
pub(crate) const USER: &str = "bank";
/// Where orders are put.
const ORDERS: &str = "orders/";
/// Where answers are found.
const ANSWERS: &str = "answers/";
/// Where statements are found.
const STATEMENTS: &str = "statements/";
/// The account of a hub that has not ordered anything yet.
const UNKNOWN_ACCOUNT: &str = "011780000000123456789047";
/// What is on the account in the beginning, in centimes.
const OPENING: i64 = 100_000_000;
/// Days stated at once: a sandbox that stood still for longer goes on at the next closing.
const STATED_MAX: usize = 400;
/// Entries kept.
const ENTRIES_MAX: usize = 100_000;

/// What the bank does with the next order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BankAnswer {
    /// Rejects its first transfer (AC01: there is no such account) and accepts the others.
    RejectOne,
    /// Rejects all of it (FF01).
    RejectAll,
    /// Accepts all, and books the first with a dirham less.
    BookLess,
    /// Accepts all, and forgets to book the first.
    BookNot,
    /// Accepts all, and books the first twice.
    BookTwice,
    /// Rejects the first transfer, and books it all the same.
    RejectAndBook,
}

/// What the bank states a day in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum StatementForm {
    /// ISO 20022, version 02.
    #[serde(rename = "camt.053.001.02")]
    Camt053V02,
    /// ISO 20022, version 08.
    #[default]
    #[serde(rename = "camt.053.001.08")]
    Camt053V08,
    /// SWIFT.
    #[serde(rename = "MT940")]
    Mt940,
}

impl StatementForm {
    /// How files in it end.
    fn ending(self) -> &'static str {
        match self {
            Self::Camt053V02 | Self::Camt053V08 => "xml",
            Self::Mt940 => "sta",
        }
    }
}

/// A movement on the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankEntry {
    /// Its number.
    pub id: u64,
    /// The day on which it is booked.
    pub day: NaiveDate,
    /// Centimes; below zero what goes out.
    pub minor: i64,
    /// What it is for.
    pub about: String,
    /// What it is of: transfers that were ordered; none for fees and credits.
    pub transfers: Vec<BankTransfer>,
    /// `MsgId` and `PmtInfId` of the order.
    pub order: Option<(String, String)>,
    /// Why it came back: `AC04`.
    pub returned: Option<String>,
    /// What whoever paid wrote for the hub.
    #[serde(default)]
    pub remittance: Option<String>,
}

/// A transfer of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankTransfer {
    /// Its `EndToEndId`.
    pub end_to_end_id: String,
    /// Centimes.
    pub minor: i64,
    /// The account that gets it.
    pub account: String,
    /// Its holder.
    pub holder: String,
}

/// The bank, as kept over a restart.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BankState {
    /// Oldest first.
    pub entries: Vec<BankEntry>,
    /// The messages that were read.
    pub known: Vec<String>,
    /// What is done with the next orders.
    pub plans: Vec<BankAnswer>,
    /// The account that orders were paid from last.
    pub account: String,
    /// What days are stated in.
    pub form: StatementForm,
    /// The last day that was stated: what comes later is booked after it.
    pub stated_to: Option<NaiveDate>,
}

impl BankState {
    /// What the account holds before a day, and after it.
    fn balances(&self, day: NaiveDate) -> (i64, i64) {
        let sum = |is_in: &dyn Fn(NaiveDate) -> bool| -> i64 {
            self.entries.iter().filter(|entry| is_in(entry.day)).map(|entry| entry.minor).sum()
        };
        let opening = OPENING + sum(&|of| of < day);
        (opening, opening + sum(&|of| of == day))
    }

    fn of_day(&self, day: NaiveDate) -> impl Iterator<Item = &BankEntry> {
        self.entries.iter().filter(move |entry| entry.day == day)
    }

    fn own_account(&self) -> &str {
        if self.account.is_empty() { UNKNOWN_ACCOUNT } else { &self.account }
    }

    /// The day, or the first one that is not stated yet.
    fn open_day(&self, day: NaiveDate) -> NaiveDate {
        self.stated_to.and_then(|stated| stated.succ_opt()).map_or(day, |first| day.max(first))
    }

    fn push(&mut self, entry: BankEntry) {
        self.entries.push(BankEntry { day: self.open_day(entry.day), ..entry });
    }
}

/// Reads what is in the folder of orders, takes it away and answers it: the names of the answers.
pub(crate) fn work(world: &World) -> Vec<String> {
    let now = world.now();
    world.change(|state| {
        let (orders, rest) = std::mem::take(&mut state.dropped).into_iter().partition(is_order);
        state.dropped = rest;
        let orders: Vec<DroppedFile> = orders;
        orders.iter().map(|file| answer(state, file, now)).collect()
    })
}

fn is_order(file: &DroppedFile) -> bool {
    let name = file.path.strip_prefix(ORDERS).filter(|name| !name.contains('/') && !name.starts_with('.'));
    file.user == USER && name.is_some()
}

fn answer(state: &mut State, file: &DroppedFile, now: DateTime<Utc>) -> String {
    let id = state.number();
    let (name, text) = match order::read(&String::from_utf8_lossy(&file.bytes)) {
        Ok(order) => {
            let rejected = decide(state, &order, now);
            (format!("PSR{}-{id}.xml", order.message_id), status::report(id, &order, &rejected, now))
        }
        // What is no order has nothing to be answered to.
        Err(fault) => (format!("unreadable-{id}.txt"), format!("{}: {fault}\n", file.path)),
    };
    let path = format!("{ANSWERS}{name}");
    state.dropped.push(DroppedFile { id, user: USER.into(), path: path.clone(), bytes: text.into_bytes(), at: now });
    path
}

/// What the bank says no to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// All of the message: code and words.
    pub all: Option<(&'static str, String)>,
    /// `EndToEndId`s with no account to pay to.
    pub transfers: Vec<String>,
}

fn decide(state: &mut State, order: &Order, now: DateTime<Utc>) -> Rejected {
    let plan = if state.bank.plans.is_empty() { None } else { Some(state.bank.plans.remove(0)) };
    let all = match plan {
        _ if state.bank.known.contains(&order.message_id) => Some(("DU01", "this MsgId was read before".to_owned())),
        Some(BankAnswer::RejectAll) => Some(("FF01", "the file is not accepted".to_owned())),
        _ => order.fault().map(|fault| ("AM10", fault)),
    };
    if all.is_some() {
        return Rejected { all, transfers: Vec::new() };
    }
    state.bank.known.push(order.message_id.clone());
    state.bank.account.clone_from(&order.account);
    let mut rejected: Vec<String> = order
        .transfers()
        .filter(|transfer| !order::is_account(&transfer.account))
        .map(|transfer| transfer.end_to_end_id.clone())
        .collect();
    let first = order.transfers().next().map(|transfer| transfer.end_to_end_id.clone());
    if matches!(plan, Some(BankAnswer::RejectOne | BankAnswer::RejectAndBook)) {
        rejected.extend(first.clone());
    }
    book(state, order, &rejected, plan.zip(first), now);
    Rejected { all: None, transfers: rejected }
}

fn book(state: &mut State, order: &Order, rejected: &[String], plan: Option<(BankAnswer, String)>, now: DateTime<Utc>) {
    for part in &order.parts {
        let mut booked: Vec<BankTransfer> = Vec::new();
        for transfer in &part.transfers {
            let planned = plan.as_ref().filter(|(_, first)| *first == transfer.end_to_end_id).map(|(plan, _)| *plan);
            if rejected.contains(&transfer.end_to_end_id) && planned != Some(BankAnswer::RejectAndBook) {
                continue;
            }
            match planned {
                Some(BankAnswer::BookNot) => {}
                Some(BankAnswer::BookLess) => {
                    booked.push(BankTransfer { minor: transfer.minor - 100, ..transfer.clone() });
                }
                Some(BankAnswer::BookTwice) => booked.extend([transfer.clone(), transfer.clone()]),
                _ => booked.push(transfer.clone()),
            }
        }
        let groups: Vec<Vec<BankTransfer>> = match part.is_batch {
            true if booked.is_empty() => Vec::new(),
            true => vec![booked],
            false => booked.into_iter().map(|transfer| vec![transfer]).collect(),
        };
        for transfers in groups {
            let id = state.number();
            let minor: i64 = transfers.iter().map(|transfer| transfer.minor).sum();
            state.bank.push(BankEntry {
                id,
                day: part.day.max(local_day(now)),
                minor: -minor,
                about: "VIREMENT EMIS".to_owned(),
                transfers,
                order: Some((order.message_id.clone(), part.id.clone())),
                returned: None,
                remittance: None,
            });
        }
    }
    let surplus = state.bank.entries.len().saturating_sub(ENTRIES_MAX);
    state.bank.entries.drain(..surplus);
}

/// A movement that was not ordered: a fee, a credit of somebody, with what they wrote.
pub(crate) fn move_money(state: &mut State, day: NaiveDate, minor: i64, about: &str, remittance: Option<String>) {
    let id = state.number();
    let (about, transfers, order, returned) = (about.to_owned(), Vec::new(), None, None);
    state.bank.push(BankEntry { id, day, minor, about, transfers, order, returned, remittance });
}

/// A debit that names a transfer which nobody ordered.
pub(crate) fn pay_unasked(state: &mut State, day: NaiveDate, minor: i64, end_to_end_id: &str) {
    let id = state.number();
    let transfer = BankTransfer {
        end_to_end_id: end_to_end_id.to_owned(),
        minor,
        account: UNKNOWN_ACCOUNT.to_owned(),
        holder: "Bénéficiaire inconnu".to_owned(),
    };
    let (about, transfers) = ("VIREMENT EMIS".to_owned(), vec![transfer]);
    let (order, returned, remittance) = (None, None, None);
    state.bank.push(BankEntry { id, day, minor: -minor, about, transfers, order, returned, remittance });
}

/// Lets a transfer that was booked come back; `false`: there is none.
pub(crate) fn give_back(state: &mut State, end_to_end_id: &str, code: &str, day: NaiveDate) -> bool {
    let found = booked(state, day).find(|transfer| transfer.end_to_end_id == end_to_end_id).cloned();
    let Some(transfer) = found else { return false };
    let id = state.number();
    let (minor, returned) = (transfer.minor, Some(code.to_owned()));
    let (about, transfers) = ("VIREMENT RETOURNE".to_owned(), vec![transfer]);
    let (order, remittance) = (None, None);
    state.bank.push(BankEntry { id, day, minor, about, transfers, order, returned, remittance });
    true
}

/// Transfers that went out by a day.
pub(crate) fn booked(state: &State, day: NaiveDate) -> impl DoubleEndedIterator<Item = &BankTransfer> {
    let out = state.bank.entries.iter().filter(move |entry| entry.minor < 0 && entry.day <= day);
    out.flat_map(|entry| &entry.transfers)
}

/// The statement of a day.
pub(crate) fn statement(state: &State, day: NaiveDate, form: StatementForm, now: DateTime<Utc>) -> String {
    match form {
        StatementForm::Camt053V02 => statement::of(&state.bank, day, Version::V02, now),
        StatementForm::Camt053V08 => statement::of(&state.bank, day, Version::V08, now),
        StatementForm::Mt940 => mt940::of(&state.bank, day),
    }
}

/// What is booked on a day so far, as a notification: name and text of the file.
pub(crate) fn notification(state: &mut State, day: NaiveDate, now: DateTime<Utc>) -> (String, Vec<u8>) {
    let id = state.number();
    let name = format!("{STATEMENTS}NTF-{}-{id:06}.xml", day.format("%Y%m%d"));
    (name, notification::of(&state.bank, id, day, now).into_bytes())
}

/// States every day up to this one that is not stated yet, from the first movement on: names and texts of the files.
pub(crate) fn state_days(state: &mut State, to: NaiveDate, now: DateTime<Utc>) -> Vec<(String, Vec<u8>)> {
    let first = match state.bank.stated_to {
        Some(stated) => stated.succ_opt(),
        None => state.bank.entries.iter().map(|entry| entry.day).min().filter(|first| *first < to).or(Some(to)),
    };
    let mut files = Vec::new();
    for day in first.into_iter().flat_map(|first| first.iter_days()).take_while(|day| *day <= to).take(STATED_MAX) {
        let form = state.bank.form;
        let name = format!("{STATEMENTS}STM-{}.{}", day.format("%Y%m%d"), form.ending());
        files.push((name, statement(state, day, form, now).into_bytes()));
        state.bank.stated_to = Some(day);
    }
    files
}
