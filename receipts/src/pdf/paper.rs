//! Papers of tables as PDF: A4, heads of tables repeated on each page, a box for each signature at the end.

use krilla::Document;
use krilla::metadata::{Metadata, TextDirection};
use ledger::Language;

use super::sheet::{PAGE_HEIGHT, PAGE_WIDTH, Sheets};
use super::text::{Side, Style, Typesetter, Weight};
use super::{AMBER, Edge, HAIRLINE, INK, MUTED, PAID, PdfError, WASH, WHITE, Words, base_direction, clean};
use crate::locale;
use crate::paper::{Paper, PaperCell, PaperColumn, PaperSection, Verdict};

/// The most rows of one paper: some hundred pages; more is a matter for a file.
pub const PAPER_ROWS_MAX: usize = 5_000;

const MARGIN: f32 = 42.0;
const CONTENT: f32 = PAGE_WIDTH - 2.0 * MARGIN;
/// Where the flow stops, above the footer.
const BOTTOM: f32 = PAGE_HEIGHT - 62.0;
/// Between columns.
const GUTTER: f32 = 10.0;
const BOX_HEIGHT: f32 = 80.0;
/// A fact in one line.
const FACT_HEIGHT: f32 = 13.0;
const REFUSED: [u8; 3] = [0xA8, 0x20, 0x1A];

/// The type scale, in points.
mod scale {
    pub const SMALL: f32 = 7.5;
    pub const BODY: f32 = 8.5;
    pub const LEAD: f32 = 11.0;
    pub const TITLE: f32 = 16.0;
}

/// The paper as a PDF file: the same paper is the same file.
pub fn render_paper(paper: &Paper) -> Result<Vec<u8>, PdfError> {
    let rows = paper.sections.iter().map(|section| section.rows.len()).sum();
    if rows > PAPER_ROWS_MAX {
        return Err(PdfError::TooManyRows(rows));
    }
    let mut page = Composer::new(paper);
    page.head();
    page.verdict();
    for section in &paper.sections {
        page.section(section);
    }
    page.facts();
    page.signatures();
    page.footers();
    let mut document = Document::new();
    let direction = match paper.language {
        Language::Ar => TextDirection::RightToLeft,
        Language::Fr | Language::En => TextDirection::LeftToRight,
    };
    let metadata = Metadata::new()
        .title(format!("{} — {}", clean(&paper.title), clean(&paper.subtitle)))
        .language(paper.language.as_str().to_owned())
        .creator("fatoura".to_owned())
        .text_direction(direction);
    document.set_metadata(metadata);
    page.sheets.write(&mut document)?;
    document.finish().map_err(|error| PdfError::Writer(format!("{error:?}")))
}

struct Composer<'a> {
    paper: &'a Paper,
    typesetter: Typesetter,
    sheets: Sheets,
    page: usize,
    y: f32,
}

impl<'a> Composer<'a> {
    fn new(paper: &'a Paper) -> Self {
        let sheets = Sheets::new(paper.language == Language::Ar);
        Self { paper, typesetter: Typesetter::new(), sheets, page: 0, y: MARGIN }
    }

    fn style(&self, size: f32, weight: Weight, ink: [u8; 3], words: Words) -> Style {
        Style { size, weight, ink, direction: base_direction(self.paper.language, words) }
    }

    fn side(&self, edge: Edge) -> Side {
        match (edge, self.paper.language == Language::Ar) {
            (Edge::Start, false) | (Edge::End, true) => Side::Left,
            (Edge::Start, true) | (Edge::End, false) => Side::Right,
        }
    }

    /// Sets `text` into the box (x, y, width) and returns its height.
    fn put(&mut self, [x, y, width]: [f32; 3], style: Style, edge: Edge, text: &str) -> f32 {
        let side = self.side(edge);
        let block = self.typesetter.block(style, &clean(text), width, side);
        let height = block.height;
        self.sheets.text(self.page, x, y, width, block);
        height
    }

    /// How high a text is at a width.
    fn height(&mut self, width: f32, style: Style, text: &str) -> f32 {
        let side = self.side(Edge::Start);
        self.typesetter.block(style, &clean(text), width, side).height
    }

    fn rule(&mut self, y: f32, height: f32, ink: [u8; 3]) {
        self.sheets.rectangle(self.page, [MARGIN, y, CONTENT, height], 0.0, ink);
    }

    fn next_page(&mut self) {
        self.sheets.add_page();
        self.page += 1;
        self.y = MARGIN;
        let style = self.style(scale::SMALL, Weight::Regular, MUTED, Words::Ours);
        let text = format!("{} · {}", self.paper.title, self.paper.subtitle);
        self.y += self.put([MARGIN, self.y, CONTENT], style, Edge::Start, &text) + 5.0;
        self.rule(self.y, 0.6, HAIRLINE);
        self.y += 10.0;
    }

