//! Separated values, RFC 4180: a head, then a line for each row.
//!
//! What is text and begins as a formula does gets an apostrophe before it: spreadsheets run formulas of files that they
//! open. A spreadsheet may be set up for another separator than the file's, so that a text is parted within: what would
//! begin a cell then counts too, and what holds any separator is quoted. Amounts and counts are numbers and stay so, also below zero; codes are written digit by digit.

use std::io::{self, Write};

use super::{Cell, Wording, stamp};

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvStyle {
    /// For spreadsheets set up for French, in Morocco too: `;` between values, a decimal comma, and a byte order mark, without
    /// which Arabic and accents are misread.
    French,
    /// For spreadsheets set up for English: `,` between values, a decimal point, and a byte order mark.
    English,
    /// For programs: `,` between values, a decimal point, nothing before the head.
    Plain,
}

impl CsvStyle {
    const fn separator(self) -> char {
        if matches!(self, Self::French) { ';' } else { ',' }
    }
}

/// What spreadsheets take for the end of a cell, by how they are set up.
const SEPARATORS: [char; 3] = [',', ';', '\t'];
/// How a cell of text begins that a spreadsheet takes for a formula, also in full width.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Writes the byte order mark, where the style has one, and the heads.
pub fn write_head(out: &mut dyn Write, style: CsvStyle, wording: &Wording<'_>) -> io::Result<()> {
    if style != CsvStyle::Plain {
        out.write_all("\u{feff}".as_bytes())?;
    }
    line(out, style, wording.heads.iter().map(|head| (guarded(head), false)))
}

/// Writes a row.
pub fn write_row(out: &mut dyn Write, style: CsvStyle, wording: &Wording<'_>, row: &[Cell]) -> io::Result<()> {
    let is_amount = |cell: &Cell| matches!(cell, Cell::Amount(_));
    line(out, style, row.iter().map(|cell| (value(style, wording, cell), is_amount(cell))))
}

/// Values, and whether they are amounts: a decimal comma alone is not quoted.
fn line(out: &mut dyn Write, style: CsvStyle, values: impl Iterator<Item = (String, bool)>) -> io::Result<()> {
    for (at, (value, is_amount)) in values.enumerate() {
        if at > 0 {
            write!(out, "{}", style.separator())?;
        }
        let is_plain = is_amount || !value.contains([',', ';', '\t', '"', '\r', '\n']);
        if is_plain { out.write_all(value.as_bytes())? } else { write!(out, "\"{}\"", value.replace('"', "\"\""))? }
    }
    out.write_all(b"\r\n")
}

fn value(style: CsvStyle, wording: &Wording<'_>, cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Code(text) | Cell::Text(text) => guarded(text),
        Cell::Word(list, word) => guarded(&(wording.word)(list, word)),
        Cell::Amount(amount) if style == CsvStyle::French => amount.to_string().replace('.', ","),
        Cell::Amount(amount) => amount.to_string(),
        Cell::Count(count) => count.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Time(at) => stamp(*at),
    }
}

/// A text in which nothing that a spreadsheet may take for a cell begins as a formula does.
fn guarded(text: &str) -> String {
    let mut found = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for c in text.chars() {
        if begins && FORMULA.contains(&c) {
            found.push('\'');
        }
        found.push(c);
        begins = SEPARATORS.contains(&c);
    }
    found
}

#[cfg(test)]
mod tests {
    use ledger::Money;
    use rstest::rstest;

    use super::*;
    use crate::reports::ReportKind;

    fn written(style: CsvStyle, cell: Cell) -> String {
        let (mut out, wording) = (Vec::new(), Wording::plain(ReportKind::Audit));
        write_row(&mut out, style, &wording, &[cell]).unwrap();
        String::from_utf8(out).unwrap().strip_suffix("\r\n").unwrap().to_owned()
    }

    #[rstest]
    #[case("=1+1", "'=1+1")]
    #[case("+212", "'+212")]
    #[case("-2", "'-2")]
    #[case("@SUM(A1)", "'@SUM(A1)")]
    #[case("\tx", "\"'\tx\"")]
    #[case("a,b", "\"a,b\"")]
    #[case("a;b", "\"a;b\"")]
    #[case("a\tb", "\"a\tb\"")]
    #[case("a,=1+1", "\"a,'=1+1\"")]
    #[case("a;-2", "\"a;'-2\"")]
    #[case("a\t@x", "\"a\t'@x\"")]
    #[case("a;;+1,＝2", "\"a;;'+1,'＝2\"")]
    #[case("=1;=2", "\"'=1;'=2\"")]
    #[case("\rx", "\"'\rx\"")]
    #[case("\n=x", "\"'\n=x\"")]
    #[case("＝1", "'＝1")]
    #[case("=\"a\";b", "\"'=\"\"a\"\";b\"")]
    #[case("a=b", "a=b")]
    #[case("000123", "000123")]
    #[case("'", "'")]
    #[case("", "")]
    fn texts(#[case] text: &str, #[case] line: &str) {
        for cell in [Cell::Code(text.to_owned()), Cell::Text(text.to_owned()), Cell::Word("state", text.to_owned())] {
            for style in [CsvStyle::French, CsvStyle::English, CsvStyle::Plain] {
                assert_eq!(written(style, cell.clone()), line);
            }
        }
    }

    #[rstest]
    #[case(-5, "-0,05", "-0.05")]
    #[case(123_456_789, "1234567,89", "1234567.89")]
    fn amounts_stay_numbers(#[case] minor: i64, #[case] french: &str, #[case] plain: &str) {
        let cell = Cell::Amount(Money::from_minor(minor));
        assert_eq!(written(CsvStyle::French, cell.clone()), french);
        assert_eq!(written(CsvStyle::English, cell.clone()), plain);
        assert_eq!(written(CsvStyle::Plain, cell), plain);
    }

    #[test]
    fn only_spreadsheets_get_a_mark() {
        let head = |style| {
            let mut out = Vec::new();
            write_head(&mut out, style, &Wording::plain(ReportKind::StampDuty)).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(head(CsvStyle::Plain), "month,receipts,discharged,duty\r\n");
        assert_eq!(head(CsvStyle::French), "\u{feff}month;receipts;discharged;duty\r\n");
    }
}
