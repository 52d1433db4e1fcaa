//! kill -9 inside of each step of bringing the bank what it is to pay: it reads one order, and pays once.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use rstest::rstest;
use russh::keys::ssh_key::LineEnding;
use sandbox::{FaultKind, FaultRule, Sandbox, SandboxConfig};
use tokio::task::block_in_place;

use super::delivering::key;
use super::large::{begin, kill};
use super::seeding::pay_many;
use super::{ran, settle_windows};
use crate::crash::program::Place;
use crate::support::{Backend, TestDatabase};

/// Longest wait for a step to be reached.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Longer than any test: what was asked for is not done.
const NEVER_MS: u64 = 120_000;
/// What was asked for is done, after whoever asked was killed.
const LATER_MS: u64 = 300;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_bank_is_asked(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let (base, control, files) = (sandbox.base_url(), sandbox.control(), sandbox.sftp_addr());
    let mut place = block_in_place(|| Place::new(database, base));
    let path = place.path("key");
    fs::write(&path, key().to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
    place.set("FATOURA_SFTP_KEY_MAIN", &path.display().to_string());
    for (name, value) in [
        ("HOST", files.ip().to_string()),
        ("PORT", files.port().to_string()),
        ("USER", "bank".to_owned()),
        ("FOLDER", "orders".to_owned()),
        ("KEY", "main".to_owned()),
        ("HOST_KEY", sandbox.sftp_host_key()),
    ] {
        place.set(&format!("FATOURA_BANK_SFTP_{name}"), &value);
    }
    ran(&place, &["job", "run", "open_windows"]).done();
    for biller in [1001, 1002] {
        block_in_place(|| pay_many(&place.database, biller, 5));
    }
    settle_windows(&place, 2);
    ran(&place, &["job", "run", "order_transfers"]).done();
    let number = |query: &str| block_in_place(|| place.database.number(query));
    let waiting = number("SELECT COUNT(*) FROM transfers WHERE order_id IS NOT NULL");
    assert!(waiting >= 2, "{waiting}");

    let steps = ["stat", "open", "write", "close", "rename"].map(|call| (call, NEVER_MS));
    for (call, ms) in steps.into_iter().chain([("rename", LATER_MS)]) {
        control.set_fault(FaultRule::new("sftp", FaultKind::Delay { ms }).on(call).times(1)).unwrap();
        let (mut child, until) = (begin(&place, "deliver_orders"), Instant::now() + WAIT_MAX);
        // It is taken off when the step is reached.
        while !control.faults().is_empty() {
            assert!(child.try_wait().unwrap().is_none() && Instant::now() < until, "{call} is not reached");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        kill(&place, child);
        assert_eq!(number("SELECT COUNT(*) FROM transfer_orders WHERE delivered_at IS NOT NULL"), 0, "{call}");
        if ms == NEVER_MS {
            assert!(control.bank_entries().is_empty(), "the bank has nothing to read yet: {call}");
        }
    }
    let until = Instant::now() + WAIT_MAX;
    while control.bank_entries().is_empty() {
        assert!(Instant::now() < until, "the bank does not read what was given its name");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let told = ran(&place, &["job", "run", "deliver_orders"]).done();
    assert!(told.contains("delivered 1"), "{told}");
    assert!(ran(&place, &["job", "run", "deliver_orders"]).done().contains("delivered 0"));
    assert_eq!(number("SELECT COUNT(*) FROM transfer_orders WHERE proof LIKE '%was taken up%'"), 1);
    assert_eq!(number("SELECT COUNT(*) FROM transfer_orders WHERE incident_id IS NOT NULL"), 0);
    let paid: Vec<(String, i64)> = control
        .bank_entries()
        .into_iter()
        .flat_map(|entry| entry.transfers)
        .map(|transfer| (transfer.end_to_end_id, transfer.minor))
        .collect();
    let names: BTreeSet<&String> = paid.iter().map(|(name, _)| name).collect();
    assert_eq!((i64::try_from(paid.len()).unwrap(), names.len()), (waiting, paid.len()), "{paid:?}");
    let asked = number("SELECT SUM(amount) FROM transfers WHERE order_id IS NOT NULL");
    assert_eq!(paid.iter().map(|(_, minor)| minor).sum::<i64>(), asked);
    let answers = control.dropped_files().into_iter().filter(|file| file.path.starts_with("answers/"));
    assert_eq!(answers.count(), 1, "one message was read");
    place.check_books();
    sandbox.stop().await;
}
