//! By SFTP, over a real connection to the sandbox's server.

use chrono::TimeDelta;
use ledger::DeliveryMeans::{Mail, Sftp as BySftp};
use rstest::rstest;
use sandbox::{FaultKind, FaultRule};

use super::*;

const USER: &str = "fatoura";
const PATH: &str = "reglements/1301_000001_20261124.csv";
const PART: &str = "reglements/.1301_000001_20261124.csv.part";

impl Bench {
    /// What is in the biller's folder.
    fn there(&self) -> Vec<(String, Vec<u8>)> {
        let files = self.sandbox.control().dropped_files();
        files.into_iter().filter(|file| file.user == USER).map(|file| (file.path, file.bytes)).collect()
    }

    fn fault(&self, call: &str, kind: FaultKind) {
        let rule = FaultRule::new("sftp", kind).on(call).times(1);
        self.sandbox.control().set_fault(rule).unwrap();
    }

    fn server(&mut self) -> &mut Sftp {
        self.wishes.sftp.as_mut().unwrap()
    }
}

#[rstest]
#[case::small(CONTENT.to_vec())]
#[case::empty(Vec::new())]
#[case::many_packets((0..1_000_000_u32).map(|n| n.to_be_bytes()[3] ^ n.to_be_bytes()[1]).collect())]
#[tokio::test]
async fn a_file_arrives_as_it_was_made(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] content: Vec<u8>,
) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, &content, &[BySftp]);
    assert_eq!(bench.run().await, (1, 0, 0), "{:?}", bench.delivery());
    assert!(bench.there() == [(PATH.to_owned(), content.clone())]);
    let delivery = bench.delivery();
    let port = bench.sandbox.sftp_addr().port();
    let proof = format!("fatoura@127.0.0.1:{port}/reglements/{NAME}: {} bytes", content.len());
    assert_eq!((delivery.proof, delivery.attempts), (proof, 1));
    assert_eq!(bench.run().await, (0, 0, 0));
    bench.stop().await;
}

/// Every answer of the server is lost once, after and before the work: in the end the file is there, once, whole.
#[rstest]
#[tokio::test]
async fn lost_connections(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("open", "write", "close", "stat", "rename")] call: &str,
    #[values(FaultKind::DropAfter, FaultKind::DropBefore)] kind: FaultKind,
    #[values(false, true)] is_picked_up: bool,
) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[BySftp]);
    bench.fault(call, kind);
    assert_eq!(bench.run().await, (0, 1, 0), "{:?}", bench.delivery());
    let failed = bench.delivery();
    assert_eq!(failed.is_offered, call == "rename", "{failed:?}");
    let has_arrived = bench.there().iter().any(|(path, _)| path == PATH);
    assert_eq!(has_arrived, call == "rename" && kind == FaultKind::DropAfter);
    // The biller is quick, and its folder is empty again.
    let taken = is_picked_up && bench.sandbox.control().pick_up(USER, PATH).is_some();
    bench.pass(TimeDelta::minutes(1));
    assert_eq!(bench.run().await, (1, 0, 0), "{:?}", bench.delivery());
    let delivery = bench.delivery();
    match taken {
        true => {
            assert_eq!(bench.there(), [], "it is not there a second time");
            assert!(delivery.proof.contains("was taken up"), "{delivery:?}");
        }
        false => assert_eq!(bench.there(), [(PATH.to_owned(), CONTENT.to_vec())]),
    }
    assert_eq!(delivery.proof.contains("was there"), has_arrived && !taken, "{delivery:?}");
    bench.stop().await;
}

/// The program ends in the middle of each step; another run ends the work.
#[rstest]
#[tokio::test]
async fn killed_in_the_middle(
    // Each step on one of the databases, the one that must not be done twice on both.
    #[values(
        ("open", Backend::Sqlite),
        ("write", Backend::Postgres),
        ("close", Backend::Sqlite),
        ("stat", Backend::Postgres),
        ("rename", Backend::Sqlite),
        ("rename", Backend::Postgres)
    )]
    (call, backend): (&str, Backend),
) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[BySftp]);
    bench.fault(call, FaultKind::Delay { ms: 60_000 });
    let deadline = Duration::from_millis(1_500);
    assert!(tokio::time::timeout(deadline, bench.run()).await.is_err(), "it is in the middle");
    assert_eq!(bench.delivery().attempts, 0, "nobody wrote down how it ended");
    assert_eq!(bench.run().await, (1, 0, 0), "{:?}", bench.delivery());
    assert_eq!(bench.there(), [(PATH.to_owned(), CONTENT.to_vec())]);
    bench.stop().await;
}

/// The server says no: told with what it was, and tried again. Full, forbidden.
#[rstest]
#[case::open("open", "cannot be written: Failure")]
#[case::full("write", "cannot be written")]
#[case::name("rename", "cannot be given its name: Failure")]
#[case::look("stat", "cannot be looked at: Failure")]
#[tokio::test]
async fn refusals(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] call: &str,
    #[case] why: &str,
) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[BySftp]);
    bench.fault(call, FaultKind::Refuse);
    assert_eq!(bench.run().await, (0, 1, 0));
    let failed = bench.delivery();
    assert!(failed.failure.contains(why) && !failed.is_offered, "{failed:?}");
    bench.pass(TimeDelta::minutes(1));
    assert_eq!(bench.run().await, (1, 0, 0));
    assert_eq!(bench.there(), [(PATH.to_owned(), CONTENT.to_vec())]);
    bench.stop().await;
}

