//! What a day's outside says of it, as files: every biller's acknowledgements, the networks' reports, and the bank's statement
//! with the transfers.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use ledger::{AgentPaymentsPage, Ledger, Money, TransferState};
use settlement::files::TransferId;
use settlement::reconciliation::{ImportTerms, Imported, MatchTerms, import, run};
use settlement::terms::ZONE;
use sha2::{Digest, Sha256};

use super::counters::{Counters, NETWORKS};
use super::ledger_rows::Maker;

/// Lines read at once.
const PAGE: i64 = 2_000;
/// Transfers of a day at most.
const TRANSFERS_MAX: i64 = 100_000;

/// Files that came in.
pub(super) struct Outside {
    acknowledgements: Vec<PathBuf>,
    /// With the lines of each.
    networks_reports: Vec<(PathBuf, usize)>,
    /// With its transfers.
    statement: (PathBuf, usize),
    day: NaiveDate,
}

/// Writes down a line and digests it.
struct Report<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Report<W> {
    fn line(&mut self, line: &str) -> std::io::Result<()> {
        self.digest.update(line.as_bytes());
        self.digest.update(b"\n");
        writeln!(self.out, "{line}")
    }
}

impl Report<BufWriter<File>> {
    fn create(path: &Path) -> std::io::Result<Self> {
        Ok(Self { out: BufWriter::new(File::create(path)?), digest: Sha256::new() })
    }

    /// Writes the last line.
    fn end(mut self, count: usize, total: Money) -> std::io::Result<()> {
        let digest = hex::encode(self.digest.clone().finalize());
        self.line(&format!("T;{count};{total};{digest}"))?;
        self.out.flush()
    }
}

impl Outside {
    /// What billers and the bank would send for the settled windows of a day.
    pub fn make(
        ledger: &Ledger,
        counters: &Counters,
        folder: &Path,
        rib: &str,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let day = now.with_timezone(&ZONE).date_naive();
        let mut acknowledgements = Vec::new();
        for settlement in ledger.read(|reader| reader.settlements(None, TRANSFERS_MAX))? {
            if settlement.payments.0 == 0 {
                continue;
            }
            let path = folder.join(format!("{}.csv", settlement.biller));
            let mut report = Report::create(&path)?;
            report.line(&format!("H;FATOURA-ACKNOWLEDGEMENTS;1;{};{day};1", settlement.biller))?;
            let (mut after, mut count, mut total) = (0, 0, Money::ZERO);
            loop {
                let page = ledger.read(|reader| reader.window_lines(settlement.window, after, PAGE))?;
                let Some(last) = page.last() else { break };
                after = last.posting;
                for line in &page {
                    let receipt = line.receipt_number.as_deref().unwrap_or_default();
                    report.line(&format!("D;{receipt};{:012};{};{day};booked", line.payment.id(), line.principal))?;
                    count += 1;
                    total = total.checked_add(line.principal).context("the day's sum is past the range")?;
                }
            }
            report.end(count, total)?;
            acknowledgements.push(path);
        }
        let mut networks_reports = Vec::new();
        for network in NETWORKS {
            let path = folder.join(format!("{network}.csv"));
            let lines = write_network_report(ledger, counters, network, day, &path, now)?;
            networks_reports.push((path, lines));
        }
        let statement = folder.join("statement.xml");
        let transfers = write_statement(ledger, &statement, rib, day)?;
        Ok(Self { acknowledgements, networks_reports, statement: (statement, transfers), day })
    }

    /// Takes in what billers booked: nothing may differ.
    pub fn take_acknowledgements(&self, ledger: &Ledger, now: DateTime<Utc>) -> anyhow::Result<()> {
        self.acknowledgements.iter().try_for_each(|path| self.take(ledger, path, &[], now))
    }

    /// Takes in what the networks took: nothing may differ.
    pub fn take_networks_reports(&self, ledger: &Ledger, now: DateTime<Utc>) -> anyhow::Result<()> {
        self.networks_reports.iter().try_for_each(|(path, _)| self.take(ledger, path, &[], now))
    }

    /// Lines of the networks' reports.
    pub fn lines_of_networks(&self) -> usize {
        self.networks_reports.iter().map(|(_, lines)| lines).sum()
    }

    /// The billers' files.
    pub fn acknowledgements(&self) -> impl Iterator<Item = &PathBuf> {
        self.acknowledgements.iter()
    }

    /// The networks' files.
    pub fn networks_reports(&self) -> impl Iterator<Item = &PathBuf> {
        self.networks_reports.iter().map(|(path, _)| path)
    }

    /// The bank's file.
    pub fn statement(&self) -> &PathBuf {
        &self.statement.0
    }

    /// Takes in the bank's statement and matches it; counts its transfers. Nothing may be left.
    pub fn take_statement(&self, ledger: &Ledger, rib: &str, now: DateTime<Utc>) -> anyhow::Result<usize> {
        let (path, transfers) = &self.statement;
        self.take(ledger, path, &[rib.to_owned()], now)?;
        let report = run(ledger, &MatchTerms::default(), false, &|| now)?;
        if report.breaks > 0 {
            bail!("{} breaks: {:?}", report.breaks, report.told.last());
        }
        Ok(*transfers)
    }

    fn take(&self, ledger: &Ledger, path: &Path, accounts: &[String], now: DateTime<Utc>) -> anyhow::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let terms = ImportTerms { accounts, allow_gap: false, dry_run: false, name: &name, by: "bench", now };
        match import(ledger, &terms, BufReader::new(File::open(path)?), &mut |_, _| {})? {
            Imported::Taken(taken) if taken.breaks == 0 => Ok(()),
            other => bail!("{name} of {} was taken with breaks: {other:?}", self.day),
        }
    }
}

