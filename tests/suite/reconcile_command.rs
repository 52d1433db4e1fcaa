//! `fatoura reconcile` as people run it.

use crate::cli::Bench;

const ACCOUNT: &str = "007780000012345678901209";

fn statement(account: &str, opening: &str, credit: &str, closing: &str) -> String {
    let balance = |code: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='MAD'>{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <Dt><Dt>2026-11-24</Dt></Dt></Bal>"
        )
    };
    format!(
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>\
         <Stmt><Id>S1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>MAD</Ccy></Acct>{}{}<Ntry><Amt Ccy='MAD'>\
         {credit}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt>\
         <AcctSvcrRef>B1</AcctSvcrRef></Ntry></Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", closing)
    )
}

fn run(bench: &Bench, words: &[&str]) -> crate::cli::Ran {
    let mut command = bench.command(words);
    command.env("FATOURA_BANK_NAME", "Fatoura SA").env("FATOURA_BANK_RIB", ACCOUNT);
    crate::cli::Ran::of(command.output().unwrap())
}

#[test]
fn a_statement_is_taken_once_and_its_break_is_followed_up() {
    let bench = Bench::migrated();
    for login in ["salma", "omar"] {
        let added = bench.run(&["user", "add", login, "--name", login, "--role", "finance"]);
        assert_eq!(added.code, Some(0), "{added:?}");
    }
    bench.run(&["user", "add", "aicha", "--name", "aicha", "--role", "auditor"]).done();
    bench
        .run(&[
            "user",
            "add",
            "driss",
            "--name",
            "driss",
            "--role",
            "finance",
            "--role",
            "biller-user",
            "--biller",
            "1001",
        ])
        .done();
    let file = bench.write("s1.xml", &statement(ACCOUNT, "100.00", "5.00", "105.00"));
    let would = run(&bench, &["reconcile", "import", "--dry-run", &file]).done();
    assert!(would.contains("would be taken as statement from 007780000012345678901209 of 2026-11-24"), "{would}");
    assert!(run(&bench, &["reconcile", "import", &file]).done().contains("taken as statement"));
    assert!(run(&bench, &["reconcile", "import", &file]).done().contains("known: taken in as s1.xml"));
    assert!(run(&bench, &["reconcile", "run", "--dry-run"]).done().contains("1 break(s) would be opened"));
    assert!(run(&bench, &["reconcile", "run"]).done().contains("0 match(es) made, 1 break(s) opened"));
    let list = run(&bench, &["reconcile", "breaks", "--open", "--kind", "unknown"]).done();
    let id = list.lines().nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let audited = || {
        let told = bench.run(&["check-books"]).done();
        let (_, rest) = told.split_once("the audit log: ").unwrap();
        rest.split_whitespace().next().unwrap().parse::<u32>().unwrap()
    };
    let before = audited();
    let act = |words: &[&str]| run(&bench, &[&["reconcile", "break", id.as_str()], words].concat());
    assert!(act(&["assign", "salma", "--as", "omar"]).done().contains("followed up by salma"));
    assert!(act(&["note", "asked the bank", "--as", "salma"]).done().contains("noted"));
    act(&["note", "x", "--as", "nobody"]).failed(2, &["no member of staff 'nobody'"]);
    assert!(act(&["resolve", "suspense", "no answer", "--as", "salma"]).done().contains("waits for a second person"));
    act(&["approve", "yes", "--as", "salma"]).failed(2, &["cannot approve it"]);
    for login in ["aicha", "driss"] {
        let refused = format!("'{login}' may do nothing about breaks");
        for words in [
            ["assign", login, "--as", "omar"],
            ["assign", "salma", "--as", login],
            ["note", "x", "--as", login],
            ["approve", "yes", "--as", login],
            ["refuse", "no", "--as", login],
        ] {
            act(&words).failed(2, &[&refused]);
        }
        act(&["resolve", "evidence", "x", "--as", login]).failed(2, &[&refused]);
    }
    assert!(act(&["approve", "yes", "--as", "omar"]).done().contains("booked as posting"));
    let shown = act(&[]).done();
    assert!(shown.contains("asked the bank") && shown.contains("resolved"), "{shown}");
    let day = run(&bench, &["reconcile", "statement", "--day", "2026-11-24"]).done();
    assert!(day.contains("closing balance there") && day.contains("105.00"), "{day}");
    assert!(day.starts_with("2026-11-24, NOT FINAL"), "its file came in today: {day}");
    let csv = run(&bench, &["reconcile", "statement", "--day", "2026-11-24", "--csv"]).done();
    assert!(csv.contains("source;2026-11-24;s1.xml;statement;007780000012345678901209;1;1;5.00;0;0.00;"), "{csv}");
    assert!(bench.run(&["check-books"]).done().contains("right"));
    assert_eq!(audited() - before, 4, "assigned, noted, proposed, approved");
}

