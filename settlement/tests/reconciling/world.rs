//! A hub with three billers, two networks and a bank.

use std::fmt::Write;
use std::io::Cursor;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::{Connection, SimpleConnection};
use diesel::{PgConnection, SqliteConnection};
use ledger::{
    Account, AccountKind, Actor, Advance, AdvanceOutcome, AgentPay, Amounts, BillClaim, BillKey, Break, BreakFilter,
    Channel, Commission, DatabaseUrl, FloatRequestKind, FloatRequestOutcome, Funds, Hold, Instrument, Language, Ledger,
    Moment, Money, NewFloatRequest, NewShift, Pay, PayOutcome, RequestKey, ShiftOpened, Step, Transfer, check_books,
};
use settlement::files::{AccountForm, PayingAccount, TransferId, TransferVersion};
use settlement::reconciliation::{ImportError, ImportTerms, Imported, MatchTerms, RunReport, import, run};
use settlement::terms::Terms;
use settlement::{BankHolidays, BankTerms, SettledBiller};
use sha2::{Digest, Sha256};

use crate::database::{Backend, TestDatabase};

pub const ACCOUNT: &str = "007780000012345678901209";
pub const BILLERS: [(u16, &str); 3] =
    [(1101, "230810987654321098765489"), (1202, "011780000098765432100183"), (1303, "022780000011112222333391")];

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn money(centimes: i64) -> Money {
    Money::from_minor(centimes)
}

/// A RIB with this beginning and a sound key.
pub fn rib(start: u64) -> String {
    let body = format!("{start:022}");
    let rest = body.bytes().chain(*b"00").fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("{body}{:02}", 97 - rest)
}

pub struct World {
    folder: tempfile::TempDir,
    pub url: DatabaseUrl,
    pub ledger: Ledger,
    /// Gone after the ledger.
    _database: TestDatabase,
    next: std::cell::Cell<u32>,
}

