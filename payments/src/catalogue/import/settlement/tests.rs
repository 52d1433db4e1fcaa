use std::collections::BTreeSet;

use chrono::{NaiveTime, Weekday};
use ledger::{Channel, Instrument, Money};
use rstest::rstest;
use rust_decimal::Decimal;
use settlement::terms::{
    CommissionRule, Contract, Cycle, Delivery, FileFormat, OnRefunds, PayoutAccount, Sftp, Terms, WHOLE,
};

use crate::catalogue::Biller;
use crate::catalogue::import::{parse, tests};

/// The guide's example with other words in `[settlement]`.
fn with(settlement: &str) -> String {
    let (before, rest) = tests::example().split_once("[settlement]\n").unwrap();
    let (_, after) = rest.split_once("# A bill that is fetched").unwrap();
    format!("{before}[settlement]\n{settlement}\n# {after}")
}

const ONE: &str = "name = \"X SA\"\nrib = \"0077 8000 0012 3456 7890 1209\"\n";

fn terms(settlement: &str) -> Terms {
    parse(&with(settlement), &tests::variables).unwrap().remove(0).terms
}

#[test]
fn the_guides_terms() {
    let account = |holder: &str, rib: &str, basis_points| PayoutAccount {
        holder: holder.to_owned(),
        rib: rib.to_owned(),
        basis_points,
    };
    let any = CommissionRule { channel: None, instrument: None, percent: Decimal::ONE, flat: Money::ZERO };
    let voice = CommissionRule {
        channel: Some(Channel::Ivr),
        instrument: Some(Instrument::Card),
        percent: Decimal::new(8, 1),
        flat: Money::from_minor(100),
    };
    let sftp = Sftp {
        host: "sftp.telecom.example".to_owned(),
        port: 22,
        user: "fatoura".to_owned(),
        folder: "/reglements".to_owned(),
        key: "telecom".to_owned(),
        host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINzXIBBB2COQop/nrMni69vuX+u/9WKjznMiDEfAXWYg".to_owned(),
    };
    let expected = Terms {
        cycle: Cycle::Weekly { days: vec![Weekday::Mon, Weekday::Thu] },
        minimum: Some(Money::from_minor(10_000)),
        commissions: vec![any, voice],
        accounts: vec![
            account("Télécom Maghreb SA", "007780000012345678901209", 7_000),
            account("Télécom Maghreb Recharge SARL", "011519000001205000534921", 3_000),
        ],
        formats: vec![FileFormat::Csv, FileFormat::Camt054],
        delivery: Delivery { mail: Some("comptabilite@telecom.example".to_owned()), sftp: Some(sftp) },
        ..Terms::default()
    };
    assert_eq!(parse(tests::example(), &tests::variables).unwrap()[0].terms, expected);
}

#[test]
fn one_account_takes_everything_on_the_usual_terms() {
    assert_eq!(terms(ONE), Terms::to_one("X SA", "007780000012345678901209"));
}

#[rstest]
#[case::quoted("cut_off = \"17:30:00\"", |terms: &Terms| terms.cut_off == NaiveTime::from_hms_opt(17, 30, 0).unwrap())]
#[case::bare("cut_off = 00:00:01", |terms: &Terms| terms.cut_off == NaiveTime::from_hms_opt(0, 0, 1).unwrap())]
#[case::monthly("cycle = \"monthly\"\nday = 31", |terms: &Terms| terms.cycle == Cycle::Monthly { day: 31 })]
#[case::gross("contract = \"gross\"", |terms: &Terms| terms.contract == Contract::Gross)]
#[case::on_refunds("on_refunds = \"return\"", |terms: &Terms| terms.on_refunds == OnRefunds::Return)]
#[case::vat("vat_percent = \"10\"", |terms: &Terms| terms.vat_percent == Decimal::TEN)]
#[case::files("files = [\"fixed\"]", |terms: &Terms| terms.formats == [FileFormat::Fixed])]
fn other_terms(#[case] line: &str, #[case] holds: fn(&Terms) -> bool) {
    let found = terms(&format!("{ONE}{line}"));
    assert!(holds(&found), "{found:?}");
}

#[test]
fn definitions_of_before_terms_still_load() {
    let biller = parse(&with(ONE), &tests::variables).unwrap().remove(0);
    let mut stored = serde_json::to_value(&biller).unwrap();
    let fields = stored.as_object_mut().unwrap();
    fields.remove("terms");
    fields.insert("settlement_name".to_owned(), "X SA".into());
    fields.insert("settlement_rib".to_owned(), "007780000012345678901209".into());
    assert_eq!(Biller::from_stored(&stored.to_string()).unwrap(), biller);
    stored.as_object_mut().unwrap().remove("settlement_rib");
    assert!(Biller::from_stored(&stored.to_string()).is_err());
}

