//! The `[settlement]` table: where a biller's money goes, when, less what, and how the biller is told.

mod delivery;

use std::ops::Range;
use std::str::FromStr;

use chrono::{NaiveTime, Timelike, Weekday};
use ledger::{Channel, Instrument, Money};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use settlement::terms::{
    CommissionRule, Contract, Cycle, Delivery, FileFormat, OnRefunds, PayoutAccount, Terms, WHOLE,
};

use super::reader::{Faults, Node, Table};
use super::{money, optional_money, percent, refuse_twice};
use crate::catalogue::matrix_allows;

/// Accounts that may share a payout: a transfer each, and no biller is known to need more.
const ACCOUNTS_MAX: usize = 20;

pub(super) fn settlement(mut table: Table<'_>, faults: &mut Faults) -> Option<Terms> {
    let accounts = accounts(&mut table, faults);
    let cycle = cycle(&mut table, faults);
    let usual = Terms::default();
    let cut_off = table.optional("cut_off").map_or(Some(usual.cut_off), |node| cut_off(&node, faults));
    let contract = table.optional("contract").map_or(Some(usual.contract), |node| contract(&node, faults));
    let minimum = optional_money(&mut table, "minimum", faults);
    let vat_percent = table.optional("vat_percent").map_or(Some(usual.vat_percent), |node| percent(&node, faults));
    let on_refunds = table.optional("on_refunds").map_or(Some(usual.on_refunds), |node| on_refunds(&node, faults));
    let commissions = commissions(&mut table, faults);
    let formats = table.optional("files").map_or(Some(usual.formats), |node| formats(&node, faults));
    let delivery = match table.optional("delivery") {
        Some(node) => node.table(faults).and_then(|table| delivery::delivery(table, faults)),
        None => Some(Delivery::default()),
    };
    table.close(faults);
    Some(Terms {
        cycle: cycle?,
        cut_off: cut_off?,
        contract: contract?,
        minimum: minimum?,
        commissions: commissions?,
        vat_percent: vat_percent?,
        on_refunds: on_refunds?,
        accounts: accounts?,
        formats: formats?,
        delivery: delivery?,
    })
}

/// One account under `name` and `rib`, or several under `[[settlement.account]]`.
fn accounts(table: &mut Table<'_>, faults: &mut Faults) -> Option<Vec<PayoutAccount>> {
    let tables = table.tables("account", faults);
    if tables.is_empty() {
        let (holder, rib) = (holder(table, faults), rib(table, faults));
        return Some(vec![PayoutAccount { holder: holder?, rib: rib?, basis_points: WHOLE }]);
    }
    for key in ["name", "rib"] {
        if let Some(node) = table.optional(key) {
            node.refuse::<()>("nothing: the accounts stand under [[settlement.account]]", faults);
        }
    }
    let (path, span) = (format!("{}.account", table.path), table.span.clone());
    if tables.len() > ACCOUNTS_MAX {
        faults.add(&span, &path, format!("expected at most {ACCOUNTS_MAX} accounts; found {}", tables.len()));
        return None;
    }
    let places: Vec<(String, Range<usize>)> = tables.iter().map(|t| (t.path.clone(), t.span.clone())).collect();
    let accounts: Vec<Option<PayoutAccount>> = tables.into_iter().map(|table| account(table, faults)).collect();
    let ribs = accounts.iter().zip(&places).filter_map(|(account, (path, span))| {
        account.as_ref().map(|account| (account.rib.as_str(), path.as_str(), span))
    });
    refuse_twice(ribs, "rib", faults);
    let accounts: Vec<PayoutAccount> = accounts.into_iter().collect::<Option<_>>()?;
    let sum: u32 = accounts.iter().map(|account| u32::from(account.basis_points)).sum();
    if sum != u32::from(WHOLE) {
        let found = Decimal::new(i64::from(sum), 2).normalize();
        let span = places.first().map_or(&span, |(_, span)| span);
        faults.add(span, &path, format!("expected shares that make 100 percent together; found {found}"));
        return None;
    }
    Some(accounts)
}

