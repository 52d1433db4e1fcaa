//! `fatoura user`: members taken in, listed, changed and reset at the command line.

use std::io::Write;
use std::process::Stdio;

use crate::cli::{Bench, Ran};

fn with_input(bench: &Bench, words: &[&str], input: &str) -> Ran {
    let mut command = bench.command(words);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

/// The words of the line that begins so.
fn after(text: &str, start: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_else(|| panic!("{start} in {text}")).to_owned()
}

#[test]
fn members_are_taken_in_and_listed() {
    let bench = Bench::migrated();
    assert!(bench.run(&["user", "list"]).done().contains("no members; take one in with `fatoura user add"));
    let told = bench.run(&["user", "add", "adil", "--name", "Adil Mansouri", "--role", "administrator"]).done();
    let password = after(&told, "one-time password: ");
    assert_eq!((password.len(), password.matches('-').count()), (23, 3), "{told}");
    assert!(told.contains("within 7 days") && told.contains("a second factor is set up then"), "{told}");
    let words =
        ["user", "add", "amina", "--name", "أمينة", "--role", "agent", "--role", "teleoperator", "--outlet", "7"];
    assert_ne!(after(&bench.run(&words).done(), "one-time password: "), password);
    let words =
        ["user", "add", "brahim", "--name", "Brahim", "--role", "biller-user", "--biller", "1001", "--password-stdin"];
    let told = with_input(&bench, &words, "a password from elsewhere\n").done();
    assert!(!told.contains("elsewhere") && !told.contains("second factor"), "{told}");
    let list = bench.run(&["user", "list"]).done();
    let day = after(&list, "brahim").split("until ").nth(1).unwrap()[..10].to_owned();
    insta::assert_snapshot!(list.replace(&day, "2026-12-01"));
    assert!(!list.contains(&password));
    assert!(bench.run(&["check-books"]).done().contains("the audit log: 3 rows, the last one has the digest "));
}

#[test]
fn whoever_cannot_be_taken_in_is_not() {
    let bench = Bench::migrated();
    let add = |words: &[&str]| bench.run(&[&["user", "add"], words].concat());
    add(&["Salma", "--name", " ", "--role", "agent", "--biller", "7"]).failed(
        2,
        &[
            "a login is 3 to 32 lower-case letters",
            "a name is 1 to 80 characters",
            "the role agent needs an outlet",
            "a biller was given, but none of the roles is bound to one",
            "a biller's code is a number from 1000 to 9999",
            "nothing was changed",
        ],
    );
    add(&[
        "amina",
        "--name",
        "A",
        "--role",
        "agent",
        "--outlet",
        "7",
        "--role",
        "network-manager",
        "--network",
        "BARID",
    ])
    .failed(2, &["roles bound to an outlet do not go together with roles bound to a network", "a login for each"]);
    add(&["salma", "--name", "S", "--role", "emperor"]).failed(2, &["no such role; the roles are teleoperator, agent"]);
    add(&["salma", "--name", "S", "--role", "finance", "--outlet", "x"])
        .failed(2, &["invalid value 'x' for '--outlet"]);
    add(&["salma", "--name", "S", "--role", "finance"]).done();
    add(&["salma", "--name", "S", "--role", "finance"]).failed(2, &["the login salma is taken", "nothing was changed"]);
    for (input, why) in [
        ("", "at least 12 characters"),
        ("short\n", "at least 12 characters"),
        ("motdepasse123\n", "too easy to guess"),
        ("omar is the king\n", "does not contain the user name"),
        (" neuf chats noirs\n", "neither begins nor ends with a blank"),
    ] {
        let words = ["user", "add", "omar", "--name", "O", "--role", "finance", "--password-stdin"];
        with_input(&bench, &words, input).failed(2, &["the password on standard input will not do", why]);
    }
    assert_eq!(bench.run(&["user", "list"]).done().lines().count(), 2);
}

#[test]
fn members_are_changed_and_every_change_is_written_down() {
    let bench = Bench::migrated();
    bench.run(&["user", "add", "salma", "--name", "Salma", "--role", "finance"]).done();
    let told = bench.run(&["user", "reset-password", "salma"]).done();
    assert_eq!(after(&told, "one-time password: ").len(), 23);
    with_input(&bench, &["user", "reset-password", "salma", "--password-stdin"], "neuf chats noirs").done();
    assert!(bench.run(&["user", "reset-second-factor", "salma"]).done().contains("no second factor any more"));
    assert!(bench.run(&["user", "disable", "salma"]).done().contains("may not sign in any more"));
    assert!(bench.run(&["user", "list"]).done().contains("disabled"));
    assert!(bench.run(&["user", "enable", "salma"]).done().contains("may sign in again"));
    let told =
        bench.run(&["user", "set-roles", "salma", "--role", "auditor", "--role", "agent", "--outlet", "3"]).done();
    assert_eq!(told, "salma is now agent,auditor\n");
    let list = bench.run(&["user", "list"]).done();
    assert!(list.contains("agent,auditor") && list.contains("outlet 3"), "{list}");
    bench.run(&["user", "set-roles", "salma", "--role", "agent"]).failed(2, &["the role agent needs an outlet"]);
    for action in ["reset-password", "reset-second-factor", "disable", "enable"] {
        bench.run(&["user", action, "nobody"]).failed(2, &["there is no member nobody", "nothing was changed"]);
    }
    bench.run(&["user", "set-roles", "nobody", "--role", "auditor"]).failed(2, &["there is no member nobody"]);
    assert!(bench.run(&["check-books"]).done().contains("the audit log: 7 rows"));
}
