//! Messages in ISO 20022, held to its schemas.

use std::io;

use chrono::NaiveDate;
use ledger::Money;
use rstest::rstest;
use settlement::files::{
    AccountForm, Line, PayingAccount, Transfer, TransferId, TransferRun, TransferVersion, WindowStatement, Written,
    write_advice, write_transfers,
};
use settlement::terms::{Contract, PayoutAccount, Terms};

use crate::sample::{given, line, terms, utc, window, worked};
use crate::schema::assert_valid;

pub fn two_accounts() -> Terms {
    let account = |holder: &str, rib: &str, basis_points| PayoutAccount {
        holder: holder.to_owned(),
        rib: rib.to_owned(),
        basis_points,
    };
    let accounts = vec![
        account("Télécom Maghreb SA", "007780000012345678901209", 7_000),
        account("Trésor & Régie", "011519000001205000534921", 3_000),
    ];
    Terms { accounts, ..terms() }
}

pub fn advice(terms: &Terms, (statement, lines): &(WindowStatement, Vec<Line>)) -> (String, Written) {
    let mut bytes = Vec::new();
    let written = write_advice(statement, terms, AccountForm::Rib, given(lines), &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_valid(&text, "camt.054.001.08");
    (text, written)
}

fn element<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let open = format!("<{name}>");
    text.split(open.as_str()).skip(1).map(|rest| rest.split('<').next().unwrap()).collect()
}

#[rstest]
#[case::one_account("advice", terms())]
#[case::two_accounts("advice_split", two_accounts())]
fn an_advice(#[case] name: &str, #[case] terms: Terms) {
    let (text, told) = advice(&terms, &worked());
    assert_eq!((told.bytes, told.lines), (text.len() as u64, 4));
    insta::assert_snapshot!(name, text);
    assert_eq!(advice(&terms, &worked()).0, text);
}

#[rstest]
#[case::gross(Contract::Gross, 0, vec![line(1, 53_816)], "538.16")]
#[case::negative(Contract::Net, -60_000, vec![line(1, 53_816)], "0.00")]
#[case::empty(Contract::Net, 0, vec![], "0.00")]
#[case::only_carried(Contract::Net, 700, vec![], "7.00")]
#[case::refund(Contract::Net, 0, vec![line(1, -100)], "0.00")]
fn any_window_has_a_valid_advice(
    #[case] contract: Contract,
    #[case] carried_in: i64,
    #[case] lines: Vec<Line>,
    #[case] paid: &str,
    #[values(terms(), two_accounts())] terms: Terms,
) {
    let terms = Terms { contract, ..terms };
    let (text, _) = advice(&terms, &window(&terms, 57, Money::from_minor(carried_in), lines));
    let parts = element(&text, "Sum").into_iter().map(|sum| Money::parse_wire(sum).unwrap());
    assert_eq!(Money::sum(parts).unwrap().to_string(), paid);
}

#[rstest]
#[case(1_000, 1_002)]
#[case(1_001, 0)]
fn details_have_a_limit(#[case] count: i64, #[case] details: usize) {
    let lines = (1..=count).map(|number| line(number, 10_000)).collect();
    let (text, told) = advice(&terms(), &window(&terms(), 57, Money::ZERO, lines));
    assert_eq!(text.matches("<TxDtls>").count(), details);
    assert_eq!(element(&text, "NbOfTxs"), [(count + 2).to_string()]);
    assert_eq!(told.lines, count as u64);
}

#[test]
fn details_add_up_to_the_entry() {
    let (statement, lines) = window(&terms(), 58, Money::from_minor(-500), worked().1);
    let (text, _) = advice(&terms(), &(statement, lines));
    let signed = text.split("<TxDtls>").skip(1).map(|detail| {
        let amount = detail.split_once("Ccy=\"MAD\">").unwrap().1.split('<').next().unwrap();
        let minor = Money::parse_wire(amount).unwrap().minor();
        if detail.contains("<CdtDbtInd>DBIT") { -minor } else { minor }
    });
    assert_eq!(signed.sum::<i64>(), 47_670);
}

#[test]
fn lines_are_held_to_the_totals_even_where_they_are_not_told() {
    let (statement, mut lines) = worked();
    lines.pop();
    let error = write_advice(&statement, &two_accounts(), AccountForm::Rib, given(&lines), &mut io::sink());
    assert!(error.unwrap_err().to_string().contains("0 refund(s)"));
}

#[test]
fn without_an_account_there_is_no_advice() {
    let (statement, lines) = worked();
    let error = write_advice(&statement, &Terms::default(), AccountForm::Rib, given(&lines), &mut io::sink());
    assert!(error.unwrap_err().to_string().contains("header: accounts"));
}

fn paying() -> PayingAccount {
    PayingAccount {
        name: "Fatoura – Établissement de paiement".to_owned(),
        rib: "011519000001205000534921".to_owned(),
        bic: Some("BMCEMAMC".to_owned()),
        clearing_member: None,
        form: AccountForm::Rib,
        batch_booking: false,
    }
}