const SPLIT: &str = "account = [{ name = \"A\", rib = \"007780000012345678901209\", share = \"70\" }, \
                     { name = \"B\", rib = \"011519000001205000534921\", share = \"30\" }]";
const SFTP: &str = "[settlement.delivery.sftp]\nhost = \"h.example\"\nuser = \"u\"\nfolder = \"/f\"\nkey = \"k\"\n\
                    host_key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINzXIBBB2COQop/nrMni69vuX+u/9WKjznMiDEfAXWYg\"";

fn one(lines: &str) -> String {
    format!("{ONE}{lines}")
}

fn sftp(from: &str, to: &str) -> String {
    assert!(SFTP.contains(from));
    one(&SFTP.replace(from, to))
}

#[rstest]
#[case::no_account(String::new(), "settlement.name", "missing")]
#[case::no_rib("name = \"X\"".to_owned(), "settlement.rib", "missing")]
#[case::both(one(SPLIT), "settlement.rib", "nothing: the accounts stand under")]
#[case::shares(SPLIT.replace("\"30\"", "\"29.99\""), "settlement.account", "make 100 percent together; found 99.99")]
#[case::share_zero(SPLIT.replace("\"30\"", "\"0\""), "settlement.account[1].share", "above \"0\"")]
#[case::share_fine(SPLIT.replace("\"30\"", "\"30.001\""), "settlement.account[1].share", "two decimal places")]
#[case::same_account(SPLIT.replace("011519000001205000534921", "007780000012345678901209"), "settlement.account[1]", "every rib once")]
#[case::no_share(SPLIT.replace(", share = \"30\"", ""), "settlement.account[1].share", "missing")]
#[case::account_rib(SPLIT.replace("4921", "4922"), "settlement.account[1].rib", "multiple of 97")]
#[case::long_name(ONE.replace("X SA", &"X".repeat(71)), "settlement.name", "at most 70 characters")]
#[case::cycle(one("cycle = \"yearly\""), "settlement.cycle", "daily, weekly or monthly")]
#[case::no_days(one("cycle = \"weekly\""), "settlement.days", "missing")]
#[case::empty_days(one("cycle = \"weekly\"\ndays = []"), "settlement.days", "at least one")]
#[case::same_day(one("cycle = \"weekly\"\ndays = [\"mon\", \"mon\"]"), "settlement.days", "each once")]
#[case::other_day(one("cycle = \"weekly\"\ndays = [\"lundi\"]"), "settlement.days[0]", "mon, tue")]
#[case::days_daily(one("days = [\"mon\"]"), "settlement.days", "goes with cycle = \"weekly\"")]
#[case::day_weekly(
    one("cycle = \"weekly\"\ndays = [\"mon\"]\nday = 1"),
    "settlement.day",
    "goes with cycle = \"monthly\""
)]
#[case::no_day(one("cycle = \"monthly\""), "settlement.day", "missing")]
#[case::day_32(one("cycle = \"monthly\"\nday = 32"), "settlement.day", "1 to 31")]
#[case::cut_off(one("cut_off = \"25:00:00\""), "settlement.cut_off", "18:00:00")]
#[case::cut_off_short(one("cut_off = \"18:00\""), "settlement.cut_off", "18:00:00")]
#[case::cut_off_fraction(one("cut_off = 18:00:00.5"), "settlement.cut_off", "18:00:00")]
#[case::cut_off_leap(one("cut_off = \"23:59:60\""), "settlement.cut_off", "18:00:00")]
#[case::cut_off_number(one("cut_off = 18"), "settlement.cut_off", "18:00:00")]
#[case::contract(one("contract = \"brut\""), "settlement.contract", "net (")]
#[case::minimum(one("minimum = 100"), "settlement.minimum", "quoted amount")]
#[case::vat(one("vat_percent = \"101\""), "settlement.vat_percent", "percentage")]
#[case::on_refunds(one("on_refunds = \"give\""), "settlement.on_refunds", "keep or return")]
#[case::no_files(one("files = []"), "settlement.files", "at least one")]
#[case::file_twice(one("files = [\"csv\", \"csv\"]"), "settlement.files[1]", "each once")]
#[case::file(one("files = [\"pdf\"]"), "settlement.files[0]", "csv, fixed, camt054")]
#[case::commission_of_nothing(
    one("commission = [{ channel = \"WEB\" }]"),
    "settlement.commission[0]",
    "percent, flat or both"
)]
#[case::commission_channel(
    one("commission = [{ channel = \"SHOP\", percent = \"1\" }]"),
    "settlement.commission[0].channel",
    "WEB"
)]
#[case::commission_instrument(
    one("commission = [{ instrument = \"gold\", percent = \"1\" }]"),
    "settlement.commission[0].instrument",
    "card"
)]
#[case::commission_percent(
    one("commission = [{ percent = \"-1\" }]"),
    "settlement.commission[0].percent",
    "percentage"
)]
#[case::commission_flat(one("commission = [{ flat = 2 }]"), "settlement.commission[0].flat", "quoted amount")]
#[case::commission_matrix(
    one("commission = [{ channel = \"WEB\", instrument = \"cash\", flat = \"1.00\" }]"),
    "settlement.commission[0]",
    "found cash on WEB"
)]
#[case::commission_twice(
    one("commission = [{ percent = \"1\" }, { flat = \"1.00\" }]"),
    "settlement.commission[1]",
    "any channel with any instrument again"
)]
#[case::mail(one("[settlement.delivery]\nmail = \"nobody\""), "settlement.delivery.mail", "a mail address")]
#[case::unknown(one("[settlement.delivery]\nfax = \"1\""), "settlement.delivery.fax", "unknown key")]
#[case::sftp_host(sftp("h.example", "-h"), "settlement.delivery.sftp.host", "host name")]
#[case::sftp_user(sftp("\"u\"", "\"-oProxy\""), "settlement.delivery.sftp.user", "letters")]
#[case::sftp_folder(sftp("/f", "/f/../g"), "settlement.delivery.sftp.folder", "without . and ..")]
#[case::sftp_key(sftp("\"k\"", "\"/etc/key\""), "settlement.delivery.sftp.key", "name of a key")]
#[case::sftp_host_key(sftp("AAAAC3Nza", "AAAAC3Nzb"), "settlement.delivery.sftp.host_key", "known_hosts")]
#[case::sftp_no_host_key(sftp("host_key", "hostkey"), "settlement.delivery.sftp.host_key", "missing")]
#[case::sftp_port(sftp("user", "port = 0\nuser"), "settlement.delivery.sftp.port", "1 to 65535")]
fn faults(#[case] settlement: String, #[case] path: &str, #[case] said: &str) {
    let text = with(&settlement);
    let faults = parse(&text, &tests::variables).unwrap_err();
    let first = text.lines().position(|line| line == "[settlement]").unwrap() + 1;
    let lines = first..=first + settlement.lines().count() + 1;
    let hit =
        faults.iter().any(|fault| fault.path == path && fault.expected.contains(said) && lines.contains(&fault.line));
    assert!(hit, "{faults:#?}");
}