/// A name that exists: the same file is what was to be brought, another one stays as it is.
#[rstest]
#[case::same(CONTENT, true)]
#[case::another_of_that_size(b"1;two\r\n3;five\r\n", false)]
#[case::shorter(b"1;two\r\n", false)]
#[tokio::test]
async fn a_name_that_exists(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] there: &[u8],
    #[case] is_same: bool,
) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[BySftp]);
    bench.sandbox.control().put_down(USER, PATH, there);
    let expected = if is_same { (1, 0, 0) } else { (0, 1, 1) };
    assert_eq!(bench.run().await, expected);
    let delivery = bench.delivery();
    assert!(delivery.proof.contains("was there") == is_same, "{delivery:?}");
    assert!(delivery.failure.contains("is another file") != is_same, "{delivery:?}");
    assert_eq!(bench.there(), [(PATH.to_owned(), there.to_vec())]);
    bench.stop().await;
}

/// Half a file of an earlier try is written over.
#[rstest]
#[tokio::test]
async fn a_part_of_an_earlier_try(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[BySftp]);
    bench.sandbox.control().put_down(USER, PART, &[b'x'; 5_000]);
    assert_eq!(bench.run().await, (1, 0, 0));
    assert_eq!(bench.there(), [(PATH.to_owned(), CONTENT.to_vec())]);
    bench.stop().await;
}

/// What only a person can mend calls one at once, and nothing is sent; other targets are served all the same.
#[rstest]
#[case::host_key(|server: &mut Sftp| server.host_key = public(9), "nothing was sent")]
#[case::kind_of_key(|server: &mut Sftp| server.host_key = ECDSA.to_owned(), "no key of the kind")]
#[case::no_key(|server: &mut Sftp| server.key = "another".to_owned(), "set FATOURA_SFTP_KEY_ANOTHER")]
#[tokio::test]
async fn what_a_person_must_mend(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] change: fn(&mut Sftp),
    #[case] why: &str,
) {
    let Some(mut bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[BySftp, Mail]);
    let right = bench.server().clone();
    change(bench.server());
    assert_eq!(bench.run().await, (1, 1, 1));
    let failed = bench.delivery();
    assert!(failed.failure.contains(why) && failed.incident.is_some(), "{failed:?}");
    assert_eq!((bench.there(), bench.sandbox.control().mails().len()), (Vec::new(), 1));
    *bench.server() = right;
    bench.pass(TimeDelta::minutes(1));
    assert_eq!(bench.run().await, (1, 0, 0));
    assert_eq!(bench.there().len(), 1);
    bench.stop().await;
}

const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3\
                     A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=";

/// A server that is away, or does not know the hub, fails every file for it after one try.
#[rstest]
#[case::away(true, "cannot be reached", 0)]
#[case::not_let_in(false, "does not let fatoura in with the key ibn-battouta", 2)]
#[tokio::test]
async fn one_try_for_all_of_a_target(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] is_away: bool,
    #[case] why: &str,
    #[case] called: usize,
) {
    let Some(mut bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[BySftp]);
    bench.make(2, "1301_000002_20261125.csv", CONTENT, &[BySftp]);
    match is_away {
        // The port of nobody.
        true => bench.server().port = 1,
        false => bench.fault("sign-in", FaultKind::Refuse),
    }
    assert_eq!(bench.run().await, (0, 2, called));
    assert!(bench.delivery().failure.contains(why), "{:?}", bench.delivery());
    bench.stop().await;
}

/// The hub's key is not the one that the server knows.
#[rstest]
#[tokio::test]
async fn a_wrong_key_is_not_let_in(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(mut bench) = Bench::start(backend).await else { return };
    bench.make(1, NAME, CONTENT, &[BySftp]);
    let path = bench.folder.path().join("other-key");
    std::fs::write(&path, key(2).to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
    let keys = Keys::load(&BTreeMap::from([("FATOURA_SFTP_KEY_IBN_BATTOUTA".to_owned(), path)])).unwrap();
    bench.courier = Arc::new(Courier { keys, ..courier(&bench.folder, None) });
    assert_eq!(bench.run().await, (0, 1, 1));
    assert!(bench.delivery().failure.contains("does not let fatoura in"), "{:?}", bench.delivery());
    assert_eq!(bench.there(), []);
    bench.stop().await;
}

#[rstest]
#[case::no_file(None, "No such file")]
#[case::no_key(Some("no key"), "expected an Ed25519 key")]
#[case::public(
    Some("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINzXIBBB2COQop/nrMni69vuX+u/9WKjznMiDEfAXWYg"),
    "expected an Ed25519"
)]
fn keys_that_are_none(#[case] content: Option<&str>, #[case] why: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    if let Some(content) = content {
        std::fs::write(&path, content).unwrap();
    }
    let fault = format!("{:#}", Keys::load(&BTreeMap::from([("FATOURA_SFTP_KEY_A".to_owned(), path)])).unwrap_err());
    assert!(fault.contains("FATOURA_SFTP_KEY_A") && fault.contains(why), "{fault}");
}
