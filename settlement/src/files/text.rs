//! Settlement files as text: written here, a record at a time.

use std::io::Write;

use super::layout::{self, HEADER, LINE, Layout, SUMMARY, TRAILER};
use super::output::{Digesting, each_line};
use super::{Line, Unfit, WindowStatement, WriteError, Written};

/// The two forms of a settlement file as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// `;`-separated, UTF-8, with the names of its columns: for people and ERPs.
    Csv,
    /// ASCII lines of fixed width: for older systems.
    Fixed,
}

/// Writes a window's settlement file: docs/settlement-file.md.
///
/// `previous` is the SHA-256 of the biller's file before in the same form, `None` for its first. The lines come in the
/// order in which they are to stand. The same data makes the same bytes.
///
/// # Errors
///
/// [`WriteError`] where the totals or the lines contradict one another, or hold what the form cannot.
pub fn write_text<E: std::error::Error + 'static>(
    form: TextForm,
    statement: &WindowStatement,
    previous: Option<&str>,
    lines: impl Iterator<Item = Result<Line, E>>,
    out: &mut dyn Write,
) -> Result<Written, WriteError<E>> {
    statement.totals.check(statement.contract)?;
    let mut records = Records { form, out: Digesting::new(out) };
    let [header, summary] = layout::head(statement, previous)?;
    records.put(&HEADER, "header", &header)?;
    records.put(&SUMMARY, "summary", &summary)?;
    records.names(&LINE)?;
    let tally = each_line(&statement.totals, lines, |number, line| {
        check(number, line)?;
        records.one(&LINE, &format!("line {number}"), &layout::line(number, line))
    })?;
    records.close(&layout::trailer(tally.lines(), tally.gross, tally.refunded))?;
    Ok(records.out.finish(tally.lines())?)
}

/// What no layout shows.
fn check(number: u64, line: &Line) -> Result<(), Unfit> {
    let wrong = |field, why: &str| Err(Unfit::new(format!("line {number}"), field, why));
    if !(0..1_000_000_000_000).contains(&line.payment) {
        return wrong("payment", "not a number of at most 12 digits");
    }
    if line.receivable_type.len() != 2 || !line.receivable_type.bytes().all(|byte| byte.is_ascii_digit()) {
        return wrong("type", "not two digits");
    }
    Ok(())
}

struct Records<W> {
    form: TextForm,
    out: Digesting<W>,
}

impl<W: Write> Records<W> {
    /// A record that has its names before it.
    fn put<E: std::error::Error>(
        &mut self,
        layout: &Layout,
        place: &str,
        values: &[String],
    ) -> Result<(), WriteError<E>> {
        self.names(layout)?;
        self.one(layout, place, values)
    }

    fn names<E: std::error::Error>(&mut self, layout: &Layout) -> Result<(), WriteError<E>> {
        if self.form == TextForm::Csv {
            write!(self.out, "{}{}", layout.names().join(";"), self.form.line_end())?;
        }
        Ok(())
    }

    fn one<E: std::error::Error>(
        &mut self,
        layout: &Layout,
        place: &str,
        values: &[String],
    ) -> Result<(), WriteError<E>> {
        let record = self.form.encode(layout, place, values)?;
        write!(self.out, "{record}{}", self.form.line_end())?;
        Ok(())
    }

    /// The trailer: its last field is the digest of every byte before that field.
    fn close<E: std::error::Error>(&mut self, values: &[String]) -> Result<(), WriteError<E>> {
        self.names(&TRAILER)?;
        let mut values = values.to_vec();
        let unsigned = self.form.encode(&TRAILER, "trailer", &values)?;
        let (before, _) = split_digest(self.form, &unsigned);
        self.out.write_all(before.as_bytes())?;
        if let Some(digest) = values.last_mut() {
            *digest = self.out.digest();
        }
        let signed = self.form.encode(&TRAILER, "trailer", &values)?;
        let (_, digest) = split_digest(self.form, &signed);
        write!(self.out, "{digest}{}", self.form.line_end())?;
        Ok(())
    }
}

/// A trailer before its digest, and from it on.
pub(super) fn split_digest(form: TextForm, trailer: &str) -> (&str, &str) {
    let at = match form {
        TextForm::Csv => trailer.rfind(';').map_or(trailer.len(), |at| at + 1),
        TextForm::Fixed => TRAILER.position(TRAILER.fields.len() - 1) - 1,
    };
    trailer.split_at_checked(at).unwrap_or((trailer, ""))
}