    /// Goes to a new page unless `height` more points fit on this one; whether it did.
    fn make_room(&mut self, height: f32) -> bool {
        let is_full = self.y + height > BOTTOM;
        if is_full {
            self.next_page();
        }
        is_full
    }

    fn head(&mut self) {
        let (y, paper) = (self.y, self.paper);
        self.sheets.rectangle(self.page, [MARGIN, y, 20.0, 26.0], 4.0, PAID);
        self.sheets.rectangle(self.page, [MARGIN + 4.5, y + 7.5, 11.0, 2.2], 1.1, WHITE);
        self.sheets.rectangle(self.page, [MARGIN + 4.5, y + 13.0, 7.0, 2.2], 1.1, WHITE);
        let name = self.style(scale::TITLE, Weight::SemiBold, INK, Words::Latin);
        self.put([MARGIN + 28.0, y + 1.0, 120.0], name, Edge::Start, "fatoura");
        let (x, room) = (MARGIN + 150.0, CONTENT - 150.0);
        let style = self.style(scale::TITLE, Weight::SemiBold, INK, Words::Ours);
        let height = self.put([x, y - 2.0, room], style, Edge::End, &paper.title);
        let style = self.style(scale::LEAD, Weight::Regular, MUTED, Words::Ours);
        let below = self.put([x, y - 2.0 + height, room], style, Edge::End, &paper.subtitle);
        self.y += (height + below).max(30.0) + 12.0;
    }

    fn verdict(&mut self) {
        let (verdict, text) = (self.paper.verdict.0, self.paper.verdict.1.as_str());
        let ink = match verdict {
            Verdict::Good => PAID,
            Verdict::Open => AMBER,
            Verdict::Bad => REFUSED,
        };
        let style = self.style(scale::LEAD, Weight::SemiBold, ink, Words::Ours);
        let height = self.height(CONTENT - 32.0, style, text) + 20.0;
        self.sheets.rectangle(self.page, [MARGIN, self.y, CONTENT, height], 6.0, WASH);
        self.sheets.rectangle(self.page, [MARGIN, self.y + 6.0, 3.0, height - 12.0], 0.0, ink);
        self.put([MARGIN + 16.0, self.y + 10.0, CONTENT - 32.0], style, Edge::Start, text);
        self.y += height + 12.0;
    }

    fn section(&mut self, section: &PaperSection) {
        self.make_room(64.0);
        let style = self.style(scale::LEAD, Weight::SemiBold, INK, Words::Ours);
        self.y += self.put([MARGIN, self.y, CONTENT], style, Edge::Start, &section.title) + 3.0;
        if !section.note.is_empty() {
            let style = self.style(scale::BODY, Weight::Regular, MUTED, Words::Ours);
            self.y += self.put([MARGIN, self.y, CONTENT], style, Edge::Start, &section.note) + 3.0;
        }
        if !section.rows.is_empty() {
            let places = places(&section.columns);
            self.table_head(section, &places);
            let last = section.rows.len() - 1;
            for (at, row) in section.rows.iter().enumerate() {
                self.row(section, &places, row, section.has_total && at == last);
            }
        }
        self.y += 9.0;
    }

    fn table_head(&mut self, section: &PaperSection, places: &[(f32, f32)]) {
        let style = self.style(scale::SMALL, Weight::SemiBold, MUTED, Words::Ours);
        let mut height: f32 = 0.0;
        for (column, (x, width)) in section.columns.iter().zip(places) {
            let edge = if column.is_figure { Edge::End } else { Edge::Start };
            height = height.max(self.put([*x, self.y, *width], style, edge, &column.label));
        }
        self.y += height + 2.0;
        self.rule(self.y, 0.8, INK);
        self.y += 4.0;
    }

    fn row(&mut self, section: &PaperSection, places: &[(f32, f32)], row: &[PaperCell], is_total: bool) {
        let mut height: f32 = 0.0;
        for (cell, (_, width)) in row.iter().zip(places) {
            let mut of_cell = 0.0;
            for (at, line) in cell.lines.iter().enumerate() {
                let style = self.line_style(cell, at, is_total);
                of_cell += self.height(*width, style, line);
            }
            height = height.max(of_cell);
        }
        if self.make_room(height + 5.0) {
            self.table_head(section, places);
        }
        if is_total {
            self.rule(self.y - 1.5, 0.8, INK);
            self.y += 2.0;
        }
        for (at, cell) in row.iter().enumerate() {
            let (Some(column), Some((x, width))) = (section.columns.get(at), places.get(at)) else { continue };
            let edge = if column.is_figure { Edge::End } else { Edge::Start };
            let mut y = self.y;
            for (at, line) in cell.lines.iter().enumerate() {
                let style = self.line_style(cell, at, is_total);
                y += self.put([*x, y, *width], style, edge, line);
            }
        }
        self.y += height + 2.0;
        if !is_total {
            self.rule(self.y, 0.4, HAIRLINE);
        }
        self.y += 2.5;
    }

