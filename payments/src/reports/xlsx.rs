//! Workbooks of one sheet, ISO/IEC 29500, written row by row: a compressed row leaves before the next one comes.
//!
//! Amounts are number cells whose text is the exact decimal, shown with two places; no float is made here. Codes and texts
//! are text cells, which no program runs as a formula and whose leading zeros stay.

use std::io::{self, Write};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Cell, Wording, stamp};

/// The most rows of a sheet below its head.
pub const ROWS_MAX: u64 = 1_048_575;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const PACKAGE: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const PARTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Styles of cells: 0 as it comes, 1 text, 2 an amount, 3 a head.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="4" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>"#;

/// A workbook on its way out.
pub struct Workbook<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    rows: u64,
}

fn options() -> SimpleFileOptions {
    // The same rows are the same bytes: no time of day. A sheet may be longer than 4 GiB before it is compressed.
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .large_file(true)
}

fn put<W: Write>(zip: &mut ZipWriter<StreamWriter<W>>, name: &str, text: &str) -> io::Result<()> {
    zip.start_file(name, options().large_file(false))?;
    zip.write_all(text.as_bytes())
}

impl<W: Write> Workbook<W> {
    /// Begins a workbook whose sheet has this name; from right to left where the reader's language is.
    pub fn begin(out: W, sheet: &str, right_to_left: bool, wording: &Wording<'_>) -> io::Result<Self> {
        let mut zip = ZipWriter::new_stream(out);
        put(&mut zip, "[Content_Types].xml", TYPES)?;
        put(&mut zip, "_rels/.rels", PACKAGE)?;
        put(&mut zip, "xl/_rels/workbook.xml.rels", PARTS)?;
        put(&mut zip, "xl/styles.xml", STYLES)?;
        // Programs refuse longer names, and some characters.
        let name: String = sheet.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
        let workbook = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<workbook \
             xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"{}\" \
             sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
            escaped(&name)
        );
        put(&mut zip, "xl/workbook.xml", &workbook)?;
        zip.start_file("xl/worksheets/sheet1.xml", options())?;
        let direction = if right_to_left { " rightToLeft=\"1\"" } else { "" };
        write!(
            zip,
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet \
             xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews><sheetView{direction} \
             workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>\
             </sheetView></sheetViews><sheetFormatPr baseColWidth=\"16\" defaultRowHeight=\"15\"/><sheetData>"
        )?;
        let mut book = Self { zip, rows: 0 };
        book.line(wording.heads.iter().map(|head| text(3, head)))?;
        Ok(book)
    }

    /// Writes a row. Past [`ROWS_MAX`] it is refused.
    pub fn row(&mut self, wording: &Wording<'_>, row: &[Cell]) -> io::Result<()> {
        if self.rows > ROWS_MAX {
            return Err(io::Error::other(format!("a sheet has {ROWS_MAX} rows at most")));
        }
        self.line(row.iter().map(|cell| value(wording, cell)))
    }

    fn line(&mut self, cells: impl Iterator<Item = String>) -> io::Result<()> {
        self.rows += 1;
        self.zip.write_all(b"<row>")?;
        for cell in cells {
            self.zip.write_all(cell.as_bytes())?;
        }
        self.zip.write_all(b"</row>")
    }

    /// Ends the workbook.
    pub fn end(mut self) -> io::Result<()> {
        self.zip.write_all(b"</sheetData></worksheet>")?;
        self.zip.finish()?.into_inner().flush()
    }
}

fn value(wording: &Wording<'_>, cell: &Cell) -> String {
    match cell {
        Cell::Empty => "<c/>".to_owned(),
        Cell::Code(of) | Cell::Text(of) => text(1, of),
        Cell::Word(list, word) => text(1, &(wording.word)(list, word)),
        Cell::Amount(amount) => format!("<c s=\"2\"><v>{amount}</v></c>"),
        Cell::Count(count) => format!("<c><v>{count}</v></c>"),
        Cell::Day(day) => text(1, &day.to_string()),
        Cell::Time(at) => text(1, &stamp(*at)),
    }
}

fn text(style: u8, text: &str) -> String {
    format!("<c s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escaped(text))
}

/// What XML holds no sign for is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{9}' | '\u{a}' | '\u{20}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};
    use ledger::Money;
    use proptest::prelude::*;

    use super::*;
    use crate::reports::ReportKind;

    fn read_back(rows: &[Vec<Cell>]) -> Vec<Vec<Data>> {
        let (mut out, wording) = (Vec::new(), Wording::plain(ReportKind::Vat));
        let mut book = Workbook::begin(&mut out, "TVA: [mois]", false, &wording).unwrap();
        for row in rows {
            book.row(&wording, row).unwrap();
        }
        book.end().unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(out)).unwrap();
        assert_eq!(book.sheet_names(), ["TVA mois"]);
        let range = book.worksheet_range("TVA mois").unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    #[test]
    fn cells_read_back() {
        let row = vec![
            Cell::Code("000123".to_owned()),
            Cell::Text("=1+1 & <b> \"é\" مرحبا".to_owned()),
            Cell::Amount(Money::from_minor(-5)),
            Cell::Count(7),
            Cell::Day("2026-11-24".parse().unwrap()),
            Cell::Word("state", "taken".to_owned()),
        ];
        let read = read_back(&[row]);
        assert_eq!(read[0][0], Data::String("month".to_owned()));
        let text = |text: &str| Data::String(text.to_owned());
        assert_eq!(read[1][..2], [text("000123"), text("=1+1 & <b> \"é\" مرحبا")]);
        assert_eq!((read[1][2].to_string(), read[1][3].to_string()), ("-0.05".to_owned(), "7".to_owned()));
        assert_eq!(read[1][4..], [text("2026-11-24"), text("taken")]);
    }

    #[test]
    fn the_same_rows_are_the_same_bytes() {
        let made = || {
            let (mut out, wording) = (Vec::new(), Wording::plain(ReportKind::Vat));
            Workbook::begin(&mut out, "x", true, &wording).unwrap().end().unwrap();
            out
        };
        assert_eq!(made(), made());
    }

    proptest! {
        /// Amounts up to a trillion dirhams come back to the centime through a program that reads them as floats.
        #[test]
        fn amounts_round_trip(minor in -100_000_000_000_000i64..100_000_000_000_000) {
            let amount = Money::from_minor(minor);
            let read = read_back(&[vec![Cell::Amount(amount)]]);
            let read: rust_decimal::Decimal = read[1][0].to_string().parse().unwrap();
            prop_assert_eq!(Money::from_decimal(read), Ok(amount));
        }
    }
}
