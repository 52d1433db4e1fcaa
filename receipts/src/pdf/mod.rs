//! The receipt as one A4 PDF (more pages where a bill has many lines).
//!
//! Deterministic: the only date inside is the payment's own, so the same data is the same file. Latin texts inside Arabic
//! (references, masks, a biller's French label) are set cell by cell with their own paragraph direction, so none turns round.

#![allow(
    clippy::float_arithmetic,
    clippy::disallowed_types,
    reason = "page geometry is in points; amounts enter as text made from whole centimes"
)]

mod paper;
mod sheet;
mod text;

use chrono::{Datelike, Timelike};
use krilla::Document;
use krilla::metadata::{DateTime as PdfDate, Metadata, TextDirection};
use ledger::{Language, Money};
use parley::BaseDirection;
use qrcode::{Color, EcLevel, QrCode};

use crate::data::ReceiptData;
use crate::locale;
pub use paper::{PAPER_ROWS_MAX, render_paper};
use sheet::{PAGE_HEIGHT, PAGE_WIDTH, Sheets};
use text::{Side, Style, Typesetter, Weight};

/// The most lines that one receipt lists: about thirty pages; a bill beyond it is not one that a person paid.
pub const ARTICLES_MAX: usize = 1_000;
/// The longest text of one cell, in characters: four lines; the rest is cut with an ellipsis.
const CELL_CHARACTERS_MAX: usize = 200;

const MARGIN: f32 = 56.0;
const CONTENT: f32 = PAGE_WIDTH - 2.0 * MARGIN;
/// Where the flow stops, above the footer.
const BOTTOM: f32 = PAGE_HEIGHT - 96.0;
const AMOUNT_COLUMN: f32 = 140.0;
const LABEL_COLUMN: f32 = 152.0;
const QR_SIZE: f32 = 92.0;
/// As large as two lines of a biller's name.
const LOGO_SIZE: f32 = 52.0;

const INK: [u8; 3] = [0x14, 0x21, 0x3D];
const MUTED: [u8; 3] = [0x5B, 0x65, 0x75];
const HAIRLINE: [u8; 3] = [0xD8, 0xDD, 0xE5];
const WASH: [u8; 3] = [0xF3, 0xF6, 0xF9];
const PAID: [u8; 3] = [0x0B, 0x75, 0x4B];
const AMBER: [u8; 3] = [0x9A, 0x5B, 0x00];
const WHITE: [u8; 3] = [0xFF, 0xFF, 0xFF];

/// Why no receipt could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// Principal, fee, VAT and duty are not the total: such a receipt must not leave the house.
    #[error("the receipt does not add up: its lines make {lines}, its total says {total}")]
    DoesNotAddUp {
        /// Principal + fee + VAT + duty; zero where the sum is out of range.
        lines: Money,
        /// The stated total.
        total: Money,
    },
    /// More than [`ARTICLES_MAX`] lines.
    #[error("a receipt lists at most {ARTICLES_MAX} lines, this one has {0}")]
    TooManyArticles(usize),
    /// More rows than a paper may have.
    #[error("a paper has at most {PAPER_ROWS_MAX} rows, this one has {0}")]
    TooManyRows(usize),
    /// The address to check the receipt at does not fit a QR code (2,331 bytes at level M).
    #[error("the address of the receipt is too long for a QR code")]
    AddressTooLong,
    /// The embedded fonts or the page size were refused: a fault of the build.
    #[error("the embedded fonts cannot be read")]
    Font,
    /// The PDF could not be written out.
    #[error("the PDF could not be written: {0}")]
    Writer(String),
}

/// The receipt as a PDF file.
pub fn render_pdf(data: &ReceiptData) -> Result<Vec<u8>, PdfError> {
    let lines = Money::sum([data.principal, data.fee, data.vat, data.duty]);
    if lines != Some(data.total) {
        return Err(PdfError::DoesNotAddUp { lines: lines.unwrap_or(Money::ZERO), total: data.total });
    }
    if data.articles.len() > ARTICLES_MAX {
        return Err(PdfError::TooManyArticles(data.articles.len()));
    }
    let qr = QrCode::with_error_correction_level(&data.verify_url, EcLevel::M).map_err(|_| PdfError::AddressTooLong)?;
    let mut page = Composer::new(data);
    page.head();
    page.hero();
    page.bill();
    page.amounts();
    page.payment(&qr);
    page.footers();

    let mut document = Document::new();
    document.set_metadata(metadata(data));
    page.sheets.write(&mut document)?;
    document.finish().map_err(|error| PdfError::Writer(format!("{error:?}")))
}

