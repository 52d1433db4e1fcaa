//! `bench settlement`: the day that it measures is settled whole, and every step stands beside a floor of its own.

use crate::cli::Bench;

/// Whether a line of the table has a ratio: time, rows per second, ratio and memory are its last words.
fn has_ratio(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().rev().take(4).collect();
    let is_whole = |word: &str| word.parse::<u64>().is_ok();
    matches!(words[..], [mib, ratio, rows, ms] if is_whole(mib) && is_whole(rows) && is_whole(ms)
        && ratio.split_once('.').is_some_and(|(whole, part)| is_whole(whole) && part.len() == 2 && is_whole(part)))
}

#[test]
fn a_small_day_is_settled_beside_its_floors() {
    let bench = Bench::new();
    let told = bench.run(&["bench", "settlement", "--payments", "1000", "--statement-mb", "1"]).done();
    // Of a thousand payments every biller has some, so every biller is paid.
    for (step, is_held_against) in [
        ("the day is made: taken and confirmed", false),
        ("floor: its rows are only read", false),
        ("floor: its windows are only read", false),
        ("windows are closed", true),
        ("lines are put in order, windows are settled", true),
        ("files are made", true),
        ("floor: its transfers are only read", false),
        ("500 transfers are ordered", true),
        ("floor: billers' acknowledgements, only digested", false),
        ("1000 lines of acknowledgements are held to it", true),
        ("floor: its payments at counters are only read", false),
        ("floor: networks' reports, only digested", false),
        ("666 lines of networks' reports are held to it", true),
        ("floor: the bank's statement, only digested", false),
        ("the bank's statement of 500 transfers is matched", true),
        ("floor: a large statement, only digested", false),
        ("entries, is taken in", true),
    ] {
        let lines: Vec<&str> = told.lines().filter(|line| line.contains(step)).collect();
        assert_eq!(lines.len(), 1, "{step}: {told}");
        assert!(lines.iter().all(|line| has_ratio(line) == is_held_against), "{step}: {told}");
    }
    assert!(told.contains("x the bare reading of the day's rows"), "{told}");
}
