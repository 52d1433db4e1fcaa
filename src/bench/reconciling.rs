//! What a day's outside says of it, as files: every biller's acknowledgements, and the bank's statement with the transfers.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Ledger, Money, TransferState};
use settlement::files::TransferId;
use settlement::reconciliation::{ImportTerms, Imported, MatchTerms, import, run};
use settlement::terms::ZONE;
use sha2::{Digest, Sha256};

/// Lines read at once.
const PAGE: i64 = 2_000;
/// Transfers of a day at most.
const TRANSFERS_MAX: i64 = 100_000;

/// Files that came in.
pub(super) struct Outside {
    acknowledgements: Vec<PathBuf>,
    statement: PathBuf,
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

impl Outside {
    /// What billers and the bank would send for the settled windows of a day.
    pub fn make(ledger: &Ledger, folder: &Path, rib: &str, now: DateTime<Utc>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let day = now.with_timezone(&ZONE).date_naive();
        let mut acknowledgements = Vec::new();
        for settlement in ledger.read(|reader| reader.settlements(None, TRANSFERS_MAX))? {
            if settlement.payments.0 == 0 {
                continue;
            }
            let path = folder.join(format!("{}.csv", settlement.biller));
            let out = BufWriter::new(File::create(&path)?);
            let mut report = Report { out, digest: Sha256::new() };
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
            let digest = report.digest.clone().finalize();
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            report.line(&format!("T;{count};{total};{digest}"))?;
            report.out.flush()?;
            acknowledgements.push(path);
        }
        let statement = folder.join("statement.xml");
        write_statement(ledger, &statement, rib, day)?;
        Ok(Self { acknowledgements, statement, day })
    }

    /// Takes all of it in and matches it: nothing may be left.
    pub fn reconcile(&self, ledger: &Ledger, rib: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
        let accounts = [rib.to_owned()];
        for path in self.acknowledgements.iter().chain([&self.statement]) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let terms =
                ImportTerms { accounts: &accounts, allow_gap: false, dry_run: false, name: &name, by: "bench", now };
            match import(ledger, &terms, BufReader::new(File::open(path)?), &mut |_, _| {})? {
                Imported::Taken(taken) if taken.breaks == 0 => {}
                other => bail!("{name} of {} was taken with breaks: {other:?}", self.day),
            }
        }
        let report = run(ledger, &MatchTerms::default(), false, &|| now)?;
        if report.breaks > 0 {
            bail!("{} breaks: {:?}", report.breaks, report.told.last());
        }
        Ok(())
    }
}

/// The bank's statement: every transfer that was ordered, paid.
fn write_statement(ledger: &Ledger, path: &Path, rib: &str, day: NaiveDate) -> anyhow::Result<()> {
    let transfers = ledger.read(|reader| reader.transfers_in(TransferState::Ordered, TRANSFERS_MAX))?;
    let total = Money::sum(transfers.iter().map(|transfer| transfer.amount)).context("the transfers' sum")?;
    let mut out = BufWriter::new(File::create(path)?);
    write!(
        out,
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>\
         <Stmt><Id>S1</Id><FrToDt><FrDtTm>{day}T00:00:00+01:00</FrDtTm><ToDtTm>{day}T23:59:59+01:00</ToDtTm></FrToDt>\
         <Acct><Id><Othr><Id>{rib}</Id></Othr></Id><Ccy>MAD</Ccy></Acct>"
    )?;
    for (code, amount) in [("OPBD", total), ("CLBD", Money::ZERO)] {
        write!(
            out,
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='MAD'>{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )?;
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
    Ok(out.flush()?)
}