/// A network's report: every payment at its outlets; how many lines.
fn write_network_report(
    ledger: &Ledger,
    counters: &Counters,
    network: &str,
    day: NaiveDate,
    path: &Path,
    now: DateTime<Utc>,
) -> anyhow::Result<usize> {
    let amount = Maker::amounts().total().context("the total of a payment is past the range")?;
    let at = now.with_timezone(&ZONE).to_rfc3339_opts(SecondsFormat::Secs, false);
    let mut report = Report::create(path)?;
    report.line(&format!("H;FATOURA-NETWORK-REPORT;1;{network};{day};1"))?;
    let (mut count, mut total) = (0, Money::ZERO);
    for outlet in counters.outlets_of(network) {
        let mut page = AgentPaymentsPage {
            outlet: outlet.to_owned(),
            before: i64::MAX,
            limit: PAGE,
            ..AgentPaymentsPage::default()
        };
        loop {
            let rows = ledger.read(|reader| reader.agent_payments_on(&page))?;
            let Some(last) = rows.last() else { break };
            page.before = last.payment;
            for row in &rows {
                let own = row.network_reference.as_deref().unwrap_or_default();
                let payment = row.payment;
                report.line(&format!("D;{outlet};{own};{payment:012};{amount};payment;accepted;{at}"))?;
                count += 1;
                total = total.checked_add(amount).context("the day's sum is past the range")?;
            }
        }
    }
    report.end(count, total)?;
    Ok(count)
}

/// The next day's statement, of about so many bytes: credits that nobody asked for, each a batch of one; how many.
pub(super) fn write_large_statement(path: &Path, rib: &str, now: DateTime<Utc>, bytes: usize) -> anyhow::Result<usize> {
    let day = now.with_timezone(&ZONE).date_naive().succ_opt().context("a day past the calendar")?;
    let entry = |number: usize| {
        format!(
            "<Ntry><Amt Ccy='MAD'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>\
             <AcctSvcrRef>L{number:09}</AcctSvcrRef><BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs>\
             <EndToEndId>NOTPROVIDED</EndToEndId></Refs><RmtInf><Ustrd>VIREMENT {number:09}</Ustrd></RmtInf></TxDtls>\
             </NtryDtls></Ntry>\n"
        )
    };
    let entries = bytes.div_ceil(entry(0).len());
    let closing = Money::from_minor(i64::try_from(entries)?.checked_mul(100).context("the entries' sum")?);
    let mut out = BufWriter::new(File::create(path)?);
    write!(
        out,
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr><MsgId>M2</MsgId></GrpHdr>\
         <Stmt><Id>S2</Id><FrToDt><FrDtTm>{day}T00:00:00+01:00</FrDtTm><ToDtTm>{day}T23:59:59+01:00</ToDtTm></FrToDt>\
         <Acct><Id><Othr><Id>{rib}</Id></Othr></Id><Ccy>MAD</Ccy></Acct>"
    )?;
    for (code, amount) in [("OPBD", Money::ZERO), ("CLBD", closing)] {
        write!(out, "{}", balance(code, amount, day))?;
    }
    for number in 0..entries {
        out.write_all(entry(number).as_bytes())?;
    }
    write!(out, "</Stmt></BkToCstmrStmt></Document>")?;
    out.flush()?;
    Ok(entries)
}

/// Takes it in.
pub(super) fn take_large_statement(ledger: &Ledger, path: &Path, rib: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
    let accounts = [rib.to_owned()];
    let terms =
        ImportTerms { accounts: &accounts, allow_gap: false, dry_run: false, name: "large.xml", by: "bench", now };
    match import(ledger, &terms, BufReader::new(File::open(path)?), &mut |_, _| {})? {
        Imported::Taken(_) => Ok(()),
        other => bail!("the large statement was not taken: {other:?}"),
    }
}

/// A balance of a statement.
fn balance(code: &str, amount: Money, day: NaiveDate) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='MAD'>{amount}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )
}

/// The bank's statement: every transfer that was ordered, paid; how many.
fn write_statement(ledger: &Ledger, path: &Path, rib: &str, day: NaiveDate) -> anyhow::Result<usize> {
    let transfers = ledger.read(|reader| reader.transfers_in(TransferState::Ordered, TRANSFERS_MAX))?;
    let total = Money::sum(transfers.iter().map(|transfer| transfer.amount)).context("the transfers' sum")?;
    let count = transfers.len();
    let mut out = BufWriter::new(File::create(path)?);
    write!(
        out,
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>\
         <Stmt><Id>S1</Id><FrToDt><FrDtTm>{day}T00:00:00+01:00</FrDtTm><ToDtTm>{day}T23:59:59+01:00</ToDtTm></FrToDt>\
         <Acct><Id><Othr><Id>{rib}</Id></Othr></Id><Ccy>MAD</Ccy></Acct>"
    )?;
    for (code, amount) in [("OPBD", total), ("CLBD", Money::ZERO)] {
        write!(out, "{}", balance(code, amount, day))?;
    }
    for transfer in transfers {
        let (account, repeats) = (u8::try_from(transfer.position)?, u8::try_from(transfer.repeats)?);
        let id = TransferId { biller: transfer.biller, window: transfer.window, account, repeats };
        write!(
            out,
            "<Ntry><Amt Ccy='MAD'>{}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>\
             <AcctSvcrRef>B{}</AcctSvcrRef><BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs>\
             <EndToEndId>{id}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>",
            transfer.amount, transfer.id
        )?;
    }
    write!(out, "</Stmt></BkToCstmrStmt></Document>")?;
    out.flush()?;
    Ok(count)
}
