//! What people in finance see and decide, as data: settled windows and their files, what a day came to, breaks.

use std::fmt::Write;
use std::fs::File;

use ledger::{
    BankProof, BooksProof, Break, BreakNote, Delivery, GatewayProof, KeptFile, OpenBreaks, ProofItems, Proposal,
    ReconciliationDay, Resolution, Settlement, SettlementWindow, Transfer,
};
use settlement::files::TransferId;
use settlement::reconciliation::{day_csv, sources_csv};
use settlement::terms::Contract;
use sha2::{Digest, Sha256};

use crate::api::Infrastructure;

/// A window, and all that came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowView {
    /// The window.
    pub window: SettlementWindow,
    /// Its figures; `None`: it is not settled yet.
    pub settlement: Option<Settlement>,
    /// The transfers that pay it out.
    pub transfers: Vec<Transfer>,
    /// Its files, each with where it was, or is to be, brought.
    pub files: Vec<(KeptFile, Vec<Delivery>)>,
}

/// Whether a settlement's commission was taken off what is paid out; else it is invoiced apart.
pub fn is_commission_kept(settlement: &Settlement) -> Result<bool, Infrastructure> {
    let (statement, _) = settlement::statement(settlement)
        .map_err(|why| Infrastructure::Failed(format!("settlement of window {}: {why}", settlement.window)))?;
    Ok(statement.contract == Contract::Net)
}

/// The name by which the bank knows a transfer: its `EndToEndId`.
pub fn transfer_name(transfer: &Transfer) -> Result<String, Infrastructure> {
    let small = |number: i16| {
        u8::try_from(number).map_err(|_| Infrastructure::Failed(format!("transfer {}: its account", transfer.id)))
    };
    let (account, repeats) = (small(transfer.position)?, small(transfer.repeats)?);
    Ok(TransferId { biller: transfer.biller, window: transfer.window, account, repeats }.to_string())
}

/// A file in its place, held to the digest with which it was made.
#[derive(Debug)]
pub struct OpenedFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// At its beginning.
    pub file: File,
}

/// Why a file that was made cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// It is not in its place, or not yet.
    #[error("the file is not in its place")]
    Missing,
    /// What is in its place is not what was made.
    #[error("the file is not as it was made")]
    Changed,
    /// Trouble of ours.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// What a day came to, and how the bank and the gateways stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayStatement {
    /// Source by source, and the breaks that are open.
    pub day: ReconciliationDay,
    /// The bank's balance against the ledger's.
    pub bank: BankProof,
    /// What each gateway owes.
    pub gateways: Vec<GatewayProof>,
    /// The bank's account against all others.
    pub books: BooksProof,
}

impl DayStatement {
    /// All of it as separated values.
    pub fn csv(&self) -> String {
        day_csv(&self.day, &self.bank, &self.gateways, &self.books)
    }

    /// SHA-256 in lower-case hex over every figure, in a form that depends on nothing else: two statements with the same
    /// digest state the same.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.figures().as_bytes()))
    }

    /// Every figure, a line each.
    fn figures(&self) -> String {
        let bank = &self.bank;
        let mut text = format!("day;{};{}\n", self.day.day, self.day.known_on);
        text.push_str(&sources_csv(&self.day));
        let day = bank.day.map(|day| day.to_string()).unwrap_or_default();
        // Writing to a text does not fail.
        for OpenBreaks { source, kind, by_age } in &self.day.breaks {
            let _ = writeln!(text, "break;{source};{kind};{by_age:?}");
        }
        let _ = writeln!(text, "bank;{day};{};{};{};{}", bank.before, bank.gaps, bank.ledger, bank.closing);
        for (side, items) in [("not booked", &bank.not_booked), ("not shown", &bank.not_shown)] {
            let ProofItems { named, count, total } = items;
            let _ = writeln!(text, "{side};{count};{total}");
            for item in named {
                let _ = writeln!(text, "{};{};{}", item.id, item.day, item.amount);
            }
        }
        for gateway in &self.gateways {
            let _ = writeln!(text, "gateway;{};{};{}", gateway.gateway, gateway.receivable, gateway.not_announced);
            for payout in &gateway.awaited {
                let net = payout.net().map(|net| net.to_string()).unwrap_or_default();
                let sums = &payout.sums;
                let _ = writeln!(text, "payout;{};{};{};{net}", sums.gateway, sums.reference, sums.value_on);
            }
        }
        let _ = writeln!(text, "books;{}", self.books.bank);
        for (kind, amount) in &self.books.against {
            let _ = writeln!(text, "against;{kind};{amount}");
        }
        text
    }
}

/// A break, what was done about it, and what waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakView {
    /// The break.
    pub found: Break,
    /// What was done, in order.
    pub notes: Vec<BreakNote>,
    /// What waits for a second person.
    pub proposed: Option<Proposal>,
}

/// A way out of a break, as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOut {
    /// How.
    pub resolution: Resolution,
    /// Why; for evidence, where it is.
    pub note: String,
    /// The biller whose commission was paid.
    pub biller: Option<u16>,
    /// The reference of the payout that this is.
    pub payout: Option<String>,
}

#[cfg(test)]
mod tests {
    use ledger::{Money, NewPayout, Payout, ProofItem};

    use super::*;

    fn statement() -> DayStatement {
        let day = "2026-11-24".parse().unwrap();
        DayStatement {
            day: ReconciliationDay { day, known_on: day, is_told: false, sources: Vec::new(), breaks: Vec::new() },
            bank: BankProof::default(),
            gateways: Vec::new(),
            books: BooksProof::default(),
        }
    }

    fn payout(gateway: &str) -> Payout {
        let (gateway, reference, value_on) = (gateway.to_owned(), "LOT-1".to_owned(), "2026-11-25".parse().unwrap());
        let (captured, returned, fee) = (Money::from_minor(5), Money::ZERO, Money::ZERO);
        Payout { parts: vec![1], sums: NewPayout { gateway, reference, value_on, captured, returned, fee } }
    }

    #[test]
    fn every_figure_counts_in_the_digest() {
        let day = "2026-11-24".parse().unwrap();
        let money = Money::from_minor;
        let mut all = vec![statement(); 11];
        all[1].bank.closing = money(1);
        all[2].bank.not_booked.named.push(ProofItem { id: 1, what: "B1".to_owned(), day, amount: money(1) });
        all[3].bank.day = Some(day);
        let gateway = "cmi".to_owned();
        all[4].gateways.push(GatewayProof {
            gateway,
            receivable: money(5),
            awaited: Vec::new(),
            not_announced: money(5),
        });
        all[6].day.day = "2026-11-25".parse().unwrap();
        all[5].day.breaks.push(OpenBreaks {
            source: ledger::BreakSource::Bank,
            kind: ledger::BreakKind::Late,
            by_age: [0, 1, 0, 0],
        });
        all[7].day.known_on = "2026-11-26".parse().unwrap();
        let gateways = all[4].gateways.clone();
        all[8].gateways = gateways;
        all[8].gateways[0].awaited.push(payout("cmi"));
        all[9].books.bank = money(1);
        all[10].books.against.push((ledger::AccountKind::BillerPayable, money(1)));
        let mut other = all[8].clone();
        other.gateways[0].awaited = vec![payout("payzone")];
        all.push(other);
        let digests: std::collections::BTreeSet<String> = all.iter().map(DayStatement::digest).collect();
        assert_eq!(digests.len(), all.len());
        assert_eq!(statement().digest(), statement().digest());
    }
}
