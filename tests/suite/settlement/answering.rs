//! kill -9 in the middle of the write of a bank's answer that rejects all transfers: nothing of it is there, and the same file
//! is taken in whole later.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use ledger::DatabaseUrl;
use rstest::rstest;
use tokio::task::block_in_place;

use super::large::kill;
use super::seeding::pay_many;
use super::{ran, settle_windows};
use crate::crash::program::{BILLERS, Place};
use crate::support::{Backend, TestDatabase};

const WAIT_MAX: Duration = Duration::from_secs(60);
/// How long nobody else may write before the program is known to be in the middle: its other writes take moments.
const HELD: Duration = Duration::from_millis(400);

/// The bank says no to all of a message.
fn answer(message: &str) -> String {
    format!(
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><CstmrPmtStsRpt><GrpHdr><MsgId>ANSWER</MsgId></GrpHdr>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>RJCT</GrpSts>\
         </OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
    )
}

/// Begins the import, and kills it once it waits inside its write, at a transfer that is not the first.
fn cut(place: &Place, transfer: i64, begin: impl Fn() -> Child) {
    let until = Instant::now() + WAIT_MAX;
    match &place.database.url {
        // The write takes long at that transfer: nobody else may write meanwhile.
        DatabaseUrl::Sqlite(path) => {
            let mut other = SqliteConnection::establish(&path.display().to_string()).unwrap();
            let slow = format!(
                "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) \
                 SELECT i FROM n; \
                 CREATE TRIGGER cut BEFORE UPDATE ON transfers WHEN OLD.id = {transfer} BEGIN SELECT COUNT(*) FROM endless; END"
            );
            other.batch_execute(&slow).unwrap();
            let (mut child, mut free_at) = (begin(), Instant::now());
            while free_at.elapsed() < HELD {
                if other.batch_execute("BEGIN IMMEDIATE; ROLLBACK").is_ok() {
                    free_at = Instant::now();
                }
                assert!(child.try_wait().unwrap().is_none() && Instant::now() < until, "it does not come that far");
                std::thread::sleep(Duration::from_millis(5));
            }
            kill(place, child);
            place.database.run("DROP TRIGGER cut; DROP VIEW endless");
        }
        // Somebody else holds that transfer: the write waits.
        DatabaseUrl::Postgres(url) => {
            let mut other = PgConnection::establish(url).unwrap();
            other.batch_execute(&format!("BEGIN; SELECT id FROM transfers WHERE id = {transfer} FOR UPDATE")).unwrap();
            let mut child = begin();
            let waits =
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while place.database.number(waits) == 0 {
                assert!(child.try_wait().unwrap().is_none() && Instant::now() < until, "it does not come that far");
                std::thread::sleep(Duration::from_millis(5));
            }
            kill(place, child);
            other.batch_execute("ROLLBACK").unwrap();
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_an_answer_is_written(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let place = block_in_place(|| Place::new(database, "http://127.0.0.1:7000".to_owned()));
    ran(&place, &["job", "run", "open_windows"]).done();
    for biller in BILLERS {
        block_in_place(|| pay_many(&place.database, biller, 3));
    }
    settle_windows(&place, 2);
    ran(&place, &["job", "run", "order_transfers"]).done();
    let number = |query: &str| block_in_place(|| place.database.number(query));
    let text = |query: &str| block_in_place(|| place.database.texts(query).remove(0));
    let ordered = number("SELECT COUNT(*) FROM transfers WHERE order_id IS NOT NULL");
    assert!(ordered >= 3, "{ordered}");
    let path = place.path("answer.xml");
    fs::write(&path, answer(&text("SELECT message_id AS text FROM transfer_orders"))).unwrap();
    let before = "SELECT MIN(state) || ' ' || MAX(state) AS text FROM transfers";
    let (as_ordered, transfer) = (text(before), number("SELECT id FROM transfers ORDER BY id LIMIT 1 OFFSET 1"));

    let words = ["reconcile", "import", "answer.xml"];
    let begin = || place.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    block_in_place(|| cut(&place, transfer, begin));
    assert_eq!(text(before), as_ordered);
    assert_eq!(number("SELECT COUNT(*) FROM breaks"), 0);
    place.check_books();

    ran(&place, &words).done();
    assert_eq!(number("SELECT COUNT(*) FROM transfers WHERE ended_at IS NOT NULL"), ordered);
    assert_eq!(number("SELECT COUNT(*) FROM breaks"), ordered);
    assert!(ran(&place, &words).done().contains("known"));
    place.check_books();
}