impl World {
    /// `None` without a server to make it on.
    pub fn on(backend: Backend) -> Option<Self> {
        let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::make(backend)?);
        let url = database.url.clone();
        let ledger = open(&url);
        Some(Self { folder, url, ledger, _database: database, next: std::cell::Cell::new(1) })
    }

    /// The same ledger in another process, after this one is gone.
    pub fn reopen(&mut self) {
        self.ledger.close();
        self.ledger = open(&self.url);
    }

    pub fn number(&self) -> u32 {
        self.next.replace(self.next.get() + 1)
    }

    pub fn billers() -> Vec<SettledBiller> {
        let biller = |(code, _): &(u16, &str)| {
            let name = format!("Biller {code}");
            SettledBiller { code: *code, terms: Terms::to_one(&name, &rib(u64::from(*code))), name }
        };
        BILLERS.iter().map(biller).collect()
    }

    fn pay(&self, biller: u16, centimes: i64, funds: Funds, agent: Option<AgentPay>, now: DateTime<Utc>) -> i64 {
        let key = format!("key {}", self.number());
        let instrument = if agent.is_some() { Instrument::Cash } else { Instrument::Card };
        let pay = Pay {
            key: RequestKey::of("test", &key, &key),
            quote: 1,
            biller,
            channel: if agent.is_some() { Channel::Agt } else { Channel::Web },
            instrument,
            language: Language::Fr,
            amounts: Amounts { principal: money(centimes), fee: Money::ZERO, vat: Money::ZERO, duty: Money::ZERO },
            bills: vec![BillClaim { key: BillKey::of(biller, "01", "C-1", &key), generation: 0, settles: true }],
            phone: None,
            email: None,
            address: None,
            funds,
            agent: agent.map(Box::new),
            only_replay: false,
            moment: Moment::of(now),
        };
        match self.ledger.pay_now(pay).unwrap() {
            PayOutcome::Started(reference) => reference.id(),
            other => panic!("{other:?}"),
        }
    }

    pub fn step(&self, payment: i64, step: Step, now: DateTime<Utc>) {
        let outcome = self.ledger.advance_now(Advance { payment, step, task: None, moment: Moment::of(now) }).unwrap();
        assert!(matches!(outcome, AdvanceOutcome::Moved { .. }), "{outcome:?}");
    }

    pub fn confirm(&self, payment: i64, now: DateTime<Utc>) {
        let cut_off = Terms::default().next_cut_off(now);
        self.step(payment, Step::Confirm { receipt_number: format!("R-{payment}"), receipt_date: None, cut_off }, now);
    }

    /// A card payment that was taken.
    pub fn card_taken(&self, biller: u16, centimes: i64, now: DateTime<Utc>) -> i64 {
        let cmi = Account::of(AccountKind::GatewayReceivable, "cmi");
        let funds = Funds::Awaited { account: cmi, poll_at: now + TimeDelta::minutes(15) };
        let payment = self.pay(biller, centimes, funds, None, now);
        let accept = Step::Accept {
            hold: Hold::Captured,
            amount: money(centimes),
            authorisation: "A1".to_owned(),
            card_mask: "4***1".to_owned(),
            gateway_reference: "T1".to_owned(),
            is_refused: false,
            counted: None,
        };
        self.step(payment, accept, now);
        payment
    }

    /// A confirmed card payment.
    pub fn card(&self, biller: u16, centimes: i64, now: DateTime<Utc>) -> i64 {
        let payment = self.card_taken(biller, centimes, now);
        self.confirm(payment, now);
        payment
    }

    /// A request for a float that two people agreed to.
    pub fn fund(&self, network: &str, outlet: &str, centimes: i64, proof: &str, now: DateTime<Utc>) -> i64 {
        let actor = |id| Actor { id, name: format!("Agent {id}") };
        let request = NewFloatRequest {
            key: RequestKey::of("float", proof, ""),
            network: network.to_owned(),
            outlet: outlet.to_owned(),
            kind: FloatRequestKind::TopUp,
            amount: money(centimes),
            proof: proof.to_owned(),
            actor: actor(1),
            moment: Moment::of(now),
        };
        let FloatRequestOutcome::Kept(id) = self.ledger.write_now(move |op| op.request_float(&request)).unwrap() else {
            panic!("not kept")
        };
        let moment = Moment::of(now);
        self.ledger.write_now(move |op| op.decide_float(id, true, "", Money::ZERO, &actor(2), moment)).unwrap();
        id
    }

    /// A confirmed cash payment; the outlet's float holds enough.
    pub fn cash(&self, network: &str, outlet: &str, biller: u16, centimes: i64, now: DateTime<Utc>) -> i64 {
        let actor = Actor { id: 1, name: "Agent 1".to_owned() };
        let new = NewShift {
            network: network.to_owned(),
            outlet: outlet.to_owned(),
            till: "A".to_owned(),
            opening: Money::ZERO,
            actor: actor.clone(),
            moment: Moment::of(now),
        };
        let (ShiftOpened::Opened(shift) | ShiftOpened::AlreadyOpen(shift)) =
            self.ledger.write_now(move |op| op.open_shift(&new)).unwrap();
        let agent = AgentPay {
            network: network.to_owned(),
            outlet: outlet.to_owned(),
            till: "A".to_owned(),
            shift,
            network_reference: None,
            cash_reference: None,
            tendered: None,
            commission: Commission::default(),
            low_float: Money::ZERO,
            actor,
        };
        let float = Account::of(AccountKind::AgentFloat, outlet);
        let payment = self.pay(biller, centimes, Funds::InHand(float), Some(agent), now);
        self.confirm(payment, now);
        payment
    }

    /// Runs a statement beside the ledger.
    pub fn sql(&self, statement: &str) {
        let done = match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
                connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                connection.batch_execute(statement)
            }
            DatabaseUrl::Postgres(url) => PgConnection::establish(url).unwrap().batch_execute(statement),
        };
        done.unwrap();
    }

    /// Closes, settles and orders what is due.
    pub fn settle(&self, now: DateTime<Utc>) {
        self.settle_as(Self::billers(), now);
    }

    /// The same under these terms.
    pub fn settle_as(&self, billers: Vec<SettledBiller>, now: DateTime<Utc>) {
        settlement::close_windows(&self.ledger, &billers, now).unwrap();
        let settled = settlement::settle_windows(&self.ledger, &billers, now).unwrap();
        assert!(settled.left.is_empty(), "{settled:?}");
        settlement::order_transfers(&self.ledger, self.folder.path(), &self.bank(), now).unwrap().unwrap();
    }

    pub fn bank(&self) -> BankTerms {
        let account = PayingAccount {
            name: "Fatoura SA".to_owned(),
            rib: ACCOUNT.to_owned(),
            bic: Some("BMCEMAMC".to_owned()),
            clearing_member: None,
            form: AccountForm::Rib,
            batch_booking: false,
        };
        BankTerms { account, version: TransferVersion::V09, is_delivered: false, holidays: BankHolidays::default() }
    }

    /// Transfers that the bank was asked for and that have not ended.
    pub fn ordered(&self) -> Vec<Transfer> {
        let found = self.ledger.read(|reader| reader.transfers_awaited(0, 1_000)).unwrap();
        found.into_iter().map(|awaited| awaited.transfer).collect()
    }

    pub fn import(&self, name: &str, text: &str, now: DateTime<Utc>) -> Result<Imported, ImportError> {
        self.import_as(name, text, now, false, false)
    }

    pub fn import_as(
        &self,
        name: &str,
        text: &str,
        now: DateTime<Utc>,
        allow_gap: bool,
        dry_run: bool,
    ) -> Result<Imported, ImportError> {
        let accounts = [ACCOUNT.to_owned()];
        let terms = ImportTerms { accounts: &accounts, allow_gap, dry_run, name, by: "test", now };
        import(&self.ledger, &terms, Cursor::new(text.as_bytes()), &mut |_, _| {})
    }

    /// Takes in what must be taken.
    pub fn take(&self, name: &str, text: &str, now: DateTime<Utc>) -> i64 {
        match self.import(name, text, now) {
            Ok(Imported::Taken(taken)) => taken.breaks,
            other => panic!("{name}: {other:?}"),
        }
    }

    /// The faults for which a file is refused.
    pub fn refused(&self, text: &str, now: DateTime<Utc>) -> String {
        match self.import("x", text, now) {
            Err(ImportError::Refused(faults, 0)) => faults.join("\n"),
            other => panic!("{other:?}"),
        }
    }

    pub fn run(&self, now: DateTime<Utc>) -> RunReport {
        self.run_with(&MatchTerms::default(), now)
    }

    pub fn run_with(&self, terms: &MatchTerms, now: DateTime<Utc>) -> RunReport {
        run(&self.ledger, terms, false, &|| now).unwrap()
    }

    pub fn breaks(&self) -> Vec<Break> {
        self.ledger
            .read(|reader| reader.breaks(&BreakFilter { open: true, ..BreakFilter::default() }, 0, 10_000))
            .unwrap()
    }

    /// Sources and kinds of open breaks, in the order of their numbers.
    pub fn open_breaks(&self) -> Vec<String> {
        self.breaks().iter().map(|found| format!("{}: {}", found.what.source, found.what.kind)).collect()
    }

    /// The books are in order, and the bank's balance is the ledger's but for what is named.
    pub fn assert_clean(&self) {
        let proof = self.ledger.read(|reader| reader.bank_proof()).unwrap();
        assert_eq!(proof.difference(), Some(Money::ZERO), "{proof:?}");
        let report = check_books(&self.url).unwrap();
        assert!(report.is_clean(), "{:?}", report.faults.iter().map(ToString::to_string).collect::<Vec<_>>());
    }

    pub fn balance(&self, kind: AccountKind, owner: &str) -> i64 {
        self.ledger.read(|reader| reader.balance_of(&Account::of(kind, owner))).unwrap().minor()
    }
}

