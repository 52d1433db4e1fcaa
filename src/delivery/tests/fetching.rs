//! Files that are fetched from the sandbox.

use std::collections::BTreeMap;
use std::path::Path;

use rstest::rstest;
use sandbox::{FaultKind, FaultRule};

use super::*;
use crate::config::RemoteSource;

/// Names and contents of what lies in a folder.
fn in_folder(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    let files = entries.map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_file());
    files
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect()
}

/// A hub that fetches from two sources: a bank, and somebody with another folder.
async fn bench() -> Bench {
    let mut bench = Bench::start(Backend::Sqlite).await.unwrap();
    let server = bench.wishes.sftp.clone().unwrap();
    let source = |name: &str, folder: &str| RemoteSource {
        name: name.to_owned(),
        server: Sftp { user: name.to_owned(), folder: folder.to_owned(), ..server.clone() },
    };
    let sources = vec![source("cmi", "/reports"), source("barid", "/")];
    bench.courier = Arc::new(Courier { sources, ..courier(&bench.folder, None) });
    bench
}

fn incoming(bench: &Bench) -> BTreeMap<String, String> {
    in_folder(&bench.folder.path().join("in"))
}

async fn run(bench: &Bench) -> Fetched {
    fetch_files(&bench.courier).await
}

#[tokio::test]
async fn each_file_is_fetched_once() {
    let bench = bench().await;
    assert_eq!(run(&bench).await, Fetched::default(), "a folder that is not there is empty");
    let control = bench.sandbox.control();
    for (user, path) in [
        ("cmi", "reports/2.csv"),
        ("cmi", "reports/1.csv"),
        ("cmi", "reports/.hidden"),
        ("cmi", "reports/3.csv.part"),
        ("cmi", "reports/4.CSV.TMP"),
        ("cmi", "elsewhere/5.csv"),
        ("barid", "1.csv"),
        ("barid", "old/0.csv"),
    ] {
        control.put_down(user, path, path.as_bytes());
    }
    assert_eq!(run(&bench).await, Fetched { files: 3, left: vec![] });
    let names: Vec<String> = incoming(&bench).into_keys().collect();
    assert_eq!(names, ["barid-1.csv", "cmi-1.csv", "cmi-2.csv"]);
    // Taken in or refused, it is not fetched again.
    let folder = bench.folder.path().join("in");
    for (name, to) in [("cmi-1.csv", "done/cmi-1.csv"), ("cmi-2.csv", "refused/cmi-2.csv.2")] {
        std::fs::create_dir_all(folder.join(to).parent().unwrap()).unwrap();
        std::fs::write(folder.join("refused/cmi-2.csv"), "another of this name").ok();
        std::fs::rename(folder.join(name), folder.join(to)).unwrap();
    }
    std::fs::write(folder.join("refused/cmi-2.csv"), "another of this name").unwrap();
    assert_eq!(run(&bench).await, Fetched::default());
    assert_eq!(incoming(&bench).into_keys().collect::<Vec<_>>(), ["barid-1.csv"]);
    // What is there anew under an old name is another file.
    control.pick_up("cmi", "reports/1.csv").unwrap();
    control.put_down("cmi", "reports/1.csv", b"corrected");
    assert_eq!(run(&bench).await, Fetched { files: 1, left: vec![] });
    assert_eq!(incoming(&bench)["cmi-1.csv"], "corrected");
    bench.stop().await;
}

/// Whatever breaks, nothing half fetched has a name, and the next run brings it.
#[rstest]
#[tokio::test]
async fn what_is_cut_off_is_fetched_by_the_next_run(
    #[values("sign-in", "list", "open", "read", "stat")] call: &str,
    #[values(FaultKind::Refuse, FaultKind::DropBefore, FaultKind::DropAfter)] kind: FaultKind,
) {
    let bench = bench().await;
    let control = bench.sandbox.control();
    control.put_down("cmi", "reports/1.csv", b"content");
    let (call, kind) = if call == "sign-in" { (call, FaultKind::Refuse) } else { (call, kind) };
    control.set_fault(FaultRule::new("sftp", kind).on(call).times(2)).unwrap();
    let broken = run(&bench).await;
    assert_eq!((broken.files, broken.left.is_empty()), (0, false), "{broken:?}");
    assert!(incoming(&bench).keys().all(|name| name.starts_with('.')), "{:?}", incoming(&bench));
    control.clear_faults();
    assert_eq!(run(&bench).await, Fetched { files: 1, left: vec![] });
    assert_eq!(incoming(&bench), BTreeMap::from([("cmi-1.csv".to_owned(), "content".to_owned())]));
    bench.stop().await;
}

#[tokio::test]
async fn a_source_that_cannot_be_fetched_holds_no_other_up() {
    let mut bench = bench().await;
    bench.sandbox.control().put_down("barid", "1.csv", b"content");
    let other = PublicKey::from(&key(7)).to_openssh().unwrap();
    let mut sources = bench.courier.sources.clone();
    sources[0].server.host_key = other;
    sources.push(RemoteSource { name: "keyless".to_owned(), ..sources[1].clone() });
    sources[2].server.key = "nobodys".to_owned();
    bench.courier = Arc::new(Courier { sources, ..courier(&bench.folder, None) });
    let fetched = run(&bench).await;
    assert_eq!(fetched.files, 1);
    let [cmi, keyless] = fetched.left.as_slice() else { panic!("{fetched:?}") };
    assert!(cmi.starts_with("cmi: ") && cmi.contains("shows the key SHA256:"), "{cmi}");
    assert!(keyless.contains("the hub has no key nobodys: set FATOURA_SFTP_KEY_NOBODYS"), "{keyless}");
    bench.stop().await;
}
