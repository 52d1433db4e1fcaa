//! kill -9 in the middle of a large file, and while the bank is asked: what has its name is whole, and nothing is asked for
//! twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand::RngExt;
use rstest::rstest;
use sandbox::{Sandbox, SandboxConfig};
use settlement::files::verify;
use tokio::task::block_in_place;

use super::seeding::pay_many;
use super::{end_leases, files, ran, settle_windows};
use crate::crash::program::Place;
use crate::support::{Backend, TestDatabase};

/// Has two forms of file.
const BILLER: u16 = 1002;
/// Some hundred kilobytes in each form.
const PAYMENTS: usize = 3_000;
/// Kills inside of a file; the file has grown further before each.
const KILLS: u64 = 4;
const GROWN: u64 = 24 * 1024;
/// Longest wait for a file to grow.
const WAIT_MAX: Duration = Duration::from_secs(60);

pub(super) fn begin(place: &Place, job: &str) -> Child {
    place.command(&["job", "run", job]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

pub(super) fn kill(place: &Place, mut child: Child) {
    child.kill().unwrap();
    block_in_place(|| child.wait()).unwrap();
    end_leases(place);
}

/// Files of the biller that are being written: path and bytes so far.
fn parts(place: &Place) -> Vec<(PathBuf, u64)> {
    let Ok(folder) = fs::read_dir(place.path(&format!("data/settlement/{BILLER}"))) else { return Vec::new() };
    let parts = folder.filter_map(|entry| {
        let path = entry.ok()?.path();
        let is_part = path.extension().is_some_and(|end| end == "part");
        let bytes = fs::metadata(&path).ok()?.len();
        is_part.then_some((path, bytes))
    });
    parts.collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn killed_inside_of_a_large_file(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let base = sandbox.base_url();
    let place = block_in_place(|| Place::new(database, base));
    ran(&place, &["job", "run", "open_windows"]).done();
    block_in_place(|| pay_many(&place.database, BILLER, PAYMENTS));
    settle_windows(&place, 2);
    for number in 1..=KILLS {
        let (mut child, until) = (begin(&place, "make_settlement_files"), Instant::now() + WAIT_MAX);
        let grown = loop {
            if let Some(part) = parts(&place).into_iter().find(|(_, bytes)| *bytes >= number * GROWN) {
                break part;
            }
            assert!(
                child.try_wait().unwrap().is_none(),
                "it was done before it could be killed for the {number}. time"
            );
            assert!(Instant::now() < until, "no file grows");
        };
        kill(&place, child);
        let whole = grown.0.file_name().unwrap().to_str().unwrap().trim_start_matches('.').trim_end_matches(".part");
        assert!(!grown.0.with_file_name(whole).exists(), "{whole} has its name and is half");
        let known = place.database.number(&format!("SELECT COUNT(*) FROM settlement_files WHERE name = '{whole}'"));
        assert_eq!(known, 0, "{whole} is known and half");
        fs::remove_file(&grown.0).unwrap();
    }
    ran(&place, &["job", "run", "make_settlement_files"]).done();
    super::assert_files_are_right(&place);
    assert!(parts(&place).is_empty());
    let made = files(&place).remove(&BILLER.to_string()).unwrap();
    let text = made.iter().find(|path| path.extension().is_some_and(|end| end == "txt")).unwrap();
    let mut payments = BTreeSet::new();
    let told = verify(std::io::BufReader::new(fs::File::open(text).unwrap()), |line| {
        assert!(payments.insert(line.payment), "{} stands twice", line.payment);
    });
    assert!(told.is_ok() && payments.len() == PAYMENTS, "{} of {PAYMENTS}", payments.len());

    // The bank is asked once for what it is to pay, whenever the one who asks is killed.
    let waiting = place.database.number("SELECT COUNT(*) FROM transfers");
    assert!(waiting > 0);
    for _ in 0..KILLS {
        let mut child = begin(&place, "order_transfers");
        let patience = Duration::from_millis(rand::rng().random_range(0..400));
        tokio::time::sleep(patience).await;
        if child.try_wait().unwrap().is_some() {
            end_leases(&place);
            break;
        }
        kill(&place, child);
    }
    ran(&place, &["job", "run", "order_transfers"]).done();
    assert_eq!(place.database.number("SELECT COUNT(*) FROM transfers WHERE order_id IS NULL"), 0);
    let orders = place
        .database
        .texts("SELECT message_id || ' ' || digest || ' ' || CAST(transfers AS TEXT) AS text FROM transfer_orders");
    let mut asked = 0;
    for order in &orders {
        let [message, digest, transfers] = order.split(' ').collect::<Vec<_>>()[..] else { panic!("{order}") };
        let bytes = fs::read(place.path(&format!("data/settlement/bank/{message}.xml"))).unwrap();
        assert_eq!(hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&bytes)), digest, "{message}");
        let named = String::from_utf8(bytes).unwrap().matches("<EndToEndId>").count();
        assert_eq!(named.to_string(), transfers, "{message}");
        asked += named;
    }
    assert_eq!(i64::try_from(asked).unwrap(), waiting);
    place.check_books();
    sandbox.stop().await;
}