fn open(url: &DatabaseUrl) -> Ledger {
    Ledger::open(url, &ledger::DataKeys::of_bytes([7; 32]), 2, Arc::new(|| {})).unwrap()
}

pub fn id_of(transfer: &Transfer) -> String {
    let small = |number: i16| u8::try_from(number).unwrap();
    let (account, repeats) = (small(transfer.position), small(transfer.repeats));
    TransferId { biller: transfer.biller, window: transfer.window, account, repeats }.to_string()
}

/// An entry of a statement to be made.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub minor: i64,
    pub reference: String,
    pub end_to_end: String,
    pub message: String,
    /// `PmtInfId`.
    pub payment: String,
    /// Whether `MsgId` and `PmtInfId` are the transaction's, and not the entry's.
    pub in_detail: bool,
    /// What the bank says that it took, at the entry.
    pub charges: i64,
    pub remittance: String,
    pub status: &'static str,
    pub code: &'static str,
    /// Transactions of a batch: end-to-end and amount.
    pub batch: Vec<(String, i64)>,
}

impl Line {
    pub fn of(minor: i64, reference: &str) -> Self {
        Self { minor, reference: reference.to_owned(), status: "BOOK", ..Self::default() }
    }

    pub fn end_to_end(self, end_to_end: impl Into<String>) -> Self {
        Self { end_to_end: end_to_end.into(), ..self }
    }