fn account(mut table: Table<'_>, faults: &mut Faults) -> Option<PayoutAccount> {
    let (holder, rib) = (holder(&mut table, faults), rib(&mut table, faults));
    let expected = "a quoted percentage above \"0\" with at most two decimal places, such as \"70\"";
    let share = table.required("share", expected, faults).and_then(|node| {
        let points = percent(&node, faults)?.checked_mul(Decimal::ONE_HUNDRED).map(|points| points.normalize());
        match points.filter(|points| points.scale() == 0).and_then(|points| points.to_u16()) {
            Some(points) if points > 0 => Some(points),
            _ => node.refuse(expected, faults),
        }
    });
    table.close(faults);
    Some(PayoutAccount { holder: holder?, rib: rib?, basis_points: share? })
}

fn holder(table: &mut Table<'_>, faults: &mut Faults) -> Option<String> {
    let expected = "the name of the account holder, at most 70 characters";
    let node = table.required("name", expected, faults)?;
    let name = node.text(expected, faults)?.trim();
    // ISO 20022 gives a creditor's name 70 characters.
    if name.is_empty() || name.chars().count() > 70 || name.chars().any(char::is_control) {
        return node.refuse(expected, faults);
    }
    Some(name.to_owned())
}

fn rib(table: &mut Table<'_>, faults: &mut Faults) -> Option<String> {
    let expected = "a RIB of 24 digits whose number is a multiple of 97";
    let node = table.required("rib", expected, faults)?;
    let rib: String = node.text(expected, faults)?.chars().filter(|c| *c != ' ').collect();
    if settlement::rib::is_valid(&rib) { Some(rib) } else { node.refuse(expected, faults) }
}

fn cycle(table: &mut Table<'_>, faults: &mut Faults) -> Option<Cycle> {
    const CYCLES: &str = "daily, weekly or monthly";
    let word = match table.optional("cycle") {
        Some(node) => match node.text(CYCLES, faults)? {
            word @ ("daily" | "weekly" | "monthly") => word,
            _ => return node.refuse(CYCLES, faults),
        },
        None => "daily",
    };
    let mut only_with = |key: &'static str, of: &str| match table.optional(key) {
        Some(node) if word != of => node.refuse(&format!("nothing: `{key}` goes with cycle = \"{of}\""), faults),
        _ => Some(()),
    };
    let (days_fit, day_fits) = (only_with("days", "weekly"), only_with("day", "monthly"));
    days_fit.and(day_fits)?;
    match word {
        "weekly" => {
            let expected = "at least one of mon, tue, wed, thu, fri, sat, sun, each once, in brackets";
            let node = table.required("days", expected, faults)?;
            let items = node.items(expected, faults)?;
            let days: Vec<Weekday> = items.iter().map(|item| weekday(item, expected, faults)).collect::<Option<_>>()?;
            let are_once = days.iter().enumerate().all(|(at, day)| !days.iter().skip(at + 1).any(|other| other == day));
            if days.is_empty() || !are_once {
                return node.refuse(expected, faults);
            }
            Some(Cycle::Weekly { days })
        }
        "monthly" => {
            let expected = "a day of the month, 1 to 31; shorter months have it on their last";
            let node = table.required("day", expected, faults)?;
            let day = node.integer(1..32, expected, faults)?;
            Some(Cycle::Monthly { day: u8::try_from(day).ok()? })
        }
        _ => Some(Cycle::Daily),
    }
}

fn weekday(node: &Node<'_>, expected: &str, faults: &mut Faults) -> Option<Weekday> {
    match node.text(expected, faults)? {
        "mon" => Some(Weekday::Mon),
        "tue" => Some(Weekday::Tue),
        "wed" => Some(Weekday::Wed),
        "thu" => Some(Weekday::Thu),
        "fri" => Some(Weekday::Fri),
        "sat" => Some(Weekday::Sat),
        "sun" => Some(Weekday::Sun),
        _ => node.refuse(expected, faults),
    }
}

fn cut_off(node: &Node<'_>, faults: &mut Faults) -> Option<NaiveTime> {
    let expected = "a local time of the form 18:00:00";
    let text = node.time_text().unwrap_or_default();
    match NaiveTime::parse_from_str(&text, "%H:%M:%S") {
        // A leap second is read too, and is no time of day.
        Ok(time) if text.len() == 8 && time.nanosecond() == 0 => Some(time),
        _ => node.refuse(expected, faults),
    }
}