fn transfer(biller: u16, account: u8, amount: i64, execution: &str) -> Transfer {
    Transfer {
        id: TransferId { biller, window: 4_000, account, repeats: 0 },
        sequence: 57,
        day: "2026-11-24".parse().unwrap(),
        holder: "Télécom Maghreb & Cie <SA>".to_owned(),
        rib: "007780000012345678901209".to_owned(),
        amount: Money::from_minor(amount),
        execution: execution.parse::<NaiveDate>().unwrap(),
    }
}

fn message(version: TransferVersion, from: &PayingAccount, transfers: &[Transfer]) -> (String, Written) {
    let run = TransferRun { number: 12, created: utc("2026-11-24T17:05:00Z"), from, transfers };
    let mut bytes = Vec::new();
    let written = write_transfers(version, &run, &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_valid(&text, if version == TransferVersion::V03 { "pain.001.001.03" } else { "pain.001.001.09" });
    (text, written)
}

#[rstest]
#[case("transfers_03", TransferVersion::V03)]
#[case("transfers_09", TransferVersion::V09)]
fn a_run(#[case] name: &str, #[case] version: TransferVersion) {
    let transfers = [
        transfer(1101, 1, 33_719, "2026-11-26"),
        transfer(1101, 2, 14_451, "2026-11-26"),
        transfer(1201, 1, 120_000, "2026-11-25"),
    ];
    let (text, told) = message(version, &paying(), &transfers);
    assert_eq!((told.bytes, told.lines), (text.len() as u64, 3));
    assert_eq!(element(&text, "CtrlSum"), ["1681.70", "1200.00", "481.70"]);
    insta::assert_snapshot!(name, text);
    assert_eq!(message(version, &paying(), &transfers).0, text);
}

#[rstest]
fn every_way_to_name_accounts_and_banks(
    #[values(TransferVersion::V03, TransferVersion::V09)] version: TransferVersion,
    #[values(AccountForm::Rib, AccountForm::Iban)] form: AccountForm,
    #[values((Some("BMCEMAMCXXX"), None), (None, Some("011")), (None, None))] bank: (Option<&str>, Option<&str>),
    #[values(true, false)] batch_booking: bool,
) {
    let (bic, clearing_member) = (bank.0.map(str::to_owned), bank.1.map(str::to_owned));
    let from = PayingAccount { bic, clearing_member, form, batch_booking, ..paying() };
    let (text, _) = message(version, &from, &[transfer(1101, 1, 48_170, "2026-11-26")]);
    assert_eq!(text.contains("<IBAN>MA64011519000001205000534921</IBAN>"), form == AccountForm::Iban);
}

#[test]
fn a_large_run() {
    let transfers: Vec<Transfer> = (0..10_000)
        .map(|number| Transfer {
            sequence: 1,
            ..transfer(1000 + number % 9_000, (number / 9_000 + 1) as u8, 1, "2026-11-25")
        })
        .collect();
    let (text, _) = message(TransferVersion::V09, &paying(), &transfers);
    assert_eq!(element(&text, "CtrlSum"), ["100.00", "100.00"]);
}

fn refused_run(from: &PayingAccount, transfers: &[Transfer]) -> String {
    let run = TransferRun { number: 12, created: utc("2026-11-24T17:05:00Z"), from, transfers };
    let mut bytes = Vec::new();
    let error = write_transfers(TransferVersion::V09, &run, &mut bytes).unwrap_err();
    assert!(bytes.is_empty());
    error.to_string()
}

fn one(change: impl FnOnce(&mut PayingAccount, &mut Transfer)) -> String {
    let (mut from, mut transfer) = (paying(), transfer(1101, 1, 48_170, "2026-11-26"));
    change(&mut from, &mut transfer);
    refused_run(&from, &[transfer])
}

#[rstest]
#[case::none(refused_run(&paying(), &[]), "run 12: transfers: 0, expected 1 to 10000")]
#[case::twice(refused_run(&paying(), &[transfer(1101, 1, 1, "2026-11-25"), transfer(1101, 1, 1, "2026-11-26")]), "transfer FT1101W4000A1: id: twice")]
#[case::zero(one(|_, transfer| transfer.amount = Money::ZERO), "transfer FT1101W4000A1: amount: expected 0.01 to")]
#[case::negative(one(|_, transfer| transfer.amount = Money::from_minor(-1)), "amount")]
#[case::huge(one(|_, transfer| transfer.amount = Money::from_minor(i64::MAX)), "amount")]
#[case::rib(one(|_, transfer| transfer.rib.replace_range(23.., "0")), "transfer FT1101W4000A1: rib")]
#[case::holder(one(|_, transfer| transfer.holder = " / ".to_owned()), "transfer FT1101W4000A1: holder")]
#[case::own_rib(one(|from, _| from.rib.clear()), "run 12: rib")]
#[case::bic(one(|from, _| from.bic = Some("bmcemamc".to_owned())), "run 12: bic")]
#[case::member(one(|from, _| from.clearing_member = Some("0 11".to_owned())), "run 12: clearing_member")]
#[case::sum(refused_run(&paying(), &[transfer(1101, 1, 999_999_999_999_999_999, "2026-11-25"), transfer(1101, 2, 1, "2026-11-26")]), "run 12: transfers: they add up past")]
fn not_paid_so(#[case] said: String, #[case] expected: &str) {
    assert!(said.contains(expected), "{said}");
}