    pub fn remitted(self, remittance: &str) -> Self {
        Self { remittance: remittance.to_owned(), ..self }
    }

    pub fn message(self, message: &str) -> Self {
        Self { message: message.to_owned(), ..self }
    }

    pub fn payment(self, payment: &str) -> Self {
        Self { payment: payment.to_owned(), ..self }
    }

    pub fn in_detail(self) -> Self {
        Self { in_detail: true, ..self }
    }

    pub fn charged(self, charges: i64) -> Self {
        Self { charges, ..self }
    }
}

fn size(minor: i64) -> String {
    money(minor.abs()).to_string()
}

fn side(minor: i64) -> &'static str {
    if minor < 0 { "DBIT" } else { "CRDT" }
}

fn entries(day: &str, lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        let Line { minor, reference, end_to_end, remittance, status, code, batch, .. } = line;
        let (amount, side) = (size(*minor), side(*minor));
        let (domain, family, sub) = if code.is_empty() { ("PMNT", "RCDT", "ESCT") } else { ("ACMT", "MDOP", *code) };
        write!(
            text,
            "<Ntry><Amt Ccy='MAD'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>\
             <BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd><Domn><Cd>{domain}</Cd><Fmly>\
             <Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        )
        .unwrap();
        if line.charges > 0 {
            let charges = money(line.charges);
            write!(text, "<Chrgs><Rcrd><Amt Ccy='MAD'>{charges}</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>")
                .unwrap();
        }
        text.push_str("<NtryDtls>");
        let named = [("MsgId", &line.message), ("PmtInfId", &line.payment)];
        let names = named.iter().filter(|(_, name)| !name.is_empty());
        let names: String = names.map(|(tag, name)| format!("<{tag}>{name}</{tag}>")).collect();
        if !names.is_empty() && !line.in_detail {
            write!(text, "<Btch>{names}</Btch>").unwrap();
        }
        let own = if line.in_detail { names.as_str() } else { "" };
        for (end_to_end, minor) in batch {
            let amount = size(*minor);
            write!(
                text,
                "<TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs><Amt Ccy='MAD'>{amount}</Amt></TxDtls>"
            )
            .unwrap();
        }
        if batch.is_empty() && (!end_to_end.is_empty() || !remittance.is_empty() || !own.is_empty()) {
            let end_to_end = if end_to_end.is_empty() { "NOTPROVIDED" } else { end_to_end };
            write!(text, "<TxDtls><Refs>{own}<EndToEndId>{end_to_end}</EndToEndId></Refs>").unwrap();
            if !remittance.is_empty() {
                write!(text, "<RmtInf><Ustrd>{remittance}</Ustrd></RmtInf>").unwrap();
            }
            text.push_str("</TxDtls>");
        }
        text.push_str("</NtryDtls></Ntry>");
    }
    text
}