fn metadata(data: &ReceiptData) -> Metadata {
    let at = data.paid_at;
    let narrow = |number: u32| u8::try_from(number).unwrap_or(0);
    let date = PdfDate::new(u16::try_from(at.year()).unwrap_or(0))
        .month(narrow(at.month()))
        .day(narrow(at.day()))
        .hour(narrow(at.hour()))
        .minute(narrow(at.minute()))
        .second(narrow(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    let reference = clean(&data.payment_reference);
    let title = locale::plain(data.language, "receipt-document-title", &[("reference", &reference)]);
    let direction = match data.language {
        Language::Ar => TextDirection::RightToLeft,
        Language::Fr | Language::En => TextDirection::LeftToRight,
    };
    Metadata::new()
        .title(title)
        .language(data.language.as_str().to_owned())
        .creator("fatoura".to_owned())
        .creation_date(date)
        .text_direction(direction)
}

/// A text from outside on one line: no control or direction characters, bounded.
fn clean(text: &str) -> String {
    let is_control = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    let spaced: String = text.chars().map(|c| if is_control(c) { ' ' } else { c }).collect();
    let words = spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if words.chars().count() <= CELL_CHARACTERS_MAX {
        return words;
    }
    let mut cut: String = words.chars().take(CELL_CHARACTERS_MAX - 1).collect();
    cut.push('…');
    cut
}

/// Which edge of its box a text clings to, as the reader sees it.
#[derive(Debug, Clone, Copy)]
enum Edge {
    Start,
    End,
}

/// Whose direction a cell follows.
#[derive(Debug, Clone, Copy)]
enum Words {
    /// The page's: our own texts, amounts, dates.
    Ours,
    /// Left to right: references, masks, addresses.
    Latin,
    /// That of its first letter: a biller's words.
    Theirs,
}

/// The direction of a paragraph.
fn base_direction(language: Language, words: Words) -> BaseDirection {
    match words {
        Words::Ours if language == Language::Ar => BaseDirection::Rtl,
        Words::Ours | Words::Latin => BaseDirection::Ltr,
        Words::Theirs => BaseDirection::Auto,
    }
}

struct Composer<'a> {
    data: &'a ReceiptData,
    typesetter: Typesetter,
    sheets: Sheets,
    page: usize,
    y: f32,
}

/// The type scale, in points.
mod scale {
    pub const SMALL: f32 = 8.0;
    pub const BODY: f32 = 9.5;
    pub const LEAD: f32 = 11.0;
    pub const TITLE: f32 = 15.0;
    pub const TOTAL: f32 = 32.0;
}

impl<'a> Composer<'a> {
    fn new(data: &'a ReceiptData) -> Self {
        let sheets = Sheets::new(data.language == Language::Ar);
        Self { data, typesetter: Typesetter::new(), sheets, page: 0, y: MARGIN }
    }

    fn is_rtl(&self) -> bool {
        self.data.language == Language::Ar
    }

    fn words(&self, key: &str) -> String {
        locale::plain(self.data.language, key, &[])
    }

    fn money(&self, amount: Money) -> String {
        locale::money(self.data.language, amount)
    }

    fn style(&self, size: f32, weight: Weight, ink: [u8; 3], words: Words) -> Style {
        Style { size, weight, ink, direction: base_direction(self.data.language, words) }
    }

    /// Sets `text` into the box (x, y, width) and returns its height.
    fn put(&mut self, [x, y, width]: [f32; 3], style: Style, edge: Edge, text: &str) -> f32 {
        let side = match (edge, self.is_rtl()) {
            (Edge::Start, false) | (Edge::End, true) => Side::Left,
            (Edge::Start, true) | (Edge::End, false) => Side::Right,
        };
        let block = self.typesetter.block(style, text, width, side);
        let height = block.height;
        self.sheets.text(self.page, x, y, width, block);
        height
    }

    fn rule(&mut self, y: f32) {
        self.sheets.rectangle(self.page, [MARGIN, y, CONTENT, 0.6], 0.0, HAIRLINE);
    }

    /// Goes to a new page unless `height` more points fit on this one.
    fn make_room(&mut self, height: f32) {
        if self.y + height <= BOTTOM {
            return;
        }
        self.sheets.add_page();
        self.page += 1;
        self.y = MARGIN;
        let reference = clean(&self.data.payment_reference);
        let continued = locale::plain(self.data.language, "receipt-continued", &[("reference", &reference)]);
        let style = self.style(scale::BODY, Weight::SemiBold, MUTED, Words::Ours);
        self.y += self.put([MARGIN, self.y, CONTENT], style, Edge::Start, &continued) + 8.0;
        self.rule(self.y);
        self.y += 12.0;
    }

    /// The mark, the name, the title and the reference.
    fn head(&mut self) {
        let y = self.y;
        // The mark: a bill with two lines on it.
        self.sheets.rectangle(self.page, [MARGIN, y, 22.0, 28.0], 4.0, PAID);
        self.sheets.rectangle(self.page, [MARGIN + 5.0, y + 8.0, 12.0, 2.4], 1.2, WHITE);
        self.sheets.rectangle(self.page, [MARGIN + 5.0, y + 14.0, 8.0, 2.4], 1.2, WHITE);
        let name = self.style(17.0, Weight::SemiBold, INK, Words::Latin);
        self.put([MARGIN + 31.0, y + 1.0, 160.0], name, Edge::Start, "fatoura");
        let title = self.style(scale::TITLE, Weight::SemiBold, INK, Words::Ours);
        let words = self.words("receipt-title");
        let half = CONTENT - 200.0;
        let height = self.put([MARGIN + 200.0, y - 2.0, half], title, Edge::End, &words);
        let reference = self.style(scale::BODY, Weight::Regular, MUTED, Words::Latin);
        let text = clean(&self.data.payment_reference);
        self.put([MARGIN + 200.0, y - 2.0 + height, half], reference, Edge::End, &text);
        self.y += 56.0;
    }

    /// The big total, with the status beside it.
    fn hero(&mut self) {
        let (y, inset) = (self.y, 22.0);
        let height = 116.0;
        self.sheets.rectangle(self.page, [MARGIN, y, CONTENT, height], 8.0, WASH);
        self.sheets.rectangle(self.page, [MARGIN, y + 8.0, 3.0, height - 16.0], 0.0, PAID);
        let width = CONTENT - 2.0 * inset - 130.0;
        let x = MARGIN + inset;
        let (label, total) = (self.words("receipt-total-paid"), self.money(self.data.total));
        let style = self.style(scale::BODY, Weight::Regular, MUTED, Words::Ours);
        self.put([x, y + 15.0, width], style, Edge::Start, &label);
        let style = self.style(scale::TOTAL, Weight::SemiBold, INK, Words::Ours);
        self.put([x, y + 30.0, CONTENT - 2.0 * inset], style, Edge::Start, &total);
        let when = locale::date_time(self.data.language, self.data.paid_at);
        let when = locale::plain(self.data.language, "receipt-paid-at", &[("when", &when)]);
        let style = self.style(scale::BODY, Weight::Regular, MUTED, Words::Ours);
        self.put([x, y + 84.0, CONTENT - 2.0 * inset], style, Edge::Start, &when);
        let paid = self.words("receipt-status-paid");
        let mut beside = self.pill(MARGIN + CONTENT - 18.0, y + 15.0, &paid, PAID);
        if self.data.duplicate {
            beside += 6.0;
            let duplicate = self.words("receipt-duplicate");
            self.pill(MARGIN + CONTENT - 18.0 - beside, y + 15.0, &duplicate, AMBER);
        }
        self.y += height + 26.0;
    }

    /// A filled pill that ends at `end`; returns its width.
    fn pill(&mut self, end: f32, y: f32, text: &str, ink: [u8; 3]) -> f32 {
        let style = self.style(scale::LEAD, Weight::SemiBold, WHITE, Words::Ours);
        let side = if self.is_rtl() { Side::Right } else { Side::Left };
        let block = self.typesetter.block(style, text, CONTENT, side);
        let width = block.ink_width + 24.0;
        let height = 22.0;
        self.sheets.rectangle(self.page, [end - width, y, width, height], 11.0, ink);
        let inner = block.ink_width;
        let block = self.typesetter.block(style, text, inner + 0.5, side);
        let top = y + (height - block.height) / 2.0;
        self.sheets.text(self.page, end - width + 12.0, top, inner + 0.5, block);
        width
    }

    fn section(&mut self, key: &str) {
        self.make_room(70.0);
        let words = self.words(key);
        let style = self.style(scale::LEAD, Weight::SemiBold, INK, Words::Ours);
        self.y += self.put([MARGIN, self.y, CONTENT], style, Edge::Start, &words) + 5.0;
        self.rule(self.y);
        self.y += 8.0;
    }

    /// One line of a section: what it is, and what it says. `room` is how wide both may be.
    fn fact(&mut self, key: &str, value: &str, words: Words, room: f32) {
        let value = clean(value);
        if value.is_empty() {
            return;
        }
        let label = self.words(key);
        self.make_room(scale::BODY * 3.0);
        let style = self.style(scale::BODY, Weight::Regular, MUTED, Words::Ours);
        let left = self.put([MARGIN, self.y, LABEL_COLUMN], style, Edge::Start, &label);
        let style = self.style(scale::BODY, Weight::SemiBold, INK, words);
        let x = MARGIN + LABEL_COLUMN + 12.0;
        let right = self.put([x, self.y, room - LABEL_COLUMN - 12.0], style, Edge::Start, &value);
        self.y += left.max(right) + 3.5;
    }

    fn bill(&mut self) {
        let data = self.data;
        self.section("receipt-section-bill");
        let top = self.y;
        let logo = data.look.logo.as_ref().is_some_and(|logo| {
            let place = [MARGIN + CONTENT - LOGO_SIZE, top, LOGO_SIZE];
            self.sheets.picture(self.page, place, logo)
        });
        let room = if logo { CONTENT - LOGO_SIZE - 16.0 } else { CONTENT };
        self.fact("receipt-biller", &data.biller, Words::Theirs, room);
        self.fact("receipt-receivable", &data.receivable, Words::Theirs, room);
        self.fact("receipt-contract", &data.contract_masked, Words::Latin, room);
        self.fact("receipt-contact", &data.look.contact, Words::Theirs, room);
        if logo {
            self.y = self.y.max(top + LOGO_SIZE);
        }
        self.y += 16.0;
    }

    /// One line of money.
    fn amount(&mut self, label: &str, words: Words, amount: Money, weight: Weight) {
        let amount = self.money(amount);
        let ink = if weight == Weight::SemiBold { INK } else { MUTED };
        self.make_room(scale::BODY * 3.0);
        let style = self.style(scale::BODY, weight, ink, words);
        let left = self.put([MARGIN, self.y, CONTENT - AMOUNT_COLUMN - 16.0], style, Edge::Start, label);
        let style = self.style(scale::BODY, weight, INK, Words::Ours);
        let x = MARGIN + CONTENT - AMOUNT_COLUMN;
        let right = self.put([x, self.y, AMOUNT_COLUMN], style, Edge::End, &amount);
        self.y += left.max(right) + 3.5;
    }

    /// The articles, then what they come to and what was added.
    fn amounts(&mut self) {
        let data = self.data;
        self.section("receipt-section-amounts");
        for article in &data.articles {
            self.amount(&clean(&article.label), Words::Theirs, article.amount, Weight::Regular);
        }
        // The sums stay together, with the total that they explain.
        self.make_room(110.0);
        if !data.articles.is_empty() {
            self.y += 3.0;
            self.rule(self.y);
            self.y += 7.0;
        }
        let sums = [
            ("receipt-principal", data.principal, true),
            ("receipt-fee", data.fee, data.fee != Money::ZERO),
            ("receipt-vat", data.vat, data.vat != Money::ZERO),
            ("receipt-duty", data.duty, data.duty != Money::ZERO),
        ];
        for (key, amount, is_shown) in sums {
            if is_shown {
                let label = self.words(key);
                self.amount(&label, Words::Ours, amount, Weight::Regular);
            }
        }
        self.y += 3.0;
        self.sheets.rectangle(self.page, [MARGIN, self.y, CONTENT, 1.2], 0.0, INK);
        self.y += 7.0;
        let label = self.words("receipt-total-paid");
        self.amount(&label, Words::Ours, data.total, Weight::SemiBold);
        self.y += 18.0;
    }

    /// How it was paid, with the QR code beside it.
    fn payment(&mut self, qr: &QrCode) {
        let data = self.data;
        let caption_width = 128.0;
        // The whole block on one page, so that the code stands beside the facts it vouches for.
        self.make_room(186.0);
        self.section("receipt-section-payment");
        let (top, page) = (self.y, self.page);
        let room = CONTENT - caption_width - 20.0;
        self.fact("receipt-reference", &data.payment_reference, Words::Latin, room);
        self.fact("receipt-biller-receipt", &data.biller_receipt, Words::Latin, room);
        if let Some(day) = data.biller_date {
            self.fact("receipt-biller-date", &locale::date(data.language, day), Words::Ours, room);
        }
        let channel = self.words(&format!("channel-{}", data.channel));
        self.fact("receipt-channel", &channel, Words::Ours, room);
        let instrument = self.words(&format!("instrument-{}", data.instrument));
        self.fact("receipt-instrument", &instrument, Words::Ours, room);
        if let Some(mask) = &data.card_mask {
            self.fact("receipt-card", mask, Words::Latin, room);
        }
        // The biller's own last line, beside the code: there it costs no page.
        let footer = clean(&data.look.footer);
        if !footer.is_empty() {
            let style = self.style(scale::BODY, Weight::Regular, INK, Words::Theirs);
            self.y += 8.0;
            self.y += self.put([MARGIN, self.y, room], style, Edge::Start, &footer);
        }

        let x = MARGIN + CONTENT - QR_SIZE;
        let dark: Vec<bool> = qr.to_colors().into_iter().map(|module| module == Color::Dark).collect();
        self.sheets.modules(page, [x, top + 4.0, QR_SIZE], qr.width(), &dark, INK);
        let style = self.style(scale::SMALL, Weight::SemiBold, INK, Words::Ours);
        let caption = self.words("receipt-verify");
        let x = MARGIN + CONTENT - caption_width;
        let y = top + QR_SIZE + 9.0;
        let height = self.put([x, y, caption_width], style, Edge::End, &caption);
        let style = self.style(scale::SMALL, Weight::Regular, MUTED, Words::Ours);
        let hint = self.words("receipt-verify-hint");
        let hint_height = self.put([x, y + height, caption_width], style, Edge::End, &hint);
        self.y = self.y.max(y + height + hint_height);
    }

    /// What the paper is worth, the address to check it at, and the page's number.
    fn footers(&mut self) {
        let pages = self.sheets.page_count();
        for page in 0..pages {
            self.page = page;
            let y = PAGE_HEIGHT - 80.0;
            if let Some(accent) = self.data.look.accent {
                self.sheets.rectangle(page, [MARGIN, y - 0.6, CONTENT, 1.2], 0.0, accent);
            } else {
                self.rule(y);
            }
            let number = (page + 1).to_string();
            let args = [("page", number.as_str()), ("pages", &pages.to_string())];
            let number = locale::plain(self.data.language, "receipt-page", &args);
            let (footer, address) = (self.words("receipt-footer"), clean(&self.data.verify_url));
            let style = self.style(scale::SMALL, Weight::Regular, MUTED, Words::Ours);
            let height = self.put([MARGIN, y + 9.0, CONTENT - 80.0], style, Edge::Start, &footer);
            self.put([MARGIN + CONTENT - 70.0, y + 9.0, 70.0], style, Edge::End, &number);
            let style = self.style(scale::SMALL, Weight::Regular, MUTED, Words::Latin);
            self.put([MARGIN, y + 9.0 + height, CONTENT], style, Edge::Start, &address);
        }
    }
}
