//! A bank: reads orders of transfers (pain.001) that are put into `orders/` of its user on the file server, answers with
//! pain.002 in `answers/`, books what it accepts, and states each day by camt.053.

mod order;
mod pages;
mod statement;
mod status;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::sftp::DroppedFile;
use crate::world::{State, World};
use order::Order;

pub(crate) use pages::routes;

/// The bank's user on the file server.
pub(crate) const USER: &str = "bank";
/// Where orders are put.
const ORDERS: &str = "orders/";
/// Where answers are found.
const ANSWERS: &str = "answers/";
/// What is on the account in the beginning, in centimes.
const OPENING: i64 = 100_000_000;
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
    if plan == Some(BankAnswer::RejectOne) {
        rejected.extend(first.clone());
    }
    book(state, order, &rejected, plan.zip(first), now);
    Rejected { all: None, transfers: rejected }
}

fn book(state: &mut State, order: &Order, rejected: &[String], plan: Option<(BankAnswer, String)>, now: DateTime<Utc>) {
    for part in &order.parts {
        let mut booked: Vec<BankTransfer> = Vec::new();
        for transfer in part.transfers.iter().filter(|transfer| !rejected.contains(&transfer.end_to_end_id)) {
            let planned = plan.as_ref().filter(|(_, first)| *first == transfer.end_to_end_id).map(|(plan, _)| *plan);
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
            state.bank.entries.push(BankEntry {
                id,
                day: part.day.max(now.date_naive()),
                minor: -minor,
                about: "VIREMENT EMIS".to_owned(),
                transfers,
                order: Some((order.message_id.clone(), part.id.clone())),
                returned: None,
            });
        }
    }
    let surplus = state.bank.entries.len().saturating_sub(ENTRIES_MAX);
    state.bank.entries.drain(..surplus);
}

/// A movement that was not ordered: a fee, a credit of somebody.
pub(crate) fn move_money(state: &mut State, day: NaiveDate, minor: i64, about: &str) {
    let id = state.number();
    let about = about.to_owned();
    state.bank.entries.push(BankEntry { id, day, minor, about, transfers: Vec::new(), order: None, returned: None });
}

/// Lets a transfer that was booked come back; `false`: there is none.
pub(crate) fn give_back(state: &mut State, end_to_end_id: &str, code: &str, day: NaiveDate) -> bool {
    let all = state.bank.entries.iter().filter(|entry| entry.minor < 0).flat_map(|entry| &entry.transfers);
    let found = all.into_iter().find(|transfer| transfer.end_to_end_id == end_to_end_id).cloned();
    let Some(transfer) = found else { return false };
    let id = state.number();
    let (minor, returned) = (transfer.minor, Some(code.to_owned()));
    let (about, transfers) = ("VIREMENT RETOURNE".to_owned(), vec![transfer]);
    state.bank.entries.push(BankEntry { id, day, minor, about, transfers, order: None, returned });
    true
}

/// The statement of a day.
pub(crate) fn statement(state: &State, day: NaiveDate, now: DateTime<Utc>) -> String {
    statement::of(&state.bank, day, now)
}
