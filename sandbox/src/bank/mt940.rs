//! A day of the account as MT940, with `:86:` by slashes.

use chrono::NaiveDate;

use super::{BankEntry, BankState};
use crate::amount::show_amount;

/// Characters of a line of `:86:`.
const LINE_CHARS: usize = 65;
/// Lines of one `:86:`.
const LINES_MAX: usize = 6;

pub(super) fn of(bank: &BankState, day: NaiveDate) -> String {
    let (opening, closing) = bank.balances(day);
    let balance = |tag: &str, minor: i64| {
        let side = if minor < 0 { "D" } else { "C" };
        format!(":{tag}:{side}{}MAD{}\r\n", day.format("%y%m%d"), amount(minor))
    };
    let entries: String = bank.of_day(day).map(entry).collect();
    format!(
        ":20:SBX{}\r\n:25:{}\r\n:28C:{}/1\r\n{}{entries}{}-\r\n",
        day.format("%Y%m%d"),
        bank.own_account(),
        day.format("%j"),
        balance("60F", opening),
        balance("62F", closing),
    )
}

/// Without a sign, and with a comma.
fn amount(minor: i64) -> String {
    show_amount(minor.abs()).replace('.', ",")
}

fn entry(entry: &BankEntry) -> String {
    let BankEntry { id, day, minor, about, transfers, order, returned, remittance } = entry;
    let side = if *minor < 0 { "D" } else { "C" };
    let kind = match (transfers.is_empty(), returned) {
        (_, Some(_)) => "NRTI",
        (true, None) if *minor < 0 => "NCHG",
        _ => "NTRF",
    };
    let mut text = String::new();
    if let (Some((_, part)), true) = (order, transfers.len() > 1) {
        text += &format!("/PREF/{part}");
    }
    if let [transfer] = transfers.as_slice() {
        text += &format!("/EREF/{}", transfer.end_to_end_id);
    }
    text += &format!("/REMI/{}", remittance.as_deref().unwrap_or(about));
    let chars: Vec<char> = text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '.' }).collect();
    let lines: Vec<String> = chars.chunks(LINE_CHARS).take(LINES_MAX).map(|line| line.iter().collect()).collect();
    format!(
        ":61:{}{}{side}{}{kind}NONREF//SBX{id}\r\n:86:{}\r\n",
        day.format("%y%m%d"),
        day.format("%m%d"),
        amount(*minor),
        lines.join("\r\n")
    )
}
