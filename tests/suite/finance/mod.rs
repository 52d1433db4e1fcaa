//! The finance pages through their links and forms: windows and files, the day's statement, breaks and what people do about
//! them.

mod bad_input;
mod breaks;
mod rights;
mod settling;
mod stating;

use std::fmt::Write;
use std::io::Cursor;

use chrono::{NaiveDate, TimeDelta};
use ledger::{BreakFilter, Settlement};
use settlement::files::{AccountForm, PayingAccount, TransferVersion};
use settlement::reconciliation::{ImportTerms, Imported, MatchTerms, import, run};
use settlement::{BankTerms, SettledBiller};
use staff::Role;

use crate::support::{Backend, Colleague, Page, TestApp};

/// The hub's account.
pub const ACCOUNT: &str = "007780000012345678901209";

/// A hub that was paid a bill of biller 1001, whose window is settled, filed and ordered.
pub async fn settled(backend: Backend) -> Option<TestApp> {
    let app = TestApp::start(backend).await?;
    open_windows(&app);
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "01", "12345678").await;
    payer.pay_by_card(&redirect, "4000000000000010").await;
    app.settle().await;
    settle(&app);
    Some(app)
}

/// A window for each biller.
pub fn open_windows(app: &TestApp) {
    settlement::open_windows(&app.ledger, &billers(app), app.now()).unwrap();
}

/// A day later: windows closed, settled, filed and ordered.
pub fn settle(app: &TestApp) {
    app.pass(TimeDelta::days(1));
    let (ledger, now, all) = (&app.ledger, app.now(), billers(app));
    settlement::close_windows(ledger, &all, now).unwrap();
    let settled = settlement::settle_windows(ledger, &all, now).unwrap();
    assert!(settled.left.is_empty(), "{settled:?}");
    let catalogue = app.hub.catalogue();
    let contract_of = |biller: u16, kind: &str, detail: &str| {
        catalogue.contract_of(biller, kind, detail).map_err(|error| error.to_string())
    };
    let made = settlement::make_files(ledger, app.settlement.path(), &contract_of, now).unwrap();
    assert!(made.left.is_empty(), "{made:?}");
    settlement::order_transfers(ledger, &app.settlement.path().join("bank"), &bank(), now).unwrap().unwrap();
}

fn billers(app: &TestApp) -> Vec<SettledBiller> {
    let catalogue = app.hub.catalogue();
    let billers = catalogue.billers().iter().map(|biller| SettledBiller {
        code: biller.code,
        name: biller.name.fr.clone(),
        terms: biller.terms.clone(),
    });
    billers.collect()
}

fn bank() -> BankTerms {
    let account = PayingAccount {
        name: "Fatoura SA".to_owned(),
        rib: ACCOUNT.to_owned(),
        bic: None,
        clearing_member: None,
        form: AccountForm::Rib,
        batch_booking: false,
    };
    BankTerms {
        account,
        version: TransferVersion::V09,
        is_delivered: false,
        holidays: settlement::BankHolidays::default(),
    }
}

/// The settlement of biller 1001's first window.
pub fn first_settlement(app: &TestApp) -> Settlement {
    let all = app.ledger.read(|reader| reader.settlements(Some(1001), 10)).unwrap();
    all.into_iter().find(|settlement| settlement.sequence == 1).unwrap()
}

/// A camt.053 of a day: opening balance and entries in centimes, each with the bank's reference.
pub fn statement(day: NaiveDate, opening: i64, entries: &[(i64, &str)]) -> String {
    let amount = |minor: i64| ledger::Money::from_minor(minor.abs()).to_string();
    let side = |minor: i64| if minor < 0 { "DBIT" } else { "CRDT" };
    let mut text = format!(
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr><MsgId>M{day}</MsgId></GrpHdr>\
         <Stmt><Id>S{day}</Id><Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id><Ccy>MAD</Ccy></Acct>"
    );
    let closing = opening + entries.iter().map(|(minor, _)| minor).sum::<i64>();
    for (code, minor) in [("OPBD", opening), ("CLBD", closing)] {
        write!(
            text,
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='MAD'>{}</Amt><CdtDbtInd>{}</CdtDbtInd>\
             <Dt><Dt>{day}</Dt></Dt></Bal>",
            amount(minor),
            side(minor)
        )
        .unwrap();
    }
    for (minor, reference) in entries {
        write!(
            text,
            "<Ntry><Amt Ccy='MAD'>{}</Amt><CdtDbtInd>{}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>\
             <AcctSvcrRef>{reference}</AcctSvcrRef></Ntry>",
            amount(*minor),
            side(*minor)
        )
        .unwrap();
    }
    text + "</Stmt></BkToCstmrStmt></Document>"
}

/// Takes a file in, and matches what it shows.
pub fn take(app: &TestApp, name: &str, text: &str) {
    let accounts = [ACCOUNT.to_owned()];
    let terms = ImportTerms { accounts: &accounts, allow_gap: false, dry_run: false, name, by: "test", now: app.now() };
    let imported = import(&app.ledger, &terms, Cursor::new(text.as_bytes()), &mut |_, _| {}).unwrap();
    assert!(matches!(imported, Imported::Taken(_)));
    run(&app.ledger, &MatchTerms::default(), false, &|| app.now()).unwrap();
}

/// Today in Casablanca.
pub fn today(app: &TestApp) -> NaiveDate {
    app.now().with_timezone(&chrono_tz::Africa::Casablanca).date_naive()
}

/// The numbers of open breaks, in order.
pub fn open_breaks(app: &TestApp) -> Vec<i64> {
    let filter = BreakFilter { open: true, ..BreakFilter::default() };
    let found = app.ledger.read(|reader| reader.breaks(&filter, 0, 1_000)).unwrap();
    found.into_iter().map(|found| found.id).collect()
}

/// A member at work.
pub async fn at_work(app: &TestApp, language: &'static str, login: &str, role: Role) -> Colleague {
    let who = app.colleague(language, login, role);
    who.sign_in(app).await;
    who
}

/// Whether a page says this.
#[track_caller]
pub fn says(page: &Page, what: &str) {
    let words = words(page);
    assert!(words.contains(what), "{what} is not said at {}: {words}", page.path);
}

/// The words of a page with plain blanks.
pub fn words(page: &Page) -> String {
    page.text().replace(['\u{202f}', '\u{a0}'], " ").replace(['\u{2068}', '\u{2069}'], "")
}