fn contract(node: &Node<'_>, faults: &mut Faults) -> Option<Contract> {
    const CONTRACTS: &str = "net (commission is taken off) or gross (commission is invoiced apart)";
    match node.text(CONTRACTS, faults)? {
        "net" => Some(Contract::Net),
        "gross" => Some(Contract::Gross),
        _ => node.refuse(CONTRACTS, faults),
    }
}

fn on_refunds(node: &Node<'_>, faults: &mut Faults) -> Option<OnRefunds> {
    const WAYS: &str = "keep or return";
    match node.text(WAYS, faults)? {
        "keep" => Some(OnRefunds::Keep),
        "return" => Some(OnRefunds::Return),
        _ => node.refuse(WAYS, faults),
    }
}

fn commissions(table: &mut Table<'_>, faults: &mut Faults) -> Option<Vec<CommissionRule>> {
    let tables = table.tables("commission", faults);
    let places: Vec<(String, Range<usize>)> = tables.iter().map(|t| (t.path.clone(), t.span.clone())).collect();
    let rules: Vec<Option<CommissionRule>> = tables.into_iter().map(|table| commission(table, faults)).collect();
    let pairs = rules.iter().zip(&places).filter_map(|(rule, (path, span))| {
        let rule = rule.as_ref()?;
        let channel = rule.channel.map_or("any channel", Channel::as_str);
        let instrument = rule.instrument.map_or("any instrument", Instrument::as_str);
        Some((format!("{channel} with {instrument}"), path.as_str(), span))
    });
    refuse_twice(pairs, "pair of channel and instrument", faults);
    rules.into_iter().collect()
}

fn commission(mut table: Table<'_>, faults: &mut Faults) -> Option<CommissionRule> {
    const CHANNELS: &str = "one of WEB, IVR, TEL, AGT, POS, API";
    const INSTRUMENTS: &str = "one of card, wallet, cash, transfer";
    let channel = optional_word::<Channel>(&mut table, "channel", CHANNELS, faults);
    let instrument = optional_word::<Instrument>(&mut table, "instrument", INSTRUMENTS, faults);
    let share = table.optional("percent").map_or(Some(None), |node| percent(&node, faults).map(Some));
    let flat = table.optional("flat").map_or(Some(None), |node| money(&node, faults).map(Some));
    let (path, span) = (table.path.clone(), table.span.clone());
    table.close(faults);
    let (channel, instrument, share, flat) = (channel?, instrument?, share?, flat?);
    if share.is_none() && flat.is_none() {
        faults.add(&span, &path, "expected percent, flat or both");
        return None;
    }
    if let (Some(channel), Some(instrument)) = (channel, instrument)
        && !matrix_allows(channel, instrument)
    {
        faults.add(&span, &path, format!("expected a pair that can be paid with; found {instrument} on {channel}"));
        return None;
    }
    Some(CommissionRule {
        channel,
        instrument,
        percent: share.unwrap_or(Decimal::ZERO),
        flat: flat.unwrap_or(Money::ZERO),
    })
}

/// An optional word; the outer `None` is a fault.
fn optional_word<T: FromStr>(
    table: &mut Table<'_>,
    key: &'static str,
    expected: &str,
    faults: &mut Faults,
) -> Option<Option<T>> {
    let Some(node) = table.optional(key) else { return Some(None) };
    match node.text(expected, faults)?.parse() {
        Ok(word) => Some(Some(word)),
        Err(_) => node.refuse(expected, faults),
    }
}

fn formats(node: &Node<'_>, faults: &mut Faults) -> Option<Vec<FileFormat>> {
    let expected = "at least one of csv, fixed, camt054, each once, in brackets";
    let mut formats: Vec<FileFormat> = Vec::new();
    for item in node.items(expected, faults)? {
        let format = match item.text(expected, faults)? {
            "csv" => FileFormat::Csv,
            "fixed" => FileFormat::Fixed,
            "camt054" => FileFormat::Camt054,
            _ => return item.refuse(expected, faults),
        };
        if formats.contains(&format) {
            return item.refuse(expected, faults);
        }
        formats.push(format);
    }
    if formats.is_empty() { node.refuse(expected, faults) } else { Some(formats) }
}

#[cfg(test)]
mod tests;