/// Entries that nobody knows, of today and of 1, 7, 8, 30 and 31 days before.
#[test]
fn breaks_are_listed_with_their_age() {
    let bench = Bench::migrated();
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Africa::Casablanca).date_naive();
    let text = statement(ACCOUNT, "0.00", "1.00", "6.00");
    let (before, rest) = text.split_once("<Ntry>").unwrap();
    let (entry, after) = rest.split_once("</Ntry>").unwrap();
    let (before, after) = (before.replace("2026-11-24", &today.to_string()), after);
    let of = |age: u64| {
        let on = today.checked_sub_days(chrono::Days::new(age)).unwrap().to_string();
        format!("<Ntry>{}</Ntry>", entry.replace("2026-11-24", &on).replace("B1", &format!("B{age}")))
    };
    let entries: String = [0, 1, 7, 8, 30, 31].into_iter().map(of).collect();
    let file = bench.write("s1.xml", &format!("{before}{entries}{after}"));
    assert!(run(&bench, &["reconcile", "import", &file]).done().contains("taken as statement"));
    assert!(run(&bench, &["reconcile", "run"]).done().contains("6 break(s) opened"));
    let list = run(&bench, &["reconcile", "breaks", "--open"]).done();
    let place = list.lines().next().unwrap().find("DAYS").unwrap();
    let days =
        list.lines().skip(1).map(|line| line[place..].split_whitespace().next().unwrap().parse::<u32>().unwrap());
    let mut days: Vec<u32> = days.collect();
    days.sort_unstable();
    assert_eq!(days, [0, 1, 7, 8, 30, 31], "{list}");
    let day = run(&bench, &["reconcile", "statement", "--day", &today.to_string()]).done();
    let row = |line: &str| line.split_whitespace().collect::<Vec<_>>() == ["bank", "unknown", "1", "2", "2", "1"];
    assert!(day.lines().any(row), "{day}");
    assert!(day.contains("the bank against all other accounts"), "{day}");
}

#[test]
fn what_is_refused_is_named_and_the_rest_is_taken() {
    let bench = Bench::migrated();
    let other = bench.write("other.xml", &statement("230810987654321098765400", "0.00", "5.00", "5.00"));
    let wrong = bench.write("wrong.xml", &statement(ACCOUNT, "0.00", "5.00", "6.00"));
    let right = bench.write("right.xml", &statement(ACCOUNT, "0.00", "5.00", "5.00"));
    let ran = run(&bench, &["reconcile", "import", &other, &wrong, &right]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for said in ["is not the hub's", "but the closing balance is 6.00", "right.xml: taken as", "2 file(s) refused"] {
        assert!(ran.out.contains(said), "expected {said:?} in {}", ran.out);
    }
    run(&bench, &["reconcile", "import", "nowhere.xml"]).failed(2, &["nowhere.xml cannot be read"]);
    run(&bench, &["reconcile", "break", "1"]).failed(2, &["there is no break 1"]);
}