#[test]
fn too_many_accounts() {
    let account = "{ name = \"A\", rib = \"007780000012345678901209\", share = \"1\" },".repeat(21);
    let faults = parse(&with(&format!("account = [{account}]")), &tests::variables).unwrap_err();
    assert!(faults[0].expected.contains("at most 20 accounts; found 21"), "{faults:#?}");
}

#[test]
fn the_sandbox_has_terms_of_every_kind() {
    let catalogue = tests::sandbox();
    let count = |holds: &dyn Fn(&Terms) -> bool| catalogue.billers().iter().filter(|b| holds(&b.terms)).count();
    assert!(count(&|terms| matches!(terms.cycle, Cycle::Weekly { .. })) >= 1);
    assert!(count(&|terms| matches!(terms.cycle, Cycle::Monthly { .. })) >= 1);
    assert!(count(&|terms| terms.contract == Contract::Gross && !terms.commissions.is_empty()) >= 1);
    assert!(count(&|terms| terms.accounts.len() == 2) >= 1);
    assert!(count(&|terms| terms.minimum.is_some()) >= 1);
    assert!(count(&|terms| terms.commissions.len() == 2) >= 1);
    assert!(count(&|terms| terms.on_refunds == OnRefunds::Return) >= 1);
    assert!(count(&|terms| terms.formats == [FileFormat::Fixed, FileFormat::Camt054]) >= 1);
    assert!(count(&|terms| terms.delivery.mail.is_some()) >= 1);
    assert!(count(&|terms| terms.delivery.sftp.is_some()) >= 1);
    let of = |biller: &Biller| biller.terms.accounts.iter().map(|account| u32::from(account.basis_points)).sum::<u32>();
    assert_eq!(catalogue.billers().iter().map(of).collect::<BTreeSet<_>>(), BTreeSet::from([u32::from(WHOLE)]));
}
