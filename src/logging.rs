//! The log: text or JSON lines to standard error, with a last guard against card numbers.
//!
//! No card number passes through the hub, and nothing logs one on purpose. But people type card numbers into the wrong
//! field, and errors quote what was typed: so every line is scrubbed on its way out, whatever wrote it.

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogConfig;

/// Starts logging for the process; does nothing if something else did before. `level` holds without a filter.
pub fn start(config: &LogConfig, level: &str) {
    let filter = EnvFilter::new(config.filter.as_deref().unwrap_or(level));
    let writer = Scrubbed { json: config.json };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    // An error means that a subscriber is set already, as in tests that run several commands: that one serves as well.
    let _ = if config.json {
        lines.json().flatten_event(true).with_span_list(false).try_init_now()
    } else {
        lines.with_ansi(io::stderr().is_terminal()).try_init_now()
    };
}

/// `try_init` of both builders without its boxed error.
trait TryInit {
    fn try_init_now(self) -> Result<(), ()>;
}

impl<S> TryInit for S
where
    S: Into<tracing::Dispatch>,
{
    fn try_init_now(self) -> Result<(), ()> {
        tracing::dispatcher::set_global_default(self.into()).map_err(drop)
    }
}

struct Scrubbed {
    json: bool,
}

/// One event on its way out: gathered whole, so that no number is cut in two and slips through.
struct Line {
    text: Vec<u8>,
    json: bool,
}

impl MakeWriter<'_> for Scrubbed {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line { text: Vec::new(), json: self.json }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let scrubbed = scrub(&String::from_utf8_lossy(&self.text), self.json);
        // Where the log cannot be written there is nowhere to say so.
        let _ = io::stderr().lock().write_all(scrubbed.as_bytes());
    }
}

/// Fewest and most digits of a card number (ISO/IEC 7812).
const PAN_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// What people put between the groups of a card number, at most so many in a row.
const GAP_MAX: usize = 2;

/// Masks all but the last four digits of whatever could be a card number: 13 to 19 digits with a right check digit,
/// in one piece or in groups. About one in ten long numbers that are none is masked as well; the guard errs that way.
///
/// In `json`, a masked bare number becomes a string, so that the line can still be read.
pub fn scrub(line: &str, json: bool) -> String {
    let characters: Vec<char> = line.chars().collect();
    let mut masked = vec![false; characters.len()];
    let groups = groups(&characters);
    for first in 0..groups.len() {
        let mut digits: Vec<usize> = Vec::new();
        for (start, end) in linked(&groups[first..], &characters) {
            digits.extend(start..end);
            if digits.len() > *PAN_DIGITS.end() {
                break;
            }
            if PAN_DIGITS.contains(&digits.len()) && passes_luhn(&characters, &digits) {
                digits[..digits.len() - 4].iter().for_each(|at| masked[*at] = true);
            }
        }
    }
    if !masked.contains(&true) {
        return line.to_owned();
    }
    write_masked(&characters, &masked, json)
}

/// What a digit is worth: Latin, or Arabic-Indic as keyboards in Arabic and in Persian write them.
fn value(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '\u{660}'..='\u{669}' => Some(u32::from(c) - 0x660),
        '\u{6f0}'..='\u{6f9}' => Some(u32::from(c) - 0x6f0),
        _ => None,
    }
}

/// Runs of digits: start, and end exclusive.
fn groups(characters: &[char]) -> Vec<(usize, usize)> {
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for (at, _) in characters.iter().enumerate().filter(|(_, c)| value(**c).is_some()) {
        match groups.last_mut() {
            Some((_, end)) if *end == at => *end += 1,
            _ => groups.push((at, at + 1)),
        }
    }
    groups
}

/// The first group and those that follow it with nothing but a small gap between.
fn linked<'a>(groups: &'a [(usize, usize)], characters: &'a [char]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let is_gap = |c: &char| matches!(c, ' ' | '-' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2010}'..='\u{2015}');
    groups.iter().enumerate().map_while(move |(index, &(start, end))| {
        let before = index.checked_sub(1).map(|index| groups[index].1);
        let joined =
            before.is_none_or(|before| start - before <= GAP_MAX && characters[before..start].iter().all(is_gap));
        joined.then_some((start, end))
    })
}

