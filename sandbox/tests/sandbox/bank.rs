//! The bank: orders in, answers and statements out, each held to the schemas of ISO 20022.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::Once;

use chrono::{NaiveDate, TimeDelta, Utc};
use rstest::rstest;
use sandbox::{BankAnswer, BreakKind, Control, PlannedBreak, RunningSandbox, Sandbox, SandboxConfig};

/// Fails unless a schema allows the message. Without `xmllint` it says so, and that is all.
fn assert_valid(message: &str, schema: &str) {
    static SAID: Once = Once::new();
    let path = format!("{}/../settlement/tests/xsd/{schema}.xsd", env!("CARGO_MANIFEST_DIR"));
    let started = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema", &path, "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut lint) = started else {
        let required = std::env::var("FATOURA_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1");
        assert!(!required, "xmllint is missing (scripts/setup test brings it)");
        // Past the capture of output: a test that passes would not be heard.
        let mut stderr = io::stderr();
        SAID.call_once(|| writeln!(stderr, "skipped: schemas, as xmllint is not installed").unwrap());
        return;
    };
    lint.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    let output = lint.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{message}", String::from_utf8_lossy(&output.stderr));
}

const RIBS: [&str; 2] = ["007780000012345678901209", "011519000001205000534921"];

fn today() -> NaiveDate {
    Utc::now().date_naive()
}

/// An order of two transfers, 1200.00 and 481.70.
fn order(id: &str, message: &str, is_batch: bool, ribs: [&str; 2]) -> String {
    let day = match message {
        "pain.001.001.03" => format!("<ReqdExctnDt>{}</ReqdExctnDt>", today()),
        _ => format!("<ReqdExctnDt><Dt>{}</Dt></ReqdExctnDt>", today()),
    };
    let bic = if message == "pain.001.001.03" { "BIC" } else { "BICFI" };
    let transfer = |number: usize, amount: &str| {
        format!(
            "<CdtTrfTxInf><PmtId><EndToEndId>{id}T{number}</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"MAD\">{amount}\
             </InstdAmt></Amt><Cdtr><Nm>R&amp;D {number}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>{}</Id></Othr></Id>\
             </CdtrAcct></CdtTrfTxInf>",
            ribs[number]
        )
    };
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{message}\">\
         <CstmrCdtTrfInitn><GrpHdr><MsgId>{id}</MsgId><CreDtTm>2026-11-24T18:05:00+01:00</CreDtTm><NbOfTxs>2</NbOfTxs>\
         <CtrlSum>1681.70</CtrlSum><InitgPty><Nm>Fatoura</Nm></InitgPty></GrpHdr><PmtInf><PmtInfId>{id}P1</PmtInfId>\
         <PmtMtd>TRF</PmtMtd><BtchBookg>{is_batch}</BtchBookg><NbOfTxs>2</NbOfTxs><CtrlSum>1681.70</CtrlSum>{day}\
         <Dbtr><Nm>Fatoura</Nm></Dbtr><DbtrAcct><Id><Othr><Id>011780000000123456789047</Id></Othr></Id></DbtrAcct>\
         <DbtrAgt><FinInstnId><{bic}>BMCEMAMC</{bic}></FinInstnId></DbtrAgt>{}{}</PmtInf></CstmrCdtTrfInitn></Document>",
        transfer(0, "1200.00"),
        transfer(1, "481.70"),
    );
    assert_valid(&text, message);
    text
}

struct Bank {
    sandbox: RunningSandbox,
    control: Control,
}

impl Bank {
    async fn start() -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let control = sandbox.control();
        Self { sandbox, control }
    }

    /// Puts an order before the bank: its answer, and that nothing else is left.
    fn put(&self, text: &str) -> String {
        self.control.put_down("bank", "orders/a.xml", text.as_bytes());
        let mut files = self.control.dropped_files();
        assert_eq!(files.len(), 1, "{files:?}");
        let answer = files.remove(0);
        assert!(answer.path.starts_with("answers/"), "{answer:?}");
        let bytes = self.control.pick_up("bank", &answer.path).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Puts a good order there; its answer is valid.
    fn order(&self, id: &str, is_batch: bool) -> String {
        let answer = self.put(&order(id, "pain.001.001.09", is_batch, RIBS));
        assert_valid(&answer, "pain.002.001.10");
        answer
    }

    fn amounts(&self) -> Vec<i64> {
        self.control.bank_entries().iter().map(|entry| entry.minor).collect()
    }

    fn statement(&self, day: NaiveDate) -> String {
        let text = self.control.bank_statement(day);
        assert_valid(&text, "camt.053.001.08");
        text
    }
}