    fn line_style(&self, cell: &PaperCell, at: usize, is_total: bool) -> Style {
        let words = if cell.is_code { Words::Latin } else { Words::Ours };
        match (at, is_total) {
            (_, true) => self.style(scale::BODY, Weight::SemiBold, INK, words),
            (0, false) => self.style(scale::BODY, Weight::Regular, INK, words),
            _ => self.style(scale::SMALL, Weight::Regular, MUTED, words),
        }
    }

    /// What is said of the paper itself, on the page on which it is signed.
    fn facts(&mut self) {
        let paper = self.paper;
        let lines = paper.facts.iter().map(|_| FACT_HEIGHT).sum::<f32>();
        self.make_room(lines + 6.0 + BOX_HEIGHT);
        for (label, value) in &paper.facts {
            self.make_room(FACT_HEIGHT);
            let style = self.style(scale::SMALL, Weight::Regular, MUTED, Words::Ours);
            let left = self.put([MARGIN, self.y, 120.0], style, Edge::Start, label);
            let style = self.style(scale::SMALL, Weight::Regular, INK, Words::Latin);
            let right = self.put([MARGIN + 130.0, self.y, CONTENT - 130.0], style, Edge::Start, value);
            self.y += left.max(right) + 2.0;
        }
        self.y += 6.0;
    }

    /// The boxes stay together.
    fn signatures(&mut self) {
        let paper = self.paper;
        if paper.signatures.is_empty() {
            return;
        }
        self.make_room(BOX_HEIGHT);
        let places =
            places(&vec![PaperColumn { label: String::new(), share: 1, is_figure: false }; paper.signatures.len()]);
        for (label, (x, width)) in paper.signatures.iter().zip(places) {
            let y = self.y;
            self.sheets.rectangle(self.page, [x, y, width, BOX_HEIGHT], 6.0, HAIRLINE);
            self.sheets.rectangle(self.page, [x + 0.8, y + 0.8, width - 1.6, BOX_HEIGHT - 1.6], 5.4, WHITE);
            let style = self.style(scale::BODY, Weight::SemiBold, INK, Words::Ours);
            let mut below = y + 7.0 + self.put([x + 12.0, y + 7.0, width - 24.0], style, Edge::Start, label) + 4.0;
            let style = self.style(scale::SMALL, Weight::Regular, MUTED, Words::Ours);
            for line in &paper.signature_lines {
                self.put([x + 12.0, below, 60.0], style, Edge::Start, line);
                self.sheets.rectangle(self.page, [x + 76.0, below + 10.0, width - 88.0, 0.6], 0.0, MUTED);
                below += 18.5;
            }
        }
        self.y += BOX_HEIGHT;
    }

    fn footers(&mut self) {
        let (pages, paper) = (self.sheets.page_count(), self.paper);
        for page in 0..pages {
            self.page = page;
            let y = PAGE_HEIGHT - 46.0;
            self.rule(y, 0.6, HAIRLINE);
            let args = [("page", (page + 1).to_string()), ("pages", pages.to_string())];
            let args = [(args[0].0, args[0].1.as_str()), (args[1].0, args[1].1.as_str())];
            let number = locale::plain(paper.language, "receipt-page", &args);
            let style = self.style(scale::SMALL, Weight::Regular, MUTED, Words::Ours);
            self.put([MARGIN, y + 7.0, CONTENT - 80.0], style, Edge::Start, &paper.footer);
            self.put([MARGIN + CONTENT - 70.0, y + 7.0, 70.0], style, Edge::End, &number);
        }
    }
}

/// Where each column begins, and how wide it is.
fn places(columns: &[PaperColumn]) -> Vec<(f32, f32)> {
    let shares: f32 = columns.iter().map(|column| f32::from(column.share.max(1))).sum();
    let gaps = columns.iter().skip(1).map(|_| GUTTER).sum::<f32>();
    let mut x = MARGIN;
    let mut place = |column: &PaperColumn| {
        let width = (CONTENT - gaps) * f32::from(column.share.max(1)) / shares;
        let place = (x, width);
        x += width + GUTTER;
        place
    };
    columns.iter().map(&mut place).collect()
}