/// A camt.053 of a day.
pub fn camt053(id: &str, account: &str, on: &str, opening: i64, lines: &[Line]) -> String {
    let booked: i64 = lines.iter().filter(|line| line.status == "BOOK").map(|line| line.minor).sum();
    let mut text = format!(
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr><MsgId>M{id}</MsgId></GrpHdr>\
         <Stmt><Id>{id}</Id><FrToDt><FrDtTm>{on}T00:00:00+01:00</FrDtTm><ToDtTm>{on}T23:59:59+01:00</ToDtTm></FrToDt>\
         <Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>MAD</Ccy></Acct>"
    );
    for (code, minor) in [("OPBD", opening), ("CLBD", opening + booked)] {
        let (amount, side) = (size(minor), side(minor));
        write!(
            text,
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='MAD'>{amount}</Amt>\
             <CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
        )
        .unwrap();
    }
    text.push_str(&entries(on, lines));
    text.push_str("</Stmt></BkToCstmrStmt></Document>");
    text
}

/// A camt.054 with entries.
pub fn camt054(id: &str, account: &str, on: &str, lines: &[Line]) -> String {
    format!(
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'><BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M{id}</MsgId>\
         </GrpHdr><Ntfctn><Id>{id}</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>MAD</Ccy></Acct>{}</Ntfctn>\
         </BkToCstmrDbtCdtNtfctn></Document>",
        entries(on, lines)
    )
}

/// A pain.002 about an order: its status, and transfers with theirs.
pub fn pain002(message: &str, group: Option<&str>, transfers: &[(String, &str, &str)]) -> String {
    let status = group.map(|status| format!("<GrpSts>{status}</GrpSts>")).unwrap_or_default();
    let mut text = format!(
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><CstmrPmtStsRpt><GrpHdr><MsgId>ANSWER-{message}</MsgId>\
         </GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{status}\
         </OrgnlGrpInfAndSts>"
    );
    if !transfers.is_empty() {
        write!(text, "<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}P1</OrgnlPmtInfId>").unwrap();
        for (id, status, reason) in transfers {
            write!(
                text,
                "<TxInfAndSts><OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>{status}</TxSts><StsRsnInf><Rsn><Cd>{reason}</Cd>\
                 </Rsn></StsRsnInf></TxInfAndSts>"
            )
            .unwrap();
        }
        text.push_str("</OrgnlPmtInfAndSts>");
    }
    text.push_str("</CstmrPmtStsRpt></Document>");
    text
}

/// A report of lines, with its trailer; `amount` is the field that is summed.
pub fn report(name: &str, source: &str, on: &str, sequence: u32, amount: usize, lines: &[String]) -> String {
    let mut text = format!("H;{name};1;{source};{on};{sequence}\n");
    let mut total = 0;
    for line in lines {
        let field = line.split(';').nth(amount).unwrap();
        total += Money::parse_wire(field).unwrap().minor();
        writeln!(text, "{line}").unwrap();
    }
    let digest = hex::encode(Sha256::digest(text.as_bytes()));
    writeln!(text, "T;{};{};{digest}", lines.len(), money(total)).unwrap();
    text
}

pub fn card_line(payment: i64, transaction: &str, centimes: i64, fee: i64, payout: Option<(&str, &str)>) -> String {
    let (value, reference) = payout.unwrap_or(("", ""));
    format!(
        "D;600001234;F{payment:012};{transaction};{};504;{};{value};{reference};A1;approved;2026-11-24T10:00:00+01:00",
        money(centimes),
        money(fee)
    )
}

pub fn card_report(on: &str, sequence: u32, lines: &[String]) -> String {
    report("FATOURA-CARD-REPORT", "CMI", on, sequence, 4, lines)
}

pub fn network_line(outlet: &str, payment: i64, centimes: i64, kind: &str, status: &str) -> String {
    format!("D;{outlet};N-{payment};{payment:012};{};{kind};{status};2026-11-24T10:00:00+01:00", money(centimes))
}

pub fn network_report(network: &str, on: &str, sequence: u32, lines: &[String]) -> String {
    report("FATOURA-NETWORK-REPORT", network, on, sequence, 4, lines)
}

pub fn biller_line(payment: i64, centimes: i64, on: &str, status: &str) -> String {
    format!("D;R-{payment};{payment:012};{};{on};{status}", money(centimes))
}

pub fn biller_report(biller: u16, on: &str, sequence: u32, lines: &[String]) -> String {
    report("FATOURA-ACKNOWLEDGEMENTS", &biller.to_string(), on, sequence, 3, lines)
}