fn passes_luhn(characters: &[char], digits: &[usize]) -> bool {
    let value = |at: usize| value(characters[at]).unwrap_or_default();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, at)| match (index % 2, value(*at) * 2) {
            (0, double) => double / 2,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn write_masked(characters: &[char], masked: &[bool], json: bool) -> String {
    let mut text = String::with_capacity(characters.len() + 8);
    let (mut in_string, mut escaped, mut open) = (false, false, false);
    for (at, (c, hidden)) in characters.iter().zip(masked).enumerate() {
        if json && *hidden && !in_string && !open {
            text.push('"');
            open = true;
        }
        if open && !c.is_ascii_digit() {
            text.push('"');
            open = false;
        }
        text.push(if *hidden { '*' } else { *c });
        if escaped {
            escaped = false;
        } else if *c == '\\' {
            escaped = at > 0;
        } else if *c == '"' {
            in_string = !in_string;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::whole("card 4000000000000010 refused", "card ************0010 refused")]
    #[case::spaces("4000 0000 0000 0010", "**** **** **** 0010")]
    #[case::hyphens("[4000-0000-0000-0010]", "[****-****-****-0010]")]
    #[case::no_break_spaces("4000\u{a0}0000\u{a0}0000\u{a0}0010", "****\u{a0}****\u{a0}****\u{a0}0010")]
    #[case::after_a_number("row 7 4000000000000010 4", "row 7 ************0010 4")]
    #[case::odd_groups("400 0000000 000010 now", "*** ******* **0010 now")]
    #[case::thirteen("4222222222222", "*********2222")]
    #[case::amex("378282246310005", "***********0005")]
    #[case::nineteen("6304000000000000000", "***************0000")]
    #[case::glued_to_letters("pan=4000000000000010;x", "pan=************0010;x")]
    #[case::twice("4000000000000010,4000000000000028", "************0010,************0028")]
    #[case::arabic("البطاقة 4000000000000010", "البطاقة ************0010")]
    #[case::arabic_digits("٤٠٠٠٠٠٠٠٠٠٠٠٠٠١٠", "************٠٠١٠")]
    #[case::arabic_groups("٤٠٠٠ ٠٠٠٠ ٠٠٠٠ ٠٠١٠", "**** **** **** ٠٠١٠")]
    #[case::persian_digits("۴۰۰۰۰۰۰۰۰۰۰۰۰۰۱۰", "************۰۰۱۰")]
    #[case::both_kinds_of_digits("4000٠٠٠٠0000٠٠١٠", "************٠٠١٠")]
    #[case::typographic_dashes("4000–0000–0000–0010", "****–****–****–0010")]
    #[case::wrong_check_digit("4000000000000011", "4000000000000011")]
    #[case::short("400000000018", "400000000018")]
    #[case::long("40000000000000000010", "40000000000000000010")]
    #[case::time("2026-11-24T14:11:00.123456Z INFO", "2026-11-24T14:11:00.123456Z INFO")]
    #[case::phone("+212612345678", "+212612345678")]
    #[case::empty("", "")]
    fn scrubs(#[case] line: &str, #[case] expected: &str) {
        assert_eq!(scrub(line, false), expected);
    }

    #[rstest]
    #[case(r#"{"card":"4000000000000010"}"#, r#"{"card":"************0010"}"#)]
    #[case(r#"{"id":4000000000000010,"n":1}"#, r#"{"id":"************0010","n":1}"#)]
    #[case(
        r#"{"a":"say \"4000000000000010\"","b":4000000000000028}"#,
        r#"{"a":"say \"************0010\"","b":"************0028"}"#
    )]
    fn json_stays_json(#[case] line: &str, #[case] expected: &str) {
        let scrubbed = scrub(line, true);
        assert_eq!(scrubbed, expected);
        serde_json::from_str::<serde_json::Value>(&scrubbed).unwrap();
    }

    proptest::proptest! {
        #[test]
        fn any_text_passes(line in ".{0,200}", json: bool) {
            let scrubbed = scrub(&line, json);
            if !json {
                proptest::prop_assert_eq!(scrubbed.chars().count(), line.chars().count());
            }
        }

        /// However a card number is grouped and whatever stands around it, fewer than five of its digits come out.
        #[test]
        fn no_card_number_comes_out(before in "[a-z0-9 ]{0,12}[a-z:]", cuts in proptest::collection::vec(1usize..16, 0..6), after in "[a-z]?") {
            let mut number = "4000000000000010".to_owned();
            let mut cuts = cuts;
            cuts.sort_unstable();
            cuts.dedup();
            for at in cuts.into_iter().rev() {
                number.insert(at, ' ');
            }
            let scrubbed = scrub(&format!("{before}{number}{after}"), false);
            let tail: String = scrubbed.chars().skip(before.chars().count()).filter(char::is_ascii_digit).collect();
            proptest::prop_assert_eq!(tail, "0010");
        }
    }
}