fn status(answer: &str, element: &str) -> Vec<String> {
    let open = format!("<{element}>");
    answer.split(&open).skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

#[rstest]
#[case::one_by_one(false, &[-120_000, -48_170])]
#[case::as_a_batch(true, &[-168_170])]
#[tokio::test]
async fn an_order_is_accepted_and_booked(#[case] is_batch: bool, #[case] amounts: &[i64]) {
    let bank = Bank::start().await;
    let answer = bank.order("FTR1", is_batch);
    assert_eq!((status(&answer, "GrpSts"), status(&answer, "OrgnlMsgId")), (vec!["ACCP".into()], vec!["FTR1".into()]));
    assert_eq!(status(&answer, "OrgnlEndToEndId"), ["FTR1T0", "FTR1T1"]);
    assert_eq!(status(&answer, "OrgnlMsgNmId"), ["pain.001.001.09"]);
    assert_eq!(bank.amounts(), amounts);
    let text = bank.statement(today());
    assert_eq!(status(&text, "EndToEndId"), ["FTR1T0", "FTR1T1"]);
    assert!(text.contains(">1000000.00<") && text.contains(">998318.30<") && text.contains("R&amp;D 0"), "{text}");
    assert_eq!(text.contains("<Btch>"), is_batch);
    let next = bank.statement(today() + TimeDelta::days(1));
    assert_eq!(next.matches(">998318.30<").count(), 2, "it goes on from there: {next}");
    bank.sandbox.stop().await;
}

#[rstest]
#[case::one(BankAnswer::RejectOne, "PART", &["RJCT", "ACCP"], &[-48_170])]
#[case::all(BankAnswer::RejectAll, "RJCT", &[], &[])]
#[case::less(BankAnswer::BookLess, "ACCP", &["ACCP", "ACCP"], &[-119_900, -48_170])]
#[case::not(BankAnswer::BookNot, "ACCP", &["ACCP", "ACCP"], &[-48_170])]
#[case::twice(BankAnswer::BookTwice, "ACCP", &["ACCP", "ACCP"], &[-240_000, -48_170])]
#[tokio::test]
async fn what_is_planned_happens_once(
    #[case] plan: BankAnswer,
    #[case] group: &str,
    #[case] transfers: &[&str],
    #[case] amounts: &[i64],
) {
    let bank = Bank::start().await;
    bank.control.plan_bank(plan);
    let answer = bank.order("FTR1", false);
    assert_eq!(status(&answer, "GrpSts"), [group]);
    assert_eq!(status(&answer, "TxSts"), transfers);
    assert_eq!(answer.contains("<Cd>AC01</Cd>"), plan == BankAnswer::RejectOne);
    assert_eq!(answer.contains("<Cd>FF01</Cd>"), plan == BankAnswer::RejectAll);
    let booked: i64 = bank.amounts().iter().sum();
    assert_eq!(booked, amounts.iter().sum::<i64>());
    bank.statement(today());
    assert_eq!(status(&bank.order("FTR2", false), "GrpSts"), ["ACCP"]);
    bank.sandbox.stop().await;
}

/// What the bank sees by itself: a repeated message, an account that is none, sums that do not tie, no order at all.
#[tokio::test]
async fn orders_that_are_not_right() {
    let bank = Bank::start().await;
    bank.order("FTR1", false);
    let again = bank.order("FTR1", false);
    assert_eq!((status(&again, "GrpSts"), again.contains("<Cd>DU01</Cd>")), (vec!["RJCT".into()], true));
    assert_eq!(bank.amounts().len(), 2, "nothing is paid twice");
    let wrong = order("FTR2", "pain.001.001.03", false, [RIBS[0], "011519000001205000534922"]);
    let answer = bank.put(&wrong);
    assert_valid(&answer, "pain.002.001.10");
    assert_eq!(
        (status(&answer, "GrpSts"), status(&answer, "TxSts")),
        (vec!["PART".into()], vec!["ACCP".into(), "RJCT".into()])
    );
    let sums = order("FTR3", "pain.001.001.09", false, RIBS).replacen("1681.70", "1681.71", 1);
    let answer = bank.put(&sums);
    assert_valid(&answer, "pain.002.001.10");
    assert!(answer.contains("<Cd>AM10</Cd>"), "{answer}");
    assert!(bank.put("no order").contains("orders/a.xml: "));
    assert_eq!(bank.amounts().len(), 3);
    bank.sandbox.stop().await;
}

/// Fees, credits of strangers, and transfers that come back, over HTTP; the statement ties with them.
#[tokio::test]
async fn other_movements() {
    let bank = Bank::start().await;
    bank.order("FTR1", true);
    let (base, http, day) = (bank.sandbox.base_url(), reqwest::Client::builder().no_proxy().build().unwrap(), today());
    let post = async |path: &str, body: String| {
        let request = http.post(format!("{base}/bank/{path}")).body(body);
        request.send().await.unwrap().status().as_u16()
    };
    let fee = format!("{{\"day\": \"{day}\", \"minor\": -1000, \"about\": \"FRAIS\"}}");
    assert_eq!(post("entries", fee).await, 201);
    let credit = format!("{{\"day\": \"{day}\", \"minor\": 5000, \"about\": \"VERSEMENT\"}}");
    assert_eq!(post("entries", credit).await, 201);
    let back = |id: &str| format!("{{\"end_to_end_id\": \"{id}\", \"code\": \"AC04\", \"day\": \"{day}\"}}");
    assert_eq!(post("returns", back("FTR1T1")).await, 201);
    assert_eq!(post("returns", back("FTR9T9")).await, 404);
    assert_eq!(post("plans", "{\"answer\": \"reject_all\"}".to_owned()).await, 201);
    assert_eq!(post("plans", "{}".to_owned()).await, 400);
    assert_eq!(bank.amounts(), [-168_170, -1_000, 5_000, 48_170]);
    let text = http.get(format!("{base}/bank/statement?day={day}")).send().await.unwrap().text().await.unwrap();
    assert_eq!(text.replace(char::is_numeric, ""), bank.statement(day).replace(char::is_numeric, ""));
    assert!(text.contains("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"), "{text}");
    assert!(text.contains(">998840.00<"), "1,000,000.00 - 1,681.70 - 10.00 + 50.00 + 481.70: {text}");
    assert_eq!(status(&bank.order("FTR2", false), "GrpSts"), ["RJCT"]);
    bank.sandbox.stop().await;
}

/// A notification tells of what is booked so far, with what is planned to be wrong with the day, as the statement does after
/// it: once.
#[tokio::test]
async fn what_is_booked_is_told_before_the_statement() {
    let bank = Bank::start().await;
    bank.order("FTR1", false);
    bank.control.plan_break(PlannedBreak::new("bank", BreakKind::Unknown)).unwrap();
    let day = today();
    let path = bank.control.notify_bank(day).unwrap();
    let (user, path) = path.split_once('/').unwrap();
    let text = String::from_utf8(bank.control.pick_up(user, path).unwrap()).unwrap();
    assert_valid(&text, "camt.054.001.08");
    assert_eq!(bank.amounts(), [-120_000, -48_170, 32_100]);
    assert_eq!(status(&text, "AcctSvcrRef"), status(&bank.statement(day), "AcctSvcrRef"));
    assert_eq!(status(&text, "AcctSvcrRef").len(), 3);
    assert!(bank.control.planned_breaks().is_empty());
    assert!(bank.control.notify_bank(day + TimeDelta::days(2)).unwrap_err().contains("has not begun"));
    bank.sandbox.stop().await;
}
